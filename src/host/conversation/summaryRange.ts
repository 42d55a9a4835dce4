import { estimateTokens } from '../../engine/text/tokenEstimate';
import type { Answer, Step } from '../../shared/exchanges';
import type { PrecedingTurns } from '../journal/exchangeTree';
import { estimateTurnTokens } from './contextUse';
import { maxSummaryTokens } from './summaryPrompt';

/**
 * Maximum number of tokens in the last turns, which are sent in full and not summarized. These turns are also limited
 * to a quarter of the context window.
 */
const maxKeptTokens = 20_000;

/**
 * Returns the last answer that a summary should replace. Later turns are sent unchanged. If the request for a summary
 * of all earlier turns would be too long, the summary replaces only the oldest turns. A second summary can then include
 * the first summary.
 * @param contextWindow the context window in tokens, or Infinity if it is unknown
 * @returns undefined if all turns are short enough to be sent unchanged
 */
export function lastToSummarize({ summary, steps }: PrecedingTurns, contextWindow: number): Answer | undefined {
  const sizes = steps.map(tokensOf);
  const end = countWithin(sizes.toReversed(), Math.min(maxKeptTokens, contextWindow / 4));
  const summarized = steps.slice(0, steps.length - end);
  const room =
    contextWindow - Math.min(maxSummaryTokens, contextWindow / 4) - estimateTokens(summary?.state.text ?? '');
  const fitting = countWithin(sizes, room);
  // The summary replaces at least one answer, even if the request for the summary might then be too long.
  const firstAnswer = sizes.findIndex((size) => size > 0) + 1;
  return summarized.slice(0, Math.max(fitting, firstAnswer)).at(-1)?.answer;
}

/** Returns how many of the numbers at the beginning of a list have a sum of at most `max`. */
function countWithin(sizes: readonly number[], max: number): number {
  let sum = 0;
  const index = sizes.findIndex((size) => (sum += size) > max);
  return index < 0 ? sizes.length : index;
}

/**
 * Estimates the tokens of an exchange in a request. A prompt without an answer is left out of requests, so the result
 * is 0.
 */
function tokensOf(step: Step): number {
  return step.answer.state.text === '' ? 0 : estimateTurnTokens(step);
}
