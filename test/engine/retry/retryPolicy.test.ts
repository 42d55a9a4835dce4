import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineSettings } from '../../../src/engine/engine';
import { localFault, type Fault } from '../../../src/engine/faults/classify';
import { faultTable, localFaults, type FaultRow, type RowId } from '../../../src/engine/faults/faultTable';
import { decide, isRetryable, tooFarAway, type Decision, type History } from '../../../src/engine/retry/retryPolicy';
import { propertyRuns } from '../../support/propertyRuns';

const usual: EngineSettings['retry'] = {
  maxRetries: 5,
  baseDelayMs: 1000,
  maxDelayMs: 60_000,
  jitter: 'full',
  maxHintMs: 300_000,
};
const fresh: History = {
  retries: 0,
  sameRow: 0,
  freeReplayUsed: false,
  previousDelayMs: undefined,
  overloads: 0,
  models: ['m'],
  resuming: false,
  resumesLeft: 3,
  resumes: 0,
  emptyResumes: 0,
  hasText: false,
  shown: false,
  idleMs: 0,
  waited: false,
  tokens: 12,
  breakerOpen: false,
};
/** What the settings' defaults allow. */
const deadlineMs = 300_000;
/** A stream was cut after it had shown some text. */
const cut: Partial<History> = { resuming: true, hasText: true, shown: true };

function faultOf(row: RowId, hintMs?: number): Fault {
  const { kind, policy, message, actions }: FaultRow = faultTable[row];
  const hint = hintMs === undefined ? undefined : { delayMs: hintMs, from: 'retry-after' };
  return { row, kind: kind ?? 'server', policy, message, actions, detail: '', hint };
}

interface Situation {
  readonly row: RowId;
  readonly hintMs?: number;
  readonly history?: Partial<History>;
  readonly retry?: Partial<EngineSettings['retry']>;
  readonly resume?: EngineSettings['resume'];
  readonly fallbackModels?: readonly string[];
}

/** With random numbers that are all 0.5. */
function decided({ row, hintMs, history, retry, resume = 'auto', fallbackModels = [] }: Situation): Decision {
  const timeout = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };
  const settings = { retry: { ...usual, ...retry }, resume, timeout, fallbackModels };
  return decide(faultOf(row, hintMs), { ...fresh, ...history }, settings, () => 0.5);
}

const rowsOf = (...policies: readonly FaultRow['policy']['retry'][]): readonly RowId[] =>
  (Object.keys(faultTable).map(Number) as RowId[]).filter((row) => policies.includes(faultTable[row].policy.retry));

/** `wait`: its delay, source and attempts left. */
type Outcome = 'fail' | 'replay' | 'offline' | readonly [delayMs: number, source: 'server' | 'backoff', left: number];

