import assert from 'node:assert/strict';
import type { Usage } from '../../../src/engine/events/events';
import { sumUsage } from '../../../src/engine/state/usage';

const usage = (fields: Partial<Usage> = {}): Usage => ({
  promptTokens: 1,
  completionTokens: 2,
  totalTokens: 3,
  ...fields,
});

describe('sum of usages', () => {
  it('has the currency of the costs', () => {
    const sum = sumUsage([usage({ cost: 0.1, currency: 'CNY' }), usage(), usage({ cost: 0.2, currency: 'CNY' })]);
    assert.deepEqual([sum.cost, sum.currency, sum.totalTokens], [0.3, 'CNY', 9]);
  });

  it('has no cost if the costs are in different currencies', () => {
    const sum = sumUsage([usage({ cost: 0.1, currency: 'CNY' }), usage({ cost: 0.2, currency: 'USD' })]);
    assert.deepEqual(sum, { promptTokens: 2, completionTokens: 4, totalTokens: 6 });
  });
});
