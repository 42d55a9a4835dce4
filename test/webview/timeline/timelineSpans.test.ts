import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { interrupted } from '../../../src/engine/state/turnState';
import { initialTurn, reduce, type TurnState } from '../../../src/shared/protocol';
import { axisTicks } from '../../../src/webview/timeline/timelinePicture';
import { createSpans, type TurnSpans } from '../../../src/webview/timeline/timelineSpans';
import { ev } from '../panel/support/events';

const fold = (events: readonly StreamEvent[], from: TurnState = initialTurn): TurnState => events.reduce(reduce, from);

/** `wait from–to`, or `attempt from–headers–first token–to`. */
const parts = ({ parts: all }: TurnSpans): string[] =>
  all.map((part) => {
    const times = part.kind === 'wait' ? [part.from] : [part.from, part.headers ?? '', part.firstToken ?? ''];
    const name = part.kind === 'wait' ? part.kind : String(part.number);
    return `${name} ${[...times, part.to].join('–')}`;
  });

const limited = [ev.attempt({ at: 1000 }), { ...ev.headers(429), at: 1300, ms: 300 } as const];
const limitedEnd = ev.ended({ at: 1400, how: 'rate-limit', ms: 400 });
const answered = [
  ev.attempt({ attempt: 2, at: 5400, why: 'retry' }),
  { ...ev.headers(200), at: 5900, ms: 500 } as const,
  ev.text('Hello', 6400),
];
const answeredEnd = [ev.ended({ at: 9400, ms: 4000, firstTokenMs: 1000 }), ev.done('Hello', { at: 9400 })];

const rows: Readonly<Record<string, readonly [state: TurnState, now: number | undefined, expected: string[]]>> = {
  'one attempt': [
    fold([ev.attempt({ at: 1000 }), ev.headers(), ev.text('Hi', 1500), ev.ended({ ms: 1900, firstTokenMs: 500 })]),
    undefined,
    ['1 0–100–500–1900'],
  ],
  'an attempt, a wait, and another attempt': [
    fold([...limited, limitedEnd, ev.waiting({ at: 1400 }), ...answered, ...answeredEnd]),
    undefined,
    ['1 0–––400', 'wait 400–4400', '2 4400–4900–5400–8400'],
  ],
  'a wait that goes on': [
    fold([...limited, limitedEnd, ev.waiting({ at: 1400 })]),
    3000,
    ['1 0–––400', 'wait 400–2000'],
  ],
  'a wait that was cut off with its window': [
    interrupted(fold([...limited, limitedEnd, ev.waiting({ at: 1400 })])),
    undefined,
    ['1 0–––400', 'wait 400–400'],
  ],
  'an attempt that connects': [fold([ev.attempt({ at: 1000 })]), 3000, ['1 0–––2000']],
  'an attempt that streams': [fold([...answered]), 8400, ['2 0–500–1000–3000']],
  'an attempt that streams again, from its headers': [
    fold([ev.attempt({ at: 1000 }), ev.text('Hel', 1200), ...answered]),
    8400,
    ['1 0––200–4400', '2 4400–4900–4900–7400'],
  ],
  'no wait too short for a word': [
    fold([...limited, limitedEnd, ev.waiting({ at: 1400 }), ev.attempt({ attempt: 2, at: 1430 })]),
    2430,
    ['1 0–––400', '2 430–––1430'],
  ],
};

describe('the spans of a timeline', () => {
  for (const [name, [state, now, expected]] of Object.entries(rows)) {
    it(`are those of ${name}`, () => assert.deepEqual(parts(createSpans(state, now)), expected));
  }

  it('are one after the other where the turn was gone on with, whatever the clocks said', () => {
    const first = fold([ev.attempt({ at: 50_000 }), ev.text('Hel', 50_500), { ...ev.stopped('Hel'), at: 52_000 }]);
    const second = [ev.attempt({ at: 700 }), ev.text('lo', 1700), ev.done('Hello', { at: 3700 })];
    const spans = createSpans(fold(second, { ...initialTurn, earlier: [first] }));
    assert.deepEqual(parts(spans), ['1 0––500–2000', '2 2000––3000–5000']);
    assert.deepEqual(spans.segments, [
      { from: 0, to: 2000 },
      { from: 2000, to: 5000 },
    ]);
    assert.equal(spans.total, 5000);
    assert.deepEqual(spans.throughput, [
      { from: 0, to: 1000, chars: 3 },
      { from: 3000, to: 4000, chars: 2 },
    ]);
  });

  it('are none of a turn in which nothing has happened', () => {
    assert.deepEqual(createSpans(initialTurn), { total: 0, runs: [], parts: [], pace: [] });
  });
});

describe('the ticks of a time axis', () => {
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
    it(`are round and few: ${totalMs} ms`, () => assert.deepEqual(axisTicks(totalMs), ticks));
  }
});
