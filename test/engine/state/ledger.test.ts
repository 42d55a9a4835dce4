import assert from 'node:assert/strict';
import type { StreamEvent, WaitingEvent } from '../../../src/engine/events/events';
import { emptyLedger, addToLedger, waitedMs, type Ledger } from '../../../src/engine/state/ledger';
import { rowsOf } from '../../support/valuesOf';
import { refOf } from '../../support/gatewayRef';

const attempt = (at: number, number = 1): StreamEvent => ({
  type: 'attempt',
  gateway: refOf('https://gateway.test'),
  attempt: number,
  at,
  model: 'gpt-4o',
  why: 'first',
  time: 0,
});
const waiting = (at: number, fields: Partial<WaitingEvent> = {}): StreamEvent => ({
  type: 'waiting',
  attempt: 2,
  at,
  until: 0,
  delayMs: 5000,
  source: 'backoff',
  reason: 'rate-limit',
  maxAttempts: 6,
  message: 'Rate limited.',
  told: 'turn',
  actions: [],
  ...fields,
});
const inQueue = (at: number, delayMs: number): StreamEvent => waiting(at, { told: 'request', delayMs });
const estimate = (at: number): StreamEvent => waiting(at, { told: 'request', delayMs: 1000, estimated: true });
const offline = (at: number, delayMs: number): StreamEvent => waiting(at, { reason: 'offline', delayMs });
const stopped = (at: number): StreamEvent => ({ type: 'stopped', attempt: 1, at, text: '' });

const ledgerOf = (events: readonly StreamEvent[]): Ledger => events.reduce(addToLedger, emptyLedger);

/** The events of a turn, with the expected `[planned, waited]` milliseconds of each wait and the total waited time. */
interface Case {
  readonly events: readonly StreamEvent[];
  readonly waits: readonly (readonly [plannedMs: number, waitedMs: number | undefined])[];
  readonly totalMs: number;
}

const cases: Readonly<Record<string, Case>> = {
  'with its actual duration': {
    events: [attempt(0), waiting(10), attempt(5010, 2)],
    waits: [[5000, 5000]],
    totalMs: 5000,
  },
  'that the user ends, with its actual duration': {
    events: [attempt(0), waiting(10), attempt(60, 2)],
    waits: [[5000, 50]],
    totalMs: 50,
  },
  'that ends with the turn': { events: [attempt(0), waiting(10), stopped(40)], waits: [[5000, 30]], totalMs: 30 },
  'that another wait replaces': {
    events: [attempt(0), waiting(10), inQueue(30, 1000), offline(40, 1000), attempt(50, 2)],
    waits: [
      [5000, 20],
      [1000, 10],
      [1000, 10],
    ],
    totalMs: 40,
  },
  'before the first attempt': { events: [inQueue(0, 3000), attempt(3000)], waits: [[3000, 3000]], totalMs: 3000 },
  'in the queue whose announced delay changes, as a single wait': {
    events: [attempt(0), inQueue(100, 20_000), inQueue(4100, 16_000), inQueue(9100, 1000), attempt(10_100, 2)],
    waits: [[1000, 10_000]],
    totalMs: 10_000,
  },
  'for the probe of another request, as part of the previous wait': {
    events: [attempt(0), inQueue(100, 4000), estimate(4100), attempt(10_100, 2)],
    waits: [[4000, 10_000]],
    totalMs: 10_000,
  },
  'offline with several network checks, as a single wait': {
    events: [attempt(0), offline(0, 1000), offline(1500, 2000), offline(4000, 4000), attempt(8200, 2)],
    waits: [[4000, 8200]],
    totalMs: 8200,
  },
  'after each of two attempts': {
    events: [attempt(0), waiting(10), attempt(60, 2), waiting(70), attempt(170, 3)],
    waits: [
      [5000, 50],
      [5000, 100],
    ],
    totalMs: 150,
  },
  'that has not ended, without a duration': {
    events: [attempt(0), waiting(10)],
    waits: [[5000, undefined]],
    totalMs: 0,
  },
};

describe('ledger of a turn', () => {
  for (const [name, { events, waits, totalMs }] of Object.entries(cases)) {
    it(`records a wait ${name}`, () => {
      const ledger = ledgerOf(events);
      const allWaits = [...ledger.entries.flatMap((entry) => entry.waits), ...ledger.waits];
      assert.deepEqual(rowsOf(allWaits, 'delayMs', 'waitedMs'), waits);
      assert.equal(waitedMs(ledger), totalMs);
    });
  }

  it('contains two entries for two consecutive waits with the same reason', () => {
    const { waits } = ledgerOf([attempt(0), waiting(10), waiting(30), stopped(70)]);
    assert.deepEqual(rowsOf(waits, 'at', 'waitedMs'), [
      [10, 20],
      [30, 40],
    ]);
  });

  for (const [method, resumePoint] of [
    ['continue', 120],
    ['prefill', 120],
    ['restart', undefined],
  ] as const) {
    it(`records ${resumePoint ? 'the resume point' : 'no resume point'} of a resume with the method "${method}"`, () => {
      const joined: StreamEvent = { type: 'resumed', attempt: 2, at: 20, how: method, resumePoint: 120, trimmed: 7 };
      const { entries } = ledgerOf([attempt(0), attempt(10, 2), joined]);
      assert.deepEqual(
        entries.map(({ resumed }) => resumed?.resumePoint),
        [undefined, resumePoint],
      );
    });
  }

  it('is the same object after an event that the ledger does not record', () => {
    const ledger = ledgerOf([attempt(0)]);
    assert.equal(addToLedger(ledger, { type: 'text', text: 'a', attempt: 1, at: 1 }), ledger);
    assert.equal(addToLedger(ledger, stopped(2)), ledger);
  });
});
