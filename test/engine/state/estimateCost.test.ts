import assert from 'node:assert/strict';
import { estimateCost } from '../../../src/engine/state/usage';

const price = { input: 3, output: 15, cacheRead: 0.3 };

describe('estimated cost', () => {
  for (const { name, facts, prompt, cached, completion, cost } of [
    { name: 'the prompt and the answer', facts: price, prompt: 1000, cached: undefined, completion: 100, cost: 0.0045 },
    {
      name: 'cached tokens at their own price',
      facts: price,
      prompt: 1000,
      cached: 900,
      completion: 100,
      cost: 0.00207,
    },
    {
      name: 'cached tokens at the input price if they have no separate price',
      facts: { input: 3, output: 15 },
      prompt: 1000,
      cached: 900,
      completion: 0,
      cost: 0.003,
    },
    {
      name: 'no more cached tokens than the prompt has',
      facts: price,
      prompt: 1000,
      cached: 5000,
      completion: 0,
      cost: 0.0003,
    },
    {
      name: 'zero for a free model',
      facts: { input: 0, output: 0 },
      prompt: 1000,
      cached: undefined,
      completion: 100,
      cost: 0,
    },
    {
      name: 'a single token of a cheap model',
      facts: { input: 0.0028, output: 0.1 },
      prompt: 1,
      cached: undefined,
      completion: 0,
      cost: 2.8e-9,
    },
    {
      name: 'nothing if the price is unknown',
      facts: undefined,
      prompt: 1000,
      cached: undefined,
      completion: 100,
      cost: undefined,
    },
    {
      name: 'nothing if the cost is implausibly high',
      facts: { input: 10_000, output: 1 },
      prompt: 1e9,
      cached: undefined,
      completion: 0,
      cost: undefined,
    },
  ] as const)
    it(`counts ${name}`, () => {
      const usage = { promptTokens: prompt, cachedTokens: cached, completionTokens: completion };
      assert.equal(estimateCost(facts, usage), cost);
    });
});
