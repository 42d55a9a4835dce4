import assert from 'node:assert/strict';
import type { StreamEvent, WaitingEvent } from '../../../src/engine/events';
import { emptyLedger, addToLedger, waitedMs, type Ledger } from '../../../src/engine/state/ledger';

const attempt = (at: number, number = 1): StreamEvent => ({
  type: 'attempt',
  attempt: number,
  at,
  model: 'gpt-4o',
  why: 'first',
  time: 0,
});
const waiting = (at: number, more: Partial<WaitingEvent> = {}): StreamEvent => ({
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
  ...more,
});
const inLine = (at: number, delayMs: number): StreamEvent => waiting(at, { told: 'request', delayMs });
const estimate = (at: number): StreamEvent => waiting(at, { told: 'request', delayMs: 1000, estimated: true });
const offline = (at: number, delayMs: number): StreamEvent => waiting(at, { reason: 'offline', delayMs });
const stopped = (at: number): StreamEvent => ({ type: 'stopped', attempt: 1, at, text: '' });

const ledgerOf = (events: readonly StreamEvent[]): Ledger => events.reduce(addToLedger, emptyLedger);

/** `[planned, waited]` of each wait, and the sum of what was waited. */
const cases: Readonly<
  Record<string, readonly [StreamEvent[], (readonly [number, number | undefined])[], sum: number]>
> = {
  'for what it lasted': [[attempt(0), waiting(10), attempt(5010, 2)], [[5000, 5000]], 5000],
  'that a person ends, for what it lasted': [[attempt(0), waiting(10), attempt(60, 2)], [[5000, 50]], 50],
  'that the end of the turn ends': [[attempt(0), waiting(10), stopped(40)], [[5000, 30]], 30],
  'that another one replaces': [
    [attempt(0), waiting(10), offline(30, 1000), attempt(40, 2)],
    [
      [5000, 20],
      [1000, 10],
    ],
    30,
  ],
  'before the first attempt': [[inLine(0, 3000), attempt(3000)], [[3000, 3000]], 3000],
  'in a line that moves, once': [
    [attempt(0), inLine(100, 20_000), inLine(4100, 16_000), inLine(9100, 1000), attempt(10_100, 2)],
    [[1000, 10_000]],
    10_000,
  ],
  'behind another request after the time is up, as part of the wait before it': [
    [attempt(0), inLine(100, 4000), estimate(4100), attempt(10_100, 2)],
    [[4000, 10_000]],
    10_000,
  ],
  'offline, with its probes, once': [
    [attempt(0), offline(0, 1000), offline(1500, 2000), offline(4000, 4000), attempt(8200, 2)],
    [[4000, 8200]],
    8200,
  ],
  'after each of two attempts': [
    [attempt(0), waiting(10), attempt(60, 2), waiting(70), attempt(170, 3)],
    [
      [5000, 50],
      [5000, 100],
    ],
    150,
  ],
  'that is not over, as planned alone': [[attempt(0), waiting(10)], [[5000, undefined]], 0],
};

describe('the ledger', () => {
  for (const [name, [events, waits, sum]] of Object.entries(cases)) {
    it(`counts a wait ${name}`, () => {
      const ledger = ledgerOf(events);
      const all = [...ledger.entries.flatMap((entry) => entry.waits), ...ledger.waits];
      assert.deepEqual(
        all.map((wait) => [wait.delayMs, wait.waitedMs]),
        waits,
      );
      assert.equal(waitedMs(ledger), sum);
    });
  }

  it('keeps two waits of one reason apart where this turn itself was told both', () => {
    const { waits } = ledgerOf([attempt(0), waiting(10), waiting(30), stopped(70)]);
    assert.deepEqual(
      waits.map((wait) => [wait.at, wait.waitedMs]),
      [
        [10, 20],
        [30, 40],
      ],
    );
  });

  for (const [how, resumed] of [
    ['continue', { seam: 120, trimmed: 7 }],
    ['prefill', { seam: 120, trimmed: 7 }],
    ['restart', undefined],
  ] as const) {
    it(`keeps where an attempt to ${how} has gone on, if it has`, () => {
      const joined: StreamEvent = { type: 'resumed', attempt: 2, at: 20, how, seam: 120, trimmed: 7 };
      const { entries } = ledgerOf([attempt(0), attempt(10, 2), joined]);
      assert.deepEqual(
        entries.map((entry) => entry.resumed),
        [undefined, resumed],
      );
    });
  }

  it('is the same object for what is none of its business', () => {
    const ledger = ledgerOf([attempt(0)]);
    assert.equal(addToLedger(ledger, { type: 'text', text: 'a', attempt: 1, at: 1 }), ledger);
    assert.equal(addToLedger(ledger, stopped(2)), ledger);
  });
});
