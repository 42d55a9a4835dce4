import type { Words } from './describe';
import { fillTemplate } from './format';
import type { Cost, TotalCost } from './protocol';

/** Describes the total cost of a conversation. Returns undefined if no answer has a known cost above zero. */
export function describeTotalCost(
  { strings, format }: Words,
  { costs, unknownAnswers }: TotalCost,
): string | undefined {
  if (!costs.some(({ amount }) => amount > 0)) return undefined;
  const knownCost = fillTemplate(strings.conversationCost, format.costs(costs));
  if (unknownAnswers === 0) return knownCost;
  return `${knownCost} · ${format.plural(unknownAnswers, strings.unknownCostOne, strings.unknownCosts)}`;
}

/** Returns the percentage of the prompt tokens that came from the cache, rounded down. */
export function cachedPercent({ promptTokens = 0, cachedTokens = 0 }: PromptTokens): number {
  return Math.floor((100 * cachedTokens) / Math.max(promptTokens, cachedTokens, 1));
}

interface PromptTokens {
  readonly promptTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
}

/** Describes what prompt caching saved, for example `saved $0.12`. Returns an empty text if no saving is positive. */
export function describeSavings({ strings, format }: Words, savings: readonly Cost[]): string {
  const positiveSavings = savings.filter(({ amount }) => amount > 0);
  return positiveSavings.length > 0 ? fillTemplate(strings.cacheSaved, format.costs(positiveSavings)) : '';
}
