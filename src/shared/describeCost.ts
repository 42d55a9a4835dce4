import { joinParts, type Words } from './describe';
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

interface PromptTokens {
  readonly promptTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
}

/** Describes which share of the prompt came from the cache, and what this saved. Empty if the share is less than 1%. */
export function describeCaching(
  { strings, format }: Words,
  { promptTokens = 0, cachedTokens = 0 }: PromptTokens,
  savings: readonly Cost[],
): string {
  const percent = Math.floor((100 * cachedTokens) / Math.max(promptTokens, cachedTokens, 1));
  if (percent === 0) return '';
  const positiveSavings = savings.filter(({ amount }) => amount > 0);
  const saved = positiveSavings.length > 0 && fillTemplate(strings.cacheSaved, format.costs(positiveSavings));
  return joinParts(fillTemplate(strings.cachedShare, format.number(percent)), saved);
}
