import type { Usage } from '../events';
import type { ModelFacts } from '../models/modelFacts';
import { maxCost, roundCost } from './usage';

/** Returns the price of the tokens in USD, or undefined without a price and for an implausibly high cost. */
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
