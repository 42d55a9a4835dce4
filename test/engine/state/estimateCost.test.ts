import assert from 'node:assert/strict';
import { estimateCost } from '../../../src/engine/state/usage';

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

describe('estimated cost', () => {
  for (const { name, facts, prompt, cached, written, completion, cost } of [
    {
      name: 'the prompt and the answer',
      facts: price,
      prompt: 1000,
      cached: undefined,
      written: undefined,
      completion: 100,
      cost: 0.0045,
    },
    {
      name: 'cached tokens at their own price',
      facts: price,
      prompt: 1000,
      cached: 900,
      written: undefined,
      completion: 100,
      cost: 0.00207,
    },
    {
      name: 'cached tokens at the input price if they have no separate price',
      facts: { input: 3, output: 15 },
      prompt: 1000,
      cached: 900,
      written: undefined,
      completion: 0,
      cost: 0.003,
    },
    {
      name: 'tokens that are written to the cache at their own price',
      facts: price,
      prompt: 1000,
      cached: 700,
      written: 200,
      completion: 0,
      cost: 0.00126,
    },
    {
      name: 'tokens that are written to the cache at the input price if they have no separate price',
      facts: { input: 3, output: 15, cacheRead: 0.3 },
      prompt: 1000,
      cached: 700,
      written: 200,
      completion: 0,
      cost: 0.00111,
    },
    {
      name: 'a token only once if it was both read from and written to the cache',
      facts: price,
      prompt: 1000,
      cached: 700,
      written: 1000,
      completion: 0,
      cost: 0.001335,
    },
    {
      name: 'no more cached tokens than the prompt has',
      facts: price,
      prompt: 1000,
      cached: 5000,
      written: undefined,
      completion: 0,
      cost: 0.0003,
    },
    {
      name: 'zero for a free model',
      facts: { input: 0, output: 0 },
      prompt: 1000,
      cached: undefined,
      written: undefined,
      completion: 100,
      cost: 0,
    },
    {
      name: 'a single token of a cheap model',
      facts: { input: 0.0028, output: 0.1 },
      prompt: 1,
      cached: undefined,
      written: undefined,
      completion: 0,
      cost: 2.8e-9,
    },
    {
      name: 'nothing if the price is unknown',
      facts: undefined,
      prompt: 1000,
      cached: undefined,
      written: undefined,
      completion: 100,
      cost: undefined,
    },
    {
      name: 'nothing if the cost is implausibly high',
      facts: { input: 10_000, output: 1 },
      prompt: 1e9,
      cached: undefined,
      written: undefined,
      completion: 0,
      cost: undefined,
    },
  ] as const)
    it(`counts ${name}`, () => {
      const usage = {
        promptTokens: prompt,
        cachedTokens: cached,
        cacheWriteTokens: written,
        completionTokens: completion,
      };
      assert.equal(estimateCost(facts, usage), cost);
    });
});
