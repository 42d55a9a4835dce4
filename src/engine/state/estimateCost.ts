import type { Usage } from '../events';
import type { ModelFacts } from '../models/modelFacts';
import { maxCost, roundCost } from './usage';

/** Returns the price of the tokens in USD, or undefined without a price and for absurd numbers. */
export function estimateCost(
  price: ModelFacts['price'],
  {
    promptTokens,
    completionTokens,
    totalTokens = 0,
    cachedTokens = 0,
  }: Omit<Usage, 'totalTokens'> & Partial<Pick<Usage, 'totalTokens'>>,
): number | undefined {
  if (!price) return undefined;
  const { input, output, cacheRead = input } = price;
  const cached = Math.min(cachedTokens, promptTokens);
  // Google's OpenAI endpoint counts the reasoning only in the total.
  const written = Math.max(completionTokens, totalTokens - promptTokens);
  const cost = (input * (promptTokens - cached) + cacheRead * cached + output * written) / 1e6;
  return cost <= maxCost ? roundCost(cost) : undefined;
}
