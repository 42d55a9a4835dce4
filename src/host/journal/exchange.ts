import type { ResumeFrom } from '../../engine/engine';
import { attemptsOf, totalCost, type TotalCost } from '../../engine/state/turnCost';
import { initialTurn, isRunning, type TurnState } from '../../engine/state/turnState';
import { segmentsSoFar } from '../../engine/state/turnTotals';
import type { Answer, Exchange, Prompt } from '../../shared/exchanges';

/** Returns the open comparison of the selected answer, or that answer alone; none for a summary. */
export function sideBySide(exchange: Exchange | undefined): readonly Answer[] {
  const { answers, selected } = exchange ?? { answers: [] };
  const { comparison } = answers.find(({ id }) => id === selected) ?? {};
  return answers.filter(({ id, comparison: other }) =>
    comparison && !comparison.isUsed ? other?.id === comparison.id : id === selected,
  );
}

/** Returns the id of the comparison that an answer belongs to, or undefined once the user has used one of its answers. */
export function openComparison(answer: Answer | undefined): string | undefined {
  return answer?.comparison?.isUsed ? undefined : answer?.comparison?.id;
}

/** Returns the models of an open comparison, and none for a single answer. */
export function comparedModels(exchange: Exchange | undefined): readonly string[] {
  const answers = sideBySide(exchange);
  return answers.length > 1 ? [...new Set(answers.map(({ model, state }) => model ?? state.model))] : [];
}

/** Returns the prompt of an exchange alone. */
export function promptOf({ prompt, content, attachments, target, reasoningEffort }: Exchange): Prompt {
  return { prompt, content, attachments, target, reasoningEffort };
}

/** Returns the answers that were compared with an answer, also after the comparison has ended, and that answer first. */
export function comparedWith({ answers }: Exchange, answer: Answer): readonly Answer[] {
  const { comparison } = answer;
  return [
    answer,
    ...answers.filter((other) => other !== answer && comparison && other.comparison?.id === comparison.id),
  ];
}

/** Returns whether a summary replaces earlier turns in requests. */
export function isUsable({
  isUndone,
  answer: { state },
}: {
  readonly answer: Answer;
  readonly isUndone?: true | undefined;
}): boolean {
  return !isUndone && state.phase === 'done' && state.text.trim() !== '';
}

/**
 * The text of the answer stays visible. Its reasoning and tool calls stay only if it is continued. The attempts of a
 * restarted answer still count towards the cost.
 */
export function stateForRerun(state: TurnState, mode: ResumeFrom['mode']): TurnState {
  const { model, text, textModel, reasoning, resumePoints, toolCalls, discardedAttempts } = state;
  const kept = { ...initialTurn, model, text, textModel };
  return mode === 'continue'
    ? { ...kept, reasoning, resumePoints, toolCalls, discardedAttempts, previousSegments: segmentsSoFar(state) }
    : { ...kept, discardedAttempts: attemptsOf(state) };
}

export function costOfAnswers(answers: readonly Answer[]): TotalCost {
  return totalCost(answers.map(({ state }) => state));
}

/** Returns whether the turn of the answer has ended, with or without a complete answer. */
export function isFinished(answer: Answer): boolean {
  return !answer.isQueued && !isRunning(answer.state.phase);
}

export function canRetry(answer: Answer): boolean {
  return isFinished(answer) && answer.state.phase !== 'done';
}

export function isScheduled({ state }: Answer): boolean {
  return state.phase === 'scheduled';
}

/** Returns whether the turn ended at a limit that has a reset time, or waits for the network. */
export function canSchedule({ isQueued, state: { phase, failure } }: Answer): boolean {
  return !isQueued && (phase === 'offline' || (phase === 'failed' && failure?.actions.includes('sendLater') === true));
}

/** Returns whether the answer has text, but its turn ended early or the answer was truncated at the token limit. */
export function canContinue(answer: Answer): boolean {
  const { text, finishReason, failure } = answer.state;
  if (failure?.kind === 'too-large') return false;
  return text !== '' && (canRetry(answer) || (isFinished(answer) && finishReason === 'length'));
}
