import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { toEpoch, toMonotonic } from '../../../src/engine/state/ledger';
import { initialTurn, markInterrupted, reduceTurn, type TurnState } from '../../../src/engine/state/turnState';
import { segmentsSoFar, lastActivityAt, segmentsOf, totalsOf } from '../../../src/engine/state/turnTotals';
import { rowsOf } from '../../support/valuesOf';
import { refOf } from '../../support/gatewayRef';

const origin = 'https://gateway.test';
/** An event without its time and its attempt. */
type NewEvent<E = StreamEvent> = E extends StreamEvent ? Omit<E, 'at' | 'attempt'> : never;
const event = (at: number, newEvent: NewEvent, attempt = 1): StreamEvent => ({ at, attempt, ...newEvent });
const stateAfter = (events: readonly StreamEvent[], from: TurnState = initialTurn): TurnState =>
  events.reduce(reduceTurn, from);

const epoch = 1_700_000_000_000;
const start = (at: number, attempt = 1): StreamEvent =>
  event(at, { type: 'attempt', gateway: refOf(origin), model: 'm', why: 'first', time: epoch + at }, attempt);
const text = (at: number): StreamEvent => event(at, { type: 'text', text: 'Hello' });
const waiting = (at: number, delayMs = 5000): StreamEvent => {
  const cause = { source: 'backoff', reason: 'rate-limit', told: 'turn', message: '' } as const;
  return event(at, { type: 'waiting', until: epoch + at + delayMs, delayMs, ...cause, maxAttempts: 6, actions: [] });
};
type EndedFields = Partial<Extract<StreamEvent, { readonly type: 'ended' }>>;
const ended = (at: number, ms: number, fields: EndedFields = {}): StreamEvent =>
  event(at, { type: 'ended', how: 'finished', ms, bytes: 0, chars: 0, ...fields });
const usage = (completionTokens: number): StreamEvent =>
  event(0, { type: 'usage', promptTokens: 10, completionTokens, totalTokens: 10 + completionTokens });
const stopped = (at: number): StreamEvent => event(at, { type: 'stopped', text: 'Hello' });
const done = (at: number): StreamEvent =>
  event(at, { type: 'done', finishReason: 'stop', attempts: 1, text: 'Hello', waitedMs: 0 });

describe('conversion between wall-clock time and monotonic time in a segment of a turn', () => {
  it('is based on the start of the attempt', () => {
    const state = stateAfter([start(1000), text(1500)]);
    assert.equal(toEpoch(state, 1500), epoch + 1500);
    assert.equal(toMonotonic(state, epoch + 1500), 1500);
  });

  it('is based on the nearest earlier attempt, because the monotonic clock can stop during sleep', () => {
    const late = event(
      2000,
      { type: 'attempt', gateway: refOf(origin), model: 'm', why: 'retry', time: epoch + 600_000 },
      2,
    );
    const state = stateAfter([start(1000), late]);
    assert.equal(toEpoch(state, 1500), epoch + 1500);
    assert.equal(toEpoch(state, 2500), epoch + 600_500);
    assert.equal(toMonotonic(state, epoch + 600_500), 2500);
  });

  it('is based on the start of the wait before the first attempt', () => {
    const state = stateAfter([waiting(1000)]);
    assert.equal(toEpoch(state, 1200), epoch + 1200);
    assert.equal(toMonotonic(state, epoch + 1200), 1200);
  });

  it('returns undefined if the turn has no events', () => {
    assert.equal(toEpoch(initialTurn, 0), undefined);
    assert.equal(toMonotonic(initialTurn, epoch), undefined);
  });
});

const lastActivities: Readonly<Record<string, readonly [events: readonly StreamEvent[], at: number]>> = {
  'the end of the segment': [[start(0), text(10), stopped(50)], 50],
  'the last token of an interrupted segment': [[start(0), text(10), text(70)], 70],
  'the arrival of the headers when nothing followed': [
    [start(0), event(30, { type: 'headers', status: 200, ms: 30 })],
    30,
  ],
  'the end of the last attempt when nothing followed': [[start(0), ended(90, 90)], 90],
  'the start of the last wait when nothing followed': [[start(0), ended(90, 90), waiting(95)], 95],
  'zero when the segment has no events': [[], 0],
};

