import type { Words } from './describe';
import { fill } from './format';
import type { TotalCost } from './protocol';

/** Returns undefined if the conversation has cost nothing, as far as is known. */
export function describeTotalCost(
  { strings, format }: Words,
  { costs, unknownAnswers }: TotalCost,
): string | undefined {
  if (!costs.some(({ amount }) => amount > 0)) return undefined;
  const known = fill(strings.conversationCost, format.costs(costs));
  if (unknownAnswers === 0) return known;
  return `${known} · ${format.plural(unknownAnswers, strings.unknownCostOne, strings.unknownCosts)}`;
}
