import { joinParts, minDisplayedMs, type Words } from './describe';
import { fillTemplate } from './format';
import { costsOf, isRunning, segmentsOf, shownCosts, totalsOf, type TurnState } from './protocol';

interface TurnDescription {
  readonly full: string;
  /**
   * The most important parts of `full`, the complete description, in the order of their importance. A line break is
   * possible only between two parts. Empty for a running turn without a retry or a wait.
   */
  readonly short: string;
  /** Whether the turn has made a retry or has waited. */
  readonly isEventful: boolean;
}

/**
 * Returns the time that an answer took, in seconds, without waits. It includes the time before the first token, in
 * which a model can reason without sending text.
 */
export function answerSeconds({ ms, waitedMs }: { readonly ms: number; readonly waitedMs: number }): number {
  return Math.max(1, ms - waitedMs) / 1000;
}

/**
 * Describes the attempts and waits of a turn. For a turn that has ended, also describes its times, tokens and cost.
 * @param isCompared whether the answer belongs to a comparison, so that its speed is added
 */
export function describeTurn({ strings, format }: Words, state: TurnState, isCompared = false): TurnDescription {
  const { attempts, waitedMs, firstTokenMs, ms, usage } = totalsOf(state);
  // If the user continues an answer, the first attempt of the continuation is not a retry.
  const retries = attempts - segmentsOf(state).filter((segment) => segment.attempts > 0).length;
  const waitText = waitedMs >= minDisplayedMs && fillTemplate(strings.summaryWait, format.duration(waitedMs));
  const retryText = retries > 0 && format.plural(retries, strings.summaryRetry, strings.summaryRetries);
  const attemptsText = format.plural(attempts, strings.totalsAttemptsOne, strings.totalsAttempts);
  const reason = retryText || waitText;
  const isEventful = reason !== false;
  if (isRunning(state.phase)) return { full: joinParts(attemptsText, waitText), short: reason || '', isEventful };
  const duration = format.duration(ms);
  // The duration is left out if the turn did nothing but wait, because it would equal the time of the waits.
  const time = (waitText === false || format.duration(waitedMs) !== duration) && duration;
  const { promptTokens = 0, completionTokens = 0 } = usage ?? {};
  const cost = format.costs(shownCosts(costsOf(state)));
  const hasTokens = promptTokens + completionTokens > 0;
  const tokens = `${format.count(promptTokens)} → ${format.count(completionTokens)}`;
  const speed = completionTokens / answerSeconds({ ms, waitedMs });
  const full = joinParts(
    attempts > 1 && attemptsText,
    waitText,
    firstTokenMs !== undefined && fillTemplate(strings.summaryFirstToken, format.duration(firstTokenMs)),
    time,
    hasTokens && fillTemplate(strings.summaryTokens, tokens),
    isCompared && completionTokens > 0 && fillTemplate(strings.tokensPerSecond, format.count(speed)),
    cost,
  );
  // The row below a compared answer has no space for the tokens beside a cost.
  const hasSpace = !isCompared || cost === '';
  const tokensText = hasTokens && hasSpace && fillTemplate(strings.summaryTokens, format.count(completionTokens));
  const short = joinParts(time, cost, reason || tokensText).replaceAll(/ (?!·)/g, '\u00a0');
  return { full, short, isEventful };
}