const outcomes: readonly (readonly [name: string, situation: Situation, outcome: Outcome])[] = [
  ['a first server error', { row: 33 }, [500, 'backoff', 5]],
  ['a third server error', { row: 33, history: { retries: 2, sameRow: 2 } }, [2000, 'backoff', 3]],
  ['the last retry', { row: 33, history: { retries: 4, sameRow: 4 } }, [8000, 'backoff', 1]],
  ['no retry left', { row: 33, history: { retries: 5, sameRow: 5 } }, 'fail'],
  ['retries that are switched off', { row: 33, retry: { maxRetries: 0 } }, 'fail'],
  ['the jitter of the settings', { row: 33, retry: { jitter: 'none' } }, [1000, 'backoff', 5]],
  ['the cap of the settings', { row: 33, history: { retries: 4 }, retry: { maxDelayMs: 3000 } }, [1500, 'backoff', 1]],
  [
    'decorrelated jitter, which grows from the wait before',
    { row: 33, history: { previousDelayMs: 5000 }, retry: { jitter: 'decorrelated' } },
    [8000, 'backoff', 5],
  ],
  ['a server error with a hint', { row: 33, hintMs: 10_000 }, [10_500, 'server', 5]],

  ['an overload, which starts higher and never near zero', { row: 35 }, [1500, 'backoff', 5]],
  ['an overload with a hint', { row: 35, hintMs: 37_000 }, [38_850, 'server', 5]],
  ['a rate limit without a hint', { row: 31 }, [1500, 'backoff', 5]],
  ['a rate limit with a hint', { row: 30, hintMs: 37_000 }, [38_850, 'server', 5]],
  ['a hint over the cap of the backoff', { row: 30, hintMs: 120_000 }, [122_500, 'server', 5]],
  ['a hint of exactly what is allowed', { row: 30, hintMs: 300_000 }, [302_500, 'server', 5]],
  ['a hint over what is allowed', { row: 30, hintMs: 300_001 }, 'fail'],
  ['hints that are never waited for', { row: 30, hintMs: 1, retry: { maxHintMs: 0 } }, 'fail'],
  ['a hint without a retry left', { row: 30, hintMs: 1000, history: { retries: 5 } }, 'fail'],
  ['a budget that refills', { row: 23, hintMs: 60_000 }, [62_500, 'server', 5]],
  ['a row that obeys hints, without one', { row: 23 }, 'fail'],

  ['an unknown host', { row: 1, history: { sameRow: 2, retries: 2 } }, [2000, 'backoff', 1]],
  ['an unknown host for the fourth time', { row: 1, history: { sameRow: 3, retries: 3 } }, 'fail'],
  ['a web page', { row: 11 }, [500, 'backoff', 1]],
  ['a web page for the second time', { row: 11, history: { sameRow: 1, retries: 1 } }, 'fail'],
  ['a web page after other faults', { row: 11, history: { sameRow: 0, retries: 3 } }, [4000, 'backoff', 1]],
  ['something that is not HTTP, twice', { row: 8, history: { sameRow: 1, retries: 1 } }, 'fail'],
  ['an empty reply for the second time', { row: 14, history: { sameRow: 1, retries: 1 } }, [1000, 'backoff', 1]],
  ['an empty reply for the third time', { row: 14, history: { sameRow: 2, retries: 2 } }, 'fail'],
  ['a conflict for the third time', { row: 27, history: { sameRow: 2, retries: 2 } }, 'fail'],
  ['a gateway timeout for the third time', { row: 36, history: { sameRow: 2, retries: 2 } }, 'fail'],
  ['garbled JSON for the third time', { row: 63, history: { sameRow: 2, retries: 2 } }, 'fail'],
  ['an empty answer', { row: 50 }, [500, 'backoff', 1]],
  ['an empty answer for the second time', { row: 50, history: { sameRow: 1, retries: 1 } }, 'fail'],
  [
    'reasoning without an answer for the second time',
    { row: 50, history: { ...cut, sameRow: 1, resumesLeft: 2 } },
    'fail',
  ],

  ['a reset before any byte', { row: 5 }, 'replay'],
  ['a reset with retries switched off: the replay is free', { row: 5, retry: { maxRetries: 0 } }, 'replay'],
  ['a second reset', { row: 5, history: { freeReplayUsed: true, sameRow: 1 } }, [500, 'backoff', 5]],
  ['a reset before any byte of the rest of an answer', { row: 5, history: { hasText: true, shown: true } }, 'replay'],

  ['a cut before any text', { row: 42 }, [500, 'backoff', 5]],
  ['a cut answer', { row: 42, history: cut }, [500, 'backoff', 3]],
  [
    'a cut answer with retries used up: resumes are counted apart',
    { row: 42, history: { ...cut, retries: 5 } },
    [500, 'backoff', 3],
  ],
  ['a second resume', { row: 43, history: { ...cut, resumes: 2, resumesLeft: 1 } }, [2000, 'backoff', 1]],
  ['the last resume', { row: 43, history: { ...cut, resumesLeft: 0 } }, 'fail'],
  ['a cut answer that must not be resumed', { row: 42, history: cut, resume: 'off' }, 'fail'],
  [
    'reasoning that was cut, with resuming off: there is no text to keep',
    { row: 42, history: { resuming: true, shown: true }, resume: 'off' },
    [500, 'backoff', 3],
  ],
  ['a cut before any text, with resuming off', { row: 42, resume: 'off' }, [500, 'backoff', 5]],
  [
    'a rate limit while an answer is resumed',
    { row: 30, hintMs: 5000, history: { hasText: true, shown: true, retries: 3 } },
    [5250, 'server', 2],
  ],
  ['being offline', { row: 2 }, 'offline'],
  ['being offline with retries switched off', { row: 2, retry: { maxRetries: 0 } }, 'fail'],

  ['an empty retry budget of the origin', { row: 33, history: { tokens: 0.9 } }, 'fail'],
  ['the last token of the retry budget', { row: 33, history: { tokens: 1 } }, [500, 'backoff', 5]],
  ['a timeout, which costs two tokens, with one left', { row: 10, history: { tokens: 1.9 } }, 'fail'],
  ['a timeout with two tokens left', { row: 10, history: { tokens: 2 } }, [500, 'backoff', 5]],
  ['a hint with no token left: it costs none', { row: 30, hintMs: 1000, history: { tokens: 0 } }, [1125, 'server', 5]],
  ['a wait that ends at the deadline', { row: 33, history: { idleMs: deadlineMs - 500 } }, [500, 'backoff', 5]],
  ['a wait that would end after the deadline', { row: 33, history: { idleMs: deadlineMs - 499 } }, 'fail'],
  [
    'a hint that ends at the deadline',
    { row: 30, hintMs: 10_000, history: { idleMs: 290_000 } },
    [10_500, 'server', 5],
  ],
  [
    'a hint that ends at the deadline, after another wait',
    { row: 30, hintMs: 10_000, history: { idleMs: 290_000, waited: true } },
    [10_500, 'server', 5],
  ],
  [
    'a hint that ends after the deadline',
    { row: 30, hintMs: 10_001, history: { idleMs: 290_000, waited: true } },
    'fail',
  ],
  [
    'a deadline that was moved by longer hints',
    { row: 33, history: { idleMs: 599_000 }, retry: { maxHintMs: 600_000 } },
    [500, 'backoff', 5],
  ],
];

