import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RetryBudget } from '../../../src/engine/retry/retryBudget';
import { propertyRuns } from '../../support/propertyRuns';

class Ticks {
  time = 500;
  ticks(): number {
    return this.time;
  }
}

function spent(tokens: number): { readonly clock: Ticks; readonly budget: RetryBudget } {
  const clock = new Ticks();
  const budget = new RetryBudget(clock);
  budget.charge(12 - tokens);
  return { clock, budget };
}

describe('a retry budget', () => {
  it('has 12 tokens, and never less than none', () => {
    const budget = new RetryBudget(new Ticks());
    assert.equal(budget.tokens, 12);
    for (let n = 0; n < 11; n++) budget.charge(1);
    assert.equal(budget.tokens, 1);
    budget.charge(2);
    assert.equal(budget.tokens, 0);
  });

  it('gains one each ten seconds', () => {
    const { clock, budget } = spent(0);
    clock.time += 9999;
    assert.equal(budget.tokens, 0);
    clock.time += 1;
    assert.equal(budget.tokens, 1);
    clock.time += 25_000;
    assert.equal(budget.tokens, 3);
    clock.time += 5000;
    assert.equal(budget.tokens, 4);
  });

  it('gains one with each success', () => {
    const { budget } = spent(3);
    budget.refund(1);
    assert.equal(budget.tokens, 4);
  });

  it('does not save up the time in which it is full', () => {
    const clock = new Ticks();
    const budget = new RetryBudget(clock);
    clock.time += 3_600_000;
    budget.refund(1);
    budget.charge(12);
    clock.time += 9999;
    assert.equal(budget.tokens, 0);
  });

  it('is never below zero and never above twelve', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 0, max: 14 }) }),
      fc.record({ pass: fc.nat(60_000) }),
      fc.constant('success' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const clock = new Ticks();
        const budget = new RetryBudget(clock);
        for (const each of steps) {
          if (each === 'success') budget.refund(1);
          else if ('pass' in each) clock.time += each.pass;
          else budget.charge(each.take);
          assert.ok(budget.tokens >= 0 && budget.tokens <= 12);
        }
      }),
      { numRuns: propertyRuns },
    );
  });
});
