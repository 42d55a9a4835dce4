import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { markInterrupted } from '../../../src/engine/state/turnState';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/shared/protocol';
import { axisTicks } from '../../../src/webview/timeline/timelineChart';
import { createSpans, type TurnSpans } from '../../../src/webview/timeline/timelineSpans';
import { ev } from '../panel/support/events';

const fold = (events: readonly StreamEvent[], from: TurnState = initialTurn): TurnState =>
  events.reduce(reduceTurn, from);

/** Describes each span as `wait from–to` or `number from–first token–to`, with silences in brackets, in milliseconds. */
const describeParts = ({ parts }: TurnSpans): string[] =>
  parts.map((part) => {
    if (part.kind === 'wait') return `wait ${part.from}–${part.to}`;
    const { number, from, firstToken = '', to, silences } = part;
    const brackets = silences.map((silence) => ` [${silence.from}–${silence.to}]`);
    return `${number} ${from}–${firstToken}–${to}${brackets.join('')}`;
  });

const rateLimited = [ev.attempt({ at: 1000 }), { ...ev.headers(429), at: 1300, ms: 300 } as const];
const rateLimitedEnd = ev.ended({ at: 1400, how: 'rate-limit', ms: 400 });
const answered = [
  ev.attempt({ attempt: 2, at: 5400, why: 'retry' }),
  { ...ev.headers(200), at: 5900, ms: 500 } as const,
  ev.text('Hello', 6400),
];
const answeredEnd = [ev.ended({ at: 9400, ms: 4000, firstTokenMs: 1000 }), ev.done('Hello', { at: 9400 })];

const rows: Readonly<
  Record<string, { readonly state: TurnState; readonly now?: number; readonly expected: string[] }>
> = {
  'one attempt': {
    state: fold([
      ev.attempt({ at: 1000 }),
      ev.headers(),
      ev.text('Hi', 1500),
      ev.ended({ ms: 1900, firstTokenMs: 500 }),
    ]),
    expected: ['1 0–500–1900'],
  },
  'an attempt, a wait, and another attempt': {
    state: fold([...rateLimited, rateLimitedEnd, ev.waiting({ at: 1400 }), ...answered, ...answeredEnd]),
    expected: ['1 0––400', 'wait 400–4400', '2 4400–5400–8400 [5400–8400]'],
  },
  'a running wait': {
    state: fold([...rateLimited, rateLimitedEnd, ev.waiting({ at: 1400 })]),
    now: 3000,
    expected: ['1 0––400', 'wait 400–2000'],
  },
  'a wait during which the window was closed': {
    state: markInterrupted(fold([...rateLimited, rateLimitedEnd, ev.waiting({ at: 1400 })])),
    expected: ['1 0––400', 'wait 400–400'],
  },
  'a connecting attempt': { state: fold([ev.attempt({ at: 1000 })]), now: 3000, expected: ['1 0––2000'] },
  'a streaming attempt': { state: fold([...answered]), now: 8400, expected: ['2 0–1000–3000'] },
  'a streaming attempt after one that has received a token': {
    state: fold([ev.attempt({ at: 1000 }), ev.text('Hel', 1200), ...answered]),
    now: 8400,
    expected: ['1 0–200–4400', '2 4400–4900–7400'],
  },
  'times without data, but none that extends over two attempts': {
    state: fold([
      ev.attempt({ at: 1000 }),
      ev.text('a', 2000),
      ev.text('b', 4999),
      ev.text('c', 8000),
      ev.ended({ at: 13_000, ms: 12_000, firstTokenMs: 1000, how: 'stalled' }),
      ev.cut(),
      ev.attempt({ attempt: 2, at: 13_000, why: 'resume', how: 'continue' }),
      ev.text('d', 16_500),
    ]),
    now: 17_000,
    expected: ['1 0–1000–12000 [3999–7000] [7000–12000]', '2 12000–12000–16000'],
  },
  'a stream without data until now': {
    state: fold([ev.attempt({ at: 1000 }), ev.text('a', 2000)]),
    now: 5000,
    expected: ['1 0–1000–4000 [1000–4000]'],
  },
  'a restarted answer that replaces the text only when it is longer': {
    state: fold([
      ev.attempt({ at: 1000 }),
      ev.text('a', 1000),
      ev.ended({ at: 1500, ms: 500, firstTokenMs: 0, how: 'stalled' }),
      ev.attempt({ attempt: 2, at: 1500, why: 'resume', how: 'restart' }),
      { ...ev.replaced('b'), at: 9500 },
      ev.ended({ attempt: 2, at: 9600, ms: 8100, firstTokenMs: 100 }),
    ]),
    expected: ['1 0–0–500', '2 500–600–8600'],
  },
  'a wait that is too short to be shown': {
    state: fold([...rateLimited, rateLimitedEnd, ev.waiting({ at: 1400 }), ev.attempt({ attempt: 2, at: 1430 })]),
    now: 2430,
    expected: ['1 0––400', '2 430––1430'],
  },
};

describe('time spans of the timeline', () => {
  for (const [name, { state, now, expected }] of Object.entries(rows)) {
    it(`have the expected times for a turn with ${name}`, () =>
      assert.deepEqual(describeParts(createSpans(state, now)), expected));
  }

  it('continue from one segment of a turn to the next, even if the monotonic clock was reset', () => {
    const first = fold([ev.attempt({ at: 50_000 }), ev.text('Hel', 50_500), { ...ev.stopped('Hel'), at: 52_000 }]);
    const second = [ev.attempt({ at: 700 }), ev.text('lo', 1700), ev.done('Hello', { at: 3700 })];
    const spans = createSpans(fold(second, { ...initialTurn, previousSegments: [first] }));
    assert.deepEqual(describeParts(spans), ['1 0–500–2000', '2 2000–3000–5000']);
    assert.deepEqual(spans.segments, [
      { from: 0, to: 2000 },
      { from: 2000, to: 5000 },
    ]);
    assert.equal(spans.total, 5000);
    assert.deepEqual(spans.throughput, [
      { from: 500, to: 1000, chars: 3 },
      { from: 3000, to: 4000, chars: 2 },
    ]);
  });

  it('start the throughput at the first token, even if the token arrived within a second', () => {
    const { throughput } = createSpans(fold([ev.attempt(), ev.text('a', 1400), ev.text('b', 2100), ev.done('ab')]));
    assert.deepEqual(throughput, [
      { from: 400, to: 1000, chars: 1 },
      { from: 1000, to: 2000, chars: 1 },
    ]);
  });

  it('are empty for a turn without events', () => {
    assert.deepEqual(createSpans(initialTurn), { total: 0, segments: [], parts: [], throughput: [] });
  });
});

describe('ticks of the time axis', () => {
  const axes: readonly (readonly [totalMs: number, ticks: readonly number[]])[] = [
    [0, [0]],
    [450, [0, 100, 200, 300, 400]],
    [1000, [0, 200, 400, 600, 800, 1000]],
    [9100, [0, 2000, 4000, 6000, 8000]],
    [64_000, [0, 15_000, 30_000, 45_000, 60_000]],
    [290_000, [0, 60_000, 120_000, 180_000, 240_000]],
    [36_000_000, [0, 7_200_000, 14_400_000, 21_600_000, 28_800_000, 36_000_000]],
  ];
  for (const [totalMs, ticks] of axes) {
    it(`are at most six round times on an axis of ${totalMs} ms`, () => assert.deepEqual(axisTicks(totalMs), ticks));
  }
});