describe('what is decided', () => {
  for (const [name, situation, outcome] of outcomes) {
    it(`after ${name}`, () => {
      const decision = decided(situation);
      const { do: what } = decision;
      assert.deepEqual(what === 'wait' ? [decision.delayMs, decision.source, decision.left] : what, outcome);
      if (what === 'wait') assert.equal(decision.hintMs, situation.hintMs);
    });
  }

  for (const row of rowsOf('never', 'success', 'engine', 'repair')) {
    it(`never retries row ${row}, whatever the hint`, () => {
      const decision = decided({ row, hintMs: 1000 });
      assert.deepEqual([decision.do, decision.do === 'fail' && decision.fault.row], ['fail', row]);
    });
  }

  for (const row of rowsOf('transient', 'overload', 'resume', 'offline')) {
    it(`retries row ${row} without a hint, and the other way too`, () => {
      assert.notEqual(decided({ row }).do, 'fail');
      assert.notEqual(decided({ row, hintMs: 1000 }).do, 'fail');
    });
  }

  /** `[row, of which it becomes another]`, and what its sentence then names. */
  const parked: readonly (readonly [row: RowId, as: RowId, message: RegExp])[] = [
    [30, 32, /resets at \{time\}/],
    [31, 32, /resets at \{time\}/],
    [23, 22, /resets at \{time\}/],
    [35, 35, /overloaded until \{time\}/],
    [33, 33, /returned an error \(status/],
  ];
  for (const [row, as, message] of parked) {
    it(`parks row ${row} as row ${as} when the hint is too far away, with the time`, () => {
      const decision = decided({ row, hintMs: 3_600_000 });
      assert.ok(decision.do === 'fail');
      assert.deepEqual([decision.fault.row, decision.resetsInMs, decision.beyondMaxHint], [as, 3_600_000, true]);
      assert.match(decision.fault.message, message);
      assert.ok(decision.fault.actions.includes('switchModel'));
    });
  }

  for (const [name, history, sentence] of [
    ['the retry budget of the origin is empty', { tokens: 0 }, localFaults.budget.message],
    ['there was no progress for too long', { idleMs: deadlineMs }, localFaults.deadline.message],
  ] as const) {
    it(`says that ${name}, as a budget`, () => {
      const decision = decided({ row: 33, history });
      assert.ok(decision.do === 'fail');
      assert.deepEqual([decision.fault.kind, decision.fault.message], ['budget', sentence]);
    });
  }

  it('says that an answer can not be continued when two resumes have added nothing', () => {
    const decision = decided({ row: 43, history: { ...cut, resumesLeft: 0, emptyResumes: 2 } });
    assert.ok(decision.do === 'fail');
    assert.equal(decision.fault.row, 56);
  });

  it('takes the next model of the user where the breaker of this one is open, before any text', () => {
    const situation = { row: 33, history: { breakerOpen: true }, fallbackModels: ['m', 'n'] } as const;
    assert.deepEqual(decided(situation), { do: 'fall-back', model: 'n' });
    assert.equal(decided({ ...situation, history: { ...cut, breakerOpen: true } }).do, 'wait');
  });

  for (const [name, row, overloads, model] of [
    ['a third overload, one after the other', 35, 2, 'n'],
    ['a second overload', 35, 1, undefined],
    ['a third rate limit, which is of the key and not of the model', 31, 2, undefined],
  ] as const) {
    it(`${model ? 'takes the next model of the user' : 'stays with the model'} after ${name}`, () => {
      const decision = decided({ row, history: { overloads }, fallbackModels: ['m', 'n'] });
      assert.equal(decision.do === 'fall-back' ? decision.model : undefined, model);
    });
  }

  for (const row of rowsOf('never', 'success', 'engine', 'repair')) {
    it(`says of row ${row} that nothing is done about it by itself`, () => {
      assert.equal(isRetryable(faultTable[row].policy), false);
    });
  }

  it('leaves a fault of the engine itself as it is, however far away the hint', () => {
    const seen = localFault(localFaults.deadline);
    assert.equal(tooFarAway(seen), seen);
  });

  it('lets every turn end: a fault that never goes away runs out of attempts', () => {
    const rows = Object.keys(faultTable).map(Number) as RowId[];
    const situations = fc.record({
      row: fc.constantFrom(...rows),
      hintMs: fc.option(fc.integer({ min: 1, max: 600_000 }), { nil: undefined }),
      maxRetries: fc.integer({ min: 0, max: 10 }),
      shown: fc.boolean(),
    });
    fc.assert(
      fc.property(situations, ({ row, hintMs, maxRetries, shown }) => {
        let history: History = { ...fresh, ...(shown ? cut : {}), tokens: 100 };
        let attempts = 1;
        for (;;) {
          const decision = decided({
            row,
            ...(hintMs === undefined ? {} : { hintMs }),
            history,
            retry: { maxRetries },
          });
          // The network comes back or it does not: that is not a question of attempts.
          if (decision.do === 'fail' || decision.do === 'offline') break;
          const waited = decision.do === 'wait' ? 1 : 0;
          const counted = shown ? { resumesLeft: history.resumesLeft - waited } : { retries: history.retries + waited };
          history = { ...history, ...counted, sameRow: history.sameRow + 1, freeReplayUsed: true };
          attempts++;
          assert.ok(attempts <= 12);
        }
        assert.ok(attempts <= (shown ? 4 : 2 + maxRetries));
      }),
      { numRuns: propertyRuns },
    );
  });

  it('waits for a hint never less than it, and without one never under the floor', () => {
    const rows = rowsOf('transient', 'overload', 'resume', 'hint', 'offline');
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.integer({ min: 0, max: 300_000 }), (row, hintMs) => {
        const decision = decided({ row, ...(hintMs > 0 ? { hintMs } : {}), history: { freeReplayUsed: true } });
        if (decision.do === 'wait') assert.ok(decision.delayMs >= Math.max(hintMs, hintMs > 0 ? 0 : 250));
        else assert.equal(decision.do === 'offline' ? 'offline' : 'hint', faultTable[row].policy.retry);
      }),
      { numRuns: propertyRuns },
    );
  });
});
