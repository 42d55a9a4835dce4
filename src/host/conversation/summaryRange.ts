import { estimateTokens } from '../../engine/text/tokenEstimate';
import type { Answer, Step } from '../../shared/exchanges';
import type { Preceding } from '../journal/exchangeTree';
import { estimateTurnTokens } from './contextUse';
import { maxSummaryTokens } from './summaryPrompt';

/** The last turns stay word for word up to this number of tokens, and up to a quarter of the context window. */
const maxKeptTokens = 20_000;

/**
 * Returns the last answer that a summary should replace. The turns after it stay word for word. If the request would be
 * too long, the summary replaces only the oldest turns, and a further summary can include it.
 * @param contextWindow in tokens, infinite if it is unknown
 * @returns undefined if all turns fit in what stays word for word
 */
export function lastToSummarize({ summary, steps }: Preceding, contextWindow: number): Answer | undefined {
  const sizes = steps.map(tokensOf);
  const end = countWithin(sizes.toReversed(), Math.min(maxKeptTokens, contextWindow / 4));
  const summarized = steps.slice(0, steps.length - end);
  const room =
    contextWindow - Math.min(maxSummaryTokens, contextWindow / 4) - estimateTokens(summary?.state.text ?? '');
  const fitting = countWithin(sizes, room);
  // At least one answer is summarized, even if it may be too long.
  const firstAnswer = sizes.findIndex((size) => size > 0) + 1;
  return summarized.slice(0, Math.max(fitting, firstAnswer)).at(-1)?.answer;
}

/** Returns how many sizes, from the first one on, have a sum of at most `max`. */
function countWithin(sizes: readonly number[], max: number): number {
  let sum = 0;
  const index = sizes.findIndex((size) => (sum += size) > max);
  return index < 0 ? sizes.length : index;
}

/** Requests leave out prompts without an answer. */
function tokensOf(step: Step): number {
  return step.answer.state.text === '' ? 0 : estimateTurnTokens(step);
}
