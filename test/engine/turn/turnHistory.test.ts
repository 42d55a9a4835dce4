import assert from 'node:assert/strict';
import fc from 'fast-check';
import { initialResumes, maxResumes, minRefundedChars, ResumeBudget } from '../../../src/engine/turn/turnHistory';
import { propertyRuns } from '../../support/propertyRuns';

/** The characters that each resume of a turn adds, and the remaining resumes after each. */
const table: readonly (readonly [title: string, added: readonly number[], remaining: readonly number[]])[] = [
  ['allows three resumes', [], []],
  ['is charged for resumes that add less than 200 characters', [1, 199, 50], [2, 1, 0]],
  ['refunds a resume that adds 200 characters', [200], [3]],
  ['allows at most five resumes, however much they add', [900, 900, 900, 900, 900], [3, 3, 2, 1, 0]],
  ['is charged twice for a resume that adds nothing', [0], [1]],
  ['is used up by two resumes that add nothing', [0, 0], [1, 0]],
  ['never falls below zero', [0, 0, 1], [1, 0, 0]],
  ['is used up by a resume that adds little and one that adds nothing', [1, 0], [2, 0]],
  ['never exceeds its initial size', [500, 1], [3, 2]],
  ['keeps a resume for a turn whose useful resumes alternate with useless ones', [0, 300, 0], [1, 1, 0]],
];

describe('resume budget', () => {
  for (const [title, added, remaining] of table) {
    it(title, () => {
      const budget = new ResumeBudget();
      assert.equal(budget.remaining, 3);
      const actual = added.map((chars) => {
        budget.start();
        budget.settle(chars);
        return budget.remaining;
      });
      assert.deepEqual(actual, remaining);
    });
  }

  it('charges a resume when it starts', () => {
    const budget = new ResumeBudget();
    budget.start();
    assert.equal(budget.remaining, 2);
    budget.settle(200);
    assert.equal(budget.remaining, 3);
  });

  it('allows two to five resumes, no matter how much text each one adds', () => {
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

  it('has the limits that the documentation states', () => {
    assert.deepEqual([initialResumes, minRefundedChars, maxResumes], [3, 200, 5]);
  });
});
