import assert from 'node:assert/strict';
import { estimateCost } from '../../../src/engine/state/usage';

const price = { input: 3, output: 15, cacheRead: 0.3 };

describe('estimated cost', () => {
  for (const [name, facts, prompt, cached, completion, cost] of [
    ['the prompt and the answer', price, 1000, undefined, 100, 0.0045],
    ['cached tokens at their own price', price, 1000, 900, 100, 0.00207],
    ['cached tokens at the price of the input without one of their own', { input: 3, output: 15 }, 1000, 900, 0, 0.003],
    ['no more cached tokens than the prompt has', price, 1000, 5000, 0, 0.0003],
    ['a free model', { input: 0, output: 0 }, 1000, undefined, 100, 0],
    ['a single token of a cheap model', { input: 0.0028, output: 0.1 }, 1, undefined, 0, 2.8e-9],
    ['nothing without a price', undefined, 1000, undefined, 100, undefined],
    ['nothing if the cost is implausibly high', { input: 10_000, output: 1 }, 1e9, undefined, 0, undefined],
  ] as const)
    it(`counts ${name}`, () => {
      const usage = { promptTokens: prompt, cachedTokens: cached, completionTokens: completion };
      assert.equal(estimateCost(facts, usage), cost);
    });
});
