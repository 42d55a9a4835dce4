import assert from 'node:assert/strict';
import { UsageSum } from '../../src/core/usageSum';

describe('the usage of a turn', () => {
  it('is the sum of its attempts, each kind of token for itself', () => {
    const sum = new UsageSum();
    assert.deepEqual(sum.add({ promptTokens: 1, completionTokens: 20, totalTokens: 300 }), {
      promptTokens: 1,
      completionTokens: 20,
      totalTokens: 300,
    });
    assert.deepEqual(sum.add({ promptTokens: 2, completionTokens: 30, totalTokens: 400 }), {
      promptTokens: 3,
      completionTokens: 50,
      totalTokens: 700,
    });
  });
});
