import { maxCost } from '../events/kinds';
import type { Usage } from '../events/events';
import type { ModelFacts } from '../models/modelFacts';

/**
 * Rounds a cost to 10⁻¹² of its currency unit, so that 0.1 + 0.2 is 0.3. The price of a token is a multiple of 10⁻¹²,
 * so sums are exact. For sums above about 9,000 currency units, the precision of a double is too low.
 */
export function roundCost(amount: number): number {
  return Number(amount.toFixed(12));
}

/**
 * Returns the estimated cost of a request, computed from its numbers of tokens. Returns undefined if the model's price
 * is unknown or the result is implausibly high.
 */
export function estimateCost(
  price: ModelFacts['price'],
  { promptTokens, completionTokens, cachedTokens = 0, cacheWriteTokens = 0 }: Omit<Usage, 'totalTokens'>,
): number | undefined {
  if (!price) return undefined;
  const { input, output, cacheRead = input, cacheWrite = input } = price;
  const cached = Math.min(cachedTokens, promptTokens);
  const written = Math.min(cacheWriteTokens, promptTokens - cached);
  const promptCost = input * (promptTokens - cached - written) + cacheRead * cached + cacheWrite * written;
  const cost = (promptCost + output * completionTokens) / 1e6;
  return cost <= maxCost ? roundCost(cost) : undefined;
}

/**
 * Returns how much less a request cost than without prompt caching. The result is negative if writing to the cache cost
 * more than reading from it saved. Returns undefined if the cache was not used or a price is unknown.
 */
export function cacheSaving(price: ModelFacts['price'], usage: Omit<Usage, 'totalTokens'>): number | undefined {
  const { cachedTokens = 0, cacheWriteTokens = 0 } = usage;
  if (!price || cachedTokens + cacheWriteTokens === 0) return undefined;
  if (cachedTokens > 0 && price.cacheRead === undefined) return undefined;
  if (cacheWriteTokens > 0 && price.cacheWrite === undefined) return undefined;
  const cost = estimateCost(price, usage);
  const uncachedCost = estimateCost({ input: price.input, output: price.output }, usage);
  return cost === undefined || uncachedCost === undefined ? undefined : roundCost(uncachedCost - cost);
}

const summedFields = [
  'promptTokens',
  'completionTokens',
  'totalTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'cost',
] as const satisfies readonly (keyof Usage)[];

/**
 * Merges a further report into the usage of an attempt. Gateways might report the usage several times with growing
 * numbers, or in several parts. If a field is absent or 0 in the later report, its earlier value is kept.
 */
export function mergeUsage(earlier: Usage | undefined, later: Usage): Usage {
  const reported = Object.fromEntries(Object.entries(later).filter(([, value]) => value !== 0));
  const merged: Usage = { ...later, ...earlier, ...reported };
  return { ...merged, totalTokens: Math.max(merged.totalTokens, merged.promptTokens + merged.completionTokens) };
}

/**
 * Returns the sum of several usages. A field that no gateway reported is absent from the sum. The cost is also absent
 * if the usages have different currencies.
 */
export function sumUsage(usages: readonly Usage[]): Usage {
  const [currency, ...others] = new Set(usages.flatMap((usage) => usage.currency ?? []));
  const fields = summedFields.filter((field) => field !== 'cost' || others.length === 0);
  const sums = fields.flatMap((field) => {
    const values = usages.flatMap((usage) => usage[field] ?? []);
    return values.length === 0 ? [] : [[field, values.reduce((sum, value) => roundCost(sum + value), 0)] as const];
  });
  const sum = { promptTokens: 0, completionTokens: 0, totalTokens: 0, ...Object.fromEntries(sums) };
  return currency === undefined || others.length > 0 ? sum : { ...sum, currency };
}
