import assert from 'node:assert/strict';
import fc from 'fast-check';
import { faultOfRow } from '../../../src/engine/faults/classify';
import type { FaultName } from '../../../src/engine/faults/faultTable';
import { RetryBudget } from '../../../src/engine/gate/gatewayState';
import { decide } from '../../../src/engine/retry/decide';
import { ResumeLimit, TurnHistory } from '../../../src/engine/retry/turnHistory';
import { defaultSettings } from '../../support/engineRun';
import { propertyRuns } from '../../support/propertyRuns';
import { VirtualClock } from '../../support/virtualClock';

const initialResumes = 3;
const maxResumes = 5;

/** The characters that each resume of a turn adds, and the remaining resumes after each. */
const table: readonly {
  readonly title: string;
  readonly added: readonly number[];
  readonly remaining: readonly number[];
}[] = [
  { title: 'is charged for resumes that add less than 200 characters', added: [1, 199, 50], remaining: [2, 1, 0] },
  { title: 'refunds a resume that adds 200 characters', added: [200], remaining: [3] },
  {
    title: 'allows at most five resumes, however much they add',
    added: [900, 900, 900, 900, 900],
    remaining: [3, 3, 2, 1, 0],
  },
  { title: 'is charged twice for a resume that adds nothing', added: [0], remaining: [1] },
  { title: 'is used up by two resumes that add nothing', added: [0, 0], remaining: [1, 0] },
  { title: 'never falls below zero', added: [0, 0, 1], remaining: [1, 0, 0] },
  { title: 'is used up by a resume that adds little and one that adds nothing', added: [1, 0], remaining: [2, 0] },
  {
    title: 'keeps a resume for a turn whose useful resumes alternate with useless ones',
    added: [0, 300, 0],
    remaining: [1, 1, 0],
  },
];

describe('resume limit', () => {
  for (const { title, added, remaining } of table) {
    it(title, () => {
      const budget = new ResumeLimit();
      assert.equal(budget.remaining, 3);
      const actual = added.map((chars) => {
        budget.start();
        budget.settle(chars);
        return budget.remaining;
      });
      assert.deepEqual(actual, remaining);
    });
  }

  it('allows two to five resumes, depending on the text that each resume adds', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom(0, 1, 199, 200, 100_000)), (added) => {
        const budget = new ResumeLimit();
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
});

describe('history of a turn', () => {
  /** A history together with the retry budget that it charges. */
  function setUp() {
    const history = new TurnHistory('one');
    const budget = new RetryBudget(new VirtualClock());
    const record = (row: FaultName, isResuming = false): void => {
      const fault = faultOfRow(row);
      const situation = {
        history,
        fault,
        block: undefined,
        hasText: false,
        tokens: budget.tokens,
        breakerOpen: false,
        isResuming,
        otherGateway: undefined,
        othersMayRecover: false,
        isContinuable: false,
      };
      const decision = decide(situation, defaultSettings, () => 0.5);
      history.recordFault(fault, isResuming, decision, budget);
    };
    return { history, budget, record };
  }

  for (const { name, row, isResuming, retries, tokens, delayMs, replayed } of [
    { name: 'a wait', row: 'serverError', isResuming: false, retries: 1, tokens: 11, delayMs: 500, replayed: false },
    {
      name: 'a wait before a resume',
      row: 'connectionLost',
      isResuming: true,
      retries: 0,
      tokens: 11,
      delayMs: 500,
      replayed: false,
    },
    {
      name: 'a wait for the network',
      row: 'offline',
      isResuming: false,
      retries: 1,
      tokens: 12,
      delayMs: undefined,
      replayed: false,
    },
    {
      name: 'an immediate retry',
      row: 'connectionReset',
      isResuming: false,
      retries: 0,
      tokens: 12,
      delayMs: undefined,
      replayed: true,
    },
  ] as const) {
    it(`records ${name}`, () => {
      const { history, budget, record } = setUp();
      record(row, isResuming);
      assert.equal(history.isRetryPending, retries === 1);
      history.settleCharge(false);
      assert.deepEqual(
        [history.retries, budget.tokens, history.previousDelayMs, history.freeReplayUsed, history.faultsOf(row)],
        [retries, tokens, delayMs, replayed, 1],
      );
      assert.equal(history.isRetryPending, false);
    });
  }

  it('does not count a retry that the user starts', () => {
    const { history, budget, record } = setUp();
    record('serverError');
    history.settleCharge(true);
    history.settleCharge(false);
    assert.deepEqual([history.retries, budget.tokens], [0, 12]);
  });

  for (const [rows, overloads] of [
    [['overloaded', 'overloaded'], 2],
    [['overloaded', 'serverError'], 0],
    [['overloaded', 'rateLimitedWithoutRetryAfter'], 0],
  ] as const) {
    it(`counts ${overloads} overloads in a row after ${rows.join(' and ')}`, () => {
      const { history, record } = setUp();
      for (const row of rows) record(row);
      assert.equal(history.overloads, overloads);
    });
  }

  it('counts all resumes, and separately the resumes without new text', () => {
    const { history } = setUp();
    for (const chars of [300, 0]) {
      history.resumes.start();
      history.resumes.settle(chars);
    }
    assert.deepEqual([history.resumes.started, history.resumes.empty], [2, 1]);
  });

  it('clears its counters when the model is switched', () => {
    const { history, record } = setUp();
    record('overloaded');
    history.settleCharge(false);
    history.recordModelSwitch('two');
    const { overloads, retries, previousDelayMs, models } = history;
    assert.deepEqual(
      [history.faultsOf('overloaded'), overloads, retries, previousDelayMs, models],
      [0, 0, 0, undefined, ['one', 'two']],
    );
  });
});
