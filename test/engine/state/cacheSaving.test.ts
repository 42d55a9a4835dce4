import assert from 'node:assert/strict';
import { cacheSaving } from '../../../src/engine/state/usage';

const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };

describe('saving by prompt caching', () => {
  for (const { name, facts, cached, written, saving } of [
    {
      name: 'the difference between the input price and the price of reading from the cache',
      facts: price,
      cached: 1000,
      written: 0,
      saving: 0.0027,
    },
    {
      name: 'the saving by reading minus the extra cost of writing',
      facts: price,
      cached: 1000,
      written: 1000,
      saving: 0.00195,
    },
    {
      name: 'a negative amount if the request only wrote to the cache',
      facts: price,
      cached: undefined,
      written: 1000,
      saving: -0.00075,
    },
    {
      name: 'the saving by reading if only the price of writing is unknown and nothing was written',
      facts: { ...price, cacheWrite: undefined },
      cached: 1000,
      written: 0,
      saving: 0.0027,
    },
    {
      name: 'unknown if tokens were written at an unknown price',
      facts: { ...price, cacheWrite: undefined },
      cached: 1000,
      written: 1,
      saving: undefined,
    },
    {
      name: 'unknown if tokens were read at an unknown price',
      facts: { ...price, cacheRead: undefined },
      cached: 1000,
      written: 1000,
      saving: undefined,
    },
    { name: 'unknown if the model has no price', facts: undefined, cached: 1000, written: 0, saving: undefined },
    { name: 'undefined if the cache was not used', facts: price, cached: 0, written: undefined, saving: undefined },
  ] as const)
    it(`is ${name}`, () => {
      const usage = { promptTokens: 4000, cachedTokens: cached, cacheWriteTokens: written, completionTokens: 100 };
      assert.equal(cacheSaving(facts, usage), saving);
    });
});
