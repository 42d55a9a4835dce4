import { maxCost } from '../events/kinds';
import type { Usage } from '../events/events';
import type { ModelFacts } from '../models/modelFacts';

/**
 * Rounds to 10⁻¹² of a unit of currency. The cost of each token is a multiple of that, so sums of sums stay exact (up to 9,000, with
 * the precision of a double), and 0.1 + 0.2 is 0.3.
 */
export function roundCost(amount: number): number {
  return Number(amount.toFixed(12));
}

/** Returns the price of the tokens, or undefined without a price and for an implausibly high cost. */
export function estimateCost(
  price: ModelFacts['price'],
  { promptTokens, completionTokens, cachedTokens = 0 }: Omit<Usage, 'totalTokens'>,
): number | undefined {
  if (!price) return undefined;
  const { input, output, cacheRead = input } = price;
  const cached = Math.min(cachedTokens, promptTokens);
  const cost = (input * (promptTokens - cached) + cacheRead * cached + output * completionTokens) / 1e6;
  return cost <= maxCost ? roundCost(cost) : undefined;
}

const summedFields = [
  'promptTokens',
  'completionTokens',
  'totalTokens',
  'cachedTokens',
  'reasoningTokens',
  'cost',
] as const satisfies readonly (keyof Usage)[];

/**
 * Returns the usage of an attempt after a further report. Gateways may report the usage repeatedly, with growing numbers,
 * or in several parts. A field that the later report lacks or contains as zero keeps its earlier value.
 */
export function mergeUsage(earlier: Usage | undefined, later: Usage): Usage {
  const reported = Object.fromEntries(Object.entries(later).filter(([, value]) => value !== 0));
  const merged: Usage = { ...later, ...earlier, ...reported };
  return { ...merged, totalTokens: Math.max(merged.totalTokens, merged.promptTokens + merged.completionTokens) };
}

/** Returns the sum of usages. A field that no gateway reported stays absent, and so does the cost in several currencies. */
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
