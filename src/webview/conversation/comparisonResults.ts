import type { Words } from '../../shared/describe';
import { answerSeconds } from '../../shared/describeTurn';
import { fillTemplate } from '../../shared/format';
import { costsOf, isRunning, totalsOf, type TurnState } from '../../shared/protocol';

interface ComparedAnswer {
  readonly model: string;
  /** State of the answer that is visible on screen. Undefined if the answer has not been drawn. */
  readonly visibleState: TurnState | undefined;
}

/**
 * Returns texts that say which answer of a comparison was first, fastest, cheapest and longest. Returns no texts until
 * all answers have ended and at least two are complete. If several answers share the best value, or a value is unknown,
 * that criterion is left out.
 */
export function describeComparison({ strings, format }: Words, answers: readonly ComparedAnswer[]): readonly string[] {
  const endedAnswers = answers.flatMap(({ model, visibleState: state }) =>
    state && !isRunning(state.phase) ? { model, state } : [],
  );
  const completeAnswers = endedAnswers.filter(({ state }) => state.phase === 'done' && state.text !== '');
  const measuredAnswers = completeAnswers.map(({ model, state }) => measure(model, state));
  if (endedAnswers.length < answers.length || measuredAnswers.length < 2) return [];
  const hasTokens = measuredAnswers.every(({ usage }) => (usage?.completionTokens ?? 0) > 0);
  const currencies = new Set(measuredAnswers.flatMap(({ costs }) => costs?.map(({ currency }) => currency) ?? []));

  type Measured = (typeof measuredAnswers)[number];
  /** @param valueOf returns the value of an answer; the answer with the lowest value is the best */
  const best = (
    template: string,
    valueOf: (answer: Measured) => number | undefined,
    describe: (answer: Measured) => string,
  ): readonly string[] => {
    if (measuredAnswers.some((answer) => valueOf(answer) === undefined)) return [];
    const winner = measuredAnswers.reduce((a, b) => ((valueOf(b) ?? 0) < (valueOf(a) ?? 0) ? b : a));
    const description = describe(winner);
    // Two answers share the best value if their values are equal as displayed, even if the exact values differ.
    if (measuredAnswers.some((answer) => answer !== winner && describe(answer) === description)) return [];
    // No-break spaces keep a number and its unit on the same line.
    return [fillTemplate(template, winner.model, description.replaceAll(' ', '\u00a0'))];
  };
  const speed = ({ usage, characters, seconds }: Measured): number =>
    (hasTokens ? (usage?.completionTokens ?? 0) : characters) / seconds;

  return [
    ...best(
      strings.comparisonFirst,
      ({ firstTokenMs }) => firstTokenMs,
      ({ firstTokenMs = 0 }) => format.duration(firstTokenMs),
    ),
    ...best(
      strings.comparisonFastest,
      (answer) => -speed(answer),
      (answer) =>
        fillTemplate(hasTokens ? strings.tokensPerSecond : strings.charactersPerSecond, format.count(speed(answer))),
    ),
    ...best(
      strings.comparisonCheapest,
      ({ costs = [] }) => (currencies.size === 1 ? costs[0]?.amount : undefined),
      ({ costs = [] }) => format.costs(costs),
    ),
    ...best(
      strings.comparisonLongest,
      // The length is compared in characters, because the tokens of an answer can include its reasoning.
      ({ characters }) => -characters,
      ({ characters }) => fillTemplate(strings.contextCharacters, format.count(characters)),
    ),
  ];
}

function measure(model: string, state: TurnState) {
  const totals = totalsOf(state);
  return {
    model,
    usage: totals.usage,
    costs: costsOf(state),
    characters: state.text.length,
    firstTokenMs: totals.firstTokenAfterMs,
    seconds: answerSeconds(totals),
  };
}