describe('time of the last activity in a segment', () => {
  for (const [name, [events, at]] of Object.entries(lastActivities)) {
    it(`is ${name}`, () => assert.equal(lastActivityAt(markInterrupted(stateAfter(events))), at));
  }
});

/** A stopped turn that is continued in another process. */
const first = (): TurnState =>
  stateAfter([start(1000), text(1400), ended(2400, 1400, { firstTokenMs: 400, chars: 5 }), stopped(2400)]);
const continued = (): TurnState => ({ ...initialTurn, text: 'Hello', previousSegments: segmentsSoFar(first()) });

describe('list of segments of a turn', () => {
  it('contains a single segment if the user has not continued the turn', () => {
    const state = stateAfter([start(0)]);
    assert.deepEqual(segmentsOf(state), [state]);
  });

  it('includes all previous segments of a continued turn', () => {
    const second = stateAfter([start(500_000), text(500_100), stopped(500_200)], continued());
    const third: TurnState = { ...initialTurn, previousSegments: segmentsSoFar(second) };
    assert.deepEqual(rowsOf(segmentsOf(third), 'phase', 'startedAt', 'endedAt'), [
      ['stopped', 1000, 2400],
      ['stopped', 500_000, 500_200],
      ['connecting', undefined, undefined],
    ]);
  });

  it('does not include a segment without events', () => {
    assert.deepEqual(segmentsSoFar({ ...initialTurn, phase: 'interrupted' }), []);
  });
});

describe('calculation of the totals of a turn', () => {
  it('uses the time to the first token that the attempt measured, not the time of the first text event', () => {
    const beforeAnswer = [
      start(0),
      ended(100, 100, { how: 'rate-limit', firstTokenMs: 50, bytes: 40 }),
      waiting(100),
      start(5100, 2),
    ];
    const answer = [
      text(5500),
      usage(80),
      ended(7500, 2400, { firstTokenMs: 385, bytes: 900, chars: 300, tokens: 90 }),
    ];
    assert.deepEqual(totalsOf(stateAfter([...beforeAnswer, ...answer, done(7600)])), {
      attempts: 2,
      waitedMs: 5000,
      ms: 7600,
      firstTokenMs: 385,
      firstTokenAfterMs: 5485,
      usage: { promptTokens: 10, completionTokens: 80, totalTokens: 90 },
    });
  });

  it('gives the turn at least the duration of its attempt', () => {
    assert.equal(totalsOf(stateAfter([start(0), text(3), ended(6, 6.6), done(6)])).ms, 6.6);
  });

  it('adds up the usage of all segments', () => {
    const reported = event(200, {
      type: 'usage',
      promptTokens: 1,
      completionTokens: 2,
      totalTokens: 3,
      cachedTokens: 1,
      cost: 0.25,
    });
    const first = stateAfter([start(0), text(100), reported, stopped(1000)]);
    const state = stateAfter([start(2000), text(2100), reported, usage(80), reported, done(3000)], {
      ...initialTurn,
      previousSegments: [first],
    });
    assert.deepEqual(totalsOf(state).usage, {
      promptTokens: 2,
      completionTokens: 4,
      totalTokens: 6,
      cachedTokens: 2,
      cost: 0.5,
    });
  });

  it('leaves out the time between the segments of a continued turn', () => {
    const state = stateAfter([start(500_000), text(500_100)], continued());
    const { attempts, ms, firstTokenMs } = totalsOf(state);
    assert.deepEqual([attempts, ms, firstTokenMs], [2, 1500, 400]);
    assert.equal(totalsOf(continued()).ms, 1400);
  });

  it('measures the time to the first token from the start of the successful attempt', () => {
    const silent = stateAfter([start(0), stopped(3000)]);
    const state = stateAfter([start(90_000), waiting(90_100), start(91_000, 2), text(91_500), done(92_000)], {
      ...initialTurn,
      previousSegments: segmentsSoFar(silent),
    });
    assert.equal(totalsOf(state).firstTokenMs, 500);
  });
});
