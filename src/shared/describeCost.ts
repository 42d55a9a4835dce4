import type { Words } from './describe';
import { fillTemplate } from './format';
import type { TotalCost } from './protocol';

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
