import { estimateTokens } from '../../engine/text/tokenEstimate';
import type { Answer, Step } from '../../shared/exchanges';
import type { PrecedingTurns } from '../journal/exchangeTree';
import { estimateTurnTokens } from './contextUse';
import { maxSummaryTokens } from './summaryPrompt';

/**
 * Maximum number of tokens in the last turns, which are sent in full. A second limit is a quarter of the context
 * window.
 */
const maxKeptTokens = 20_000;

/**
 * Returns the last answer that a summary should replace. Later turns are sent in full. If the earlier turns don't fit
 * into one request, only the oldest turns are summarized. The next summary can then include this summary.
 * @param contextWindow the context window in tokens, or Infinity if it is unknown
 * @returns undefined if all turns are short enough to be sent in full
 */
export function lastToSummarize({ summary, steps }: PrecedingTurns, contextWindow: number): Answer | undefined {
  const sizes = steps.map(tokensOf);
  const end = countWithin(sizes.toReversed(), Math.min(maxKeptTokens, contextWindow / 4));
  const summarized = steps.slice(0, steps.length - end);
  const room =
    contextWindow - Math.min(maxSummaryTokens, contextWindow / 4) - estimateTokens(summary?.state.text ?? '');
  const fitting = countWithin(sizes, room);
  // A summary must replace at least one answer, even if the request for the summary might be too long.
  const firstAnswer = sizes.findIndex((size) => size > 0) + 1;
  return summarized.slice(0, Math.max(fitting, firstAnswer)).at(-1)?.answer;
}

/** Returns how many numbers at the beginning of the list can be added before the sum exceeds `max`. */
function countWithin(sizes: readonly number[], max: number): number {
  let sum = 0;
  const index = sizes.findIndex((size) => (sum += size) > max);
  return index < 0 ? sizes.length : index;
}

/**
 * Estimates the tokens that an exchange adds to a request. The result is 0 for a prompt without an answer, because
 * requests don't contain such prompts.
 */
function tokensOf(step: Step): number {
  return step.answer.state.text === '' ? 0 : estimateTurnTokens(step);
}
