import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialResumes, maxResumes, minRefundedChars, ResumeBudget } from '../../../src/engine/turn/turnHistory';
import { propertyRuns } from '../../support/propertyRuns';

/** What each resume of a turn adds, and how many are left after each. */
const table: readonly (readonly [what: string, added: readonly number[], left: readonly number[]])[] = [
  ['is three', [], []],
  ['is spent by resumes that add little', [1, 199, 50], [2, 1, 0]],
  ['is not spent by a resume that adds 200 characters', [200], [3]],
  ['ends with the fifth, whatever they add', [900, 900, 900, 900, 900], [3, 3, 2, 1, 0]],
  ['is charged twice for a resume that adds nothing', [0], [1]],
  ['ends with the second that adds nothing', [0, 0], [1, 0]],
  ['is never below zero', [0, 0, 1], [1, 0, 0]],
  ['ends after little, nothing', [1, 0], [2, 0]],
  ['grows no further than it was at first', [500, 1], [3, 2]],
  ['takes a good resume for a reason to go on after a useless one', [0, 300, 0], [1, 1, 0]],
];

describe('the budget of resumes', () => {
  for (const [what, added, left] of table) {
    it(what, () => {
      const budget = new ResumeBudget();
      assert.equal(budget.remaining, 3);
      const seen = added.map((chars) => {
        budget.start();
        budget.settle(chars);
        return budget.remaining;
      });
      assert.deepEqual(seen, left);
    });
  }

  it('counts a resume from its start', () => {
    const budget = new ResumeBudget();
    budget.start();
    assert.equal(budget.remaining, 2);
    budget.settle(200);
    assert.equal(budget.remaining, 3);
  });

  it('ends after at most five resumes, whatever they add, and after at least two', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom(0, 1, 199, 200, 100_000)), (added) => {
        const budget = new ResumeBudget();
        let started = 0;
        while (budget.remaining > 0) {
          assert.ok(budget.remaining <= initialResumes);
          budget.start();
          assert.ok(++started <= maxResumes);
          budget.settle(Number(added.next().value));
        }
        assert.ok(started >= 2);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('has the numbers of its documentation', () => {
    assert.deepEqual([initialResumes, minRefundedChars, maxResumes], [3, 200, 5]);
  });
});
