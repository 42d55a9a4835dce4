import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecordedEvent, StreamEvent } from '../../../src/engine/events';
import { throughputSeconds } from '../../../src/engine/state/throughput';
import {
  hasArrived,
  initialTurn,
  interrupted,
  isRunning,
  recorded,
  reduce,
  startsAgain,
  type ToolCall,
  type TurnPhase,
  type TurnState,
} from '../../../src/engine/state/turnState';
import { propertyRuns } from '../../support/propertyRuns';

type Draft<E = StreamEvent> = E extends StreamEvent ? Omit<E, 'at' | 'attempt'> : never;
/** `[at, attempt, event]`. */
type Step = readonly [at: number, attempt: number, draft: Draft];

const start = (model = 'gpt-4o'): Draft => ({ type: 'attempt', model, why: 'first', time: 0 });
const text = (words: string): Draft => ({ type: 'text', text: words });
const thought = (words: string): Draft => ({ type: 'reasoning', text: words });
const waiting = (reason: 'rate-limit' | 'offline' = 'rate-limit'): Draft => ({
  type: 'waiting',
  until: 9_000_000,
  delayMs: 5000,
  source: 'server',
  reason,
  maxAttempts: 6,
  message: 'Rate limited.',
  actions: ['retryNow'],
});
const done = (words: string): Draft => ({ type: 'done', finishReason: 'stop', attempts: 1, text: words, waitedMs: 0 });
const failed = (words: string): Draft => ({
  type: 'failed',
  kind: 'auth',
  status: 401,
  requestId: undefined,
  message: 'The key was rejected.',
  text: words,
  actions: ['setApiKey'],
});

function fold(steps: readonly Step[], from: TurnState = initialTurn): TurnState {
  return steps.map(([at, attempt, draft]): StreamEvent => ({ at, attempt, ...draft })).reduce<TurnState>(reduce, from);
}

const sequences: readonly (readonly [name: string, steps: readonly Step[], expected: Partial<TurnState>])[] = [
  ['connects', [[100, 1, start()]], { phase: 'connecting', model: 'gpt-4o', attempts: 1, startedAt: 100, text: '' }],
  [
    'streams text, piece by piece',
    [
      [100, 1, start()],
      [150, 1, text('Hel')],
      [160, 1, text('lo')],
    ],
    { phase: 'streaming', text: 'Hello', firstTokenAt: 150, lastTokenAt: 160 },
  ],
  [
    'streams reasoning, which is not the answer',
    [
      [0, 1, start()],
      [5, 1, thought('Hm')],
      [6, 1, thought('m.')],
      [9, 1, text('4')],
    ],
    { phase: 'streaming', text: '4', reasoning: 'Hmm.', reasoningAttempt: 1, firstTokenAt: 5 },
  ],
  [
    'thinks again from the beginning after a restart',
    [
      [0, 1, start()],
      [1, 1, thought('first ')],
      [2, 2, start()],
      [3, 2, thought('second ')],
      [4, 2, thought('try')],
    ],
    { reasoning: 'second try', reasoningAttempt: 2 },
  ],
  [
    'keeps the earlier reasoning until the restart thinks',
    [
      [0, 1, start()],
      [1, 1, thought('first')],
      [2, 2, start()],
    ],
    { reasoning: 'first', reasoningAttempt: 1 },
  ],
  [
    'waits',
    [
      [0, 1, start()],
      [10, 2, waiting()],
    ],
    { phase: 'waiting', attempts: 1 },
  ],
  [
    'is offline',
    [
      [0, 1, start()],
      [10, 2, waiting('offline')],
    ],
    { phase: 'offline' },
  ],
  [
    'keeps its phase when it is cut',
    [
      [0, 1, start()],
      [1, 1, text('Hal')],
      [2, 1, { type: 'cut', reason: 'connection', message: 'Lost.' }],
    ],
    { phase: 'streaming', text: 'Hal' },
  ],
  [
    'waits after a cut, and resumes with the text it has',
    [
      [0, 1, start()],
      [1, 1, text('Hal')],
      [2, 1, { type: 'cut', reason: 'connection', message: 'Lost.' }],
      [2, 2, waiting()],
      [9, 2, { type: 'attempt', model: 'gpt-4o', why: 'resume', time: 0 }],
    ],
    { phase: 'resuming', text: 'Hal' },
  ],
  [
    'is resuming while there is text and the next attempt connects',
    [
      [0, 1, start()],
      [1, 1, text('Hal')],
      [2, 2, { type: 'attempt', model: 'gpt-4o', why: 'retry-now', time: 0 }],
    ],
    { phase: 'resuming', text: 'Hal' },
  ],
  [
    'is resuming for an attempt that says so, without text',
    [[0, 1, { type: 'attempt', model: 'gpt-4o', why: 'resume', time: 0 }]],
    { phase: 'resuming' },
  ],
  [
    'is replaced by the restarted answer',
    [
      [0, 1, start()],
      [1, 1, text('old')],
      [2, 2, start()],
      [3, 2, { type: 'resumed', how: 'restart', trimmed: 0, seam: 0 }],
      [3, 2, { type: 'replaced', text: 'newer' }],
      [4, 2, text('!')],
    ],
    { phase: 'streaming', text: 'newer!' },
  ],
  [
    'says that it is quiet, until something comes',
    [
      [0, 1, start()],
      [10_000, 1, { type: 'quiet', forMs: 10_000 }],
    ],
    { phase: 'connecting', quiet: true },
  ],
  [
    'is no longer quiet with text',
    [
      [0, 1, start()],
      [9, 1, { type: 'quiet', forMs: 9 }],
      [10, 1, text('a')],
    ],
    { quiet: false },
  ],
  [
    'is no longer quiet in the next attempt',
    [
      [0, 1, start()],
      [9, 1, { type: 'quiet', forMs: 9 }],
      [10, 2, start()],
    ],
    { quiet: false },
  ],
  [
    'is not quiet when it waits',
    [
      [0, 1, start()],
      [9, 1, { type: 'quiet', forMs: 9 }],
      [10, 2, waiting()],
    ],
    { quiet: false },
  ],
  [
    'goes on with another model',
    [
      [0, 1, start()],
      [5, 1, { type: 'model', from: 'gpt-4o', to: 'deepseek-v3', reason: 'user' }],
      [6, 2, start('deepseek-v3')],
    ],
    {
      model: 'deepseek-v3',
      attempts: 2,
      switches: [{ from: 'gpt-4o', to: 'deepseek-v3', reason: 'user' }],
    },
  ],
  [
    'knows every switch of the model, in their order',
    [
      [0, 1, { type: 'model', from: 'a', to: 'b', reason: 'breaker' }],
      [1, 1, start('b')],
      [2, 1, { type: 'model', from: 'b', to: 'c', reason: 'overloaded' }],
    ],
    {
      model: 'c',
      switches: [
        { from: 'a', to: 'b', reason: 'breaker' },
        { from: 'b', to: 'c', reason: 'overloaded' },
      ],
    },
  ],
  [
    'starts with a wait in the line before its first attempt',
    [
      [100, 1, waiting()],
      [5100, 1, start()],
      [5400, 1, text('Hi')],
    ],
    { startedAt: 100, firstTokenAt: 5400 },
  ],
  [
    'knows the last usage',
    [
      [0, 1, start()],
      [1, 1, { type: 'usage', promptTokens: 1, completionTokens: 2, totalTokens: 3 }],
      [2, 1, { type: 'usage', promptTokens: 4, completionTokens: 5, totalTokens: 9 }],
    ],
    { usage: { promptTokens: 4, completionTokens: 5, totalTokens: 9 } },
  ],
  [
    'is done with the whole text',
    [
      [0, 1, start()],
      [1, 1, text('Hel')],
      [8, 1, done('Hello')],
    ],
    { phase: 'done', text: 'Hello', finishReason: 'stop', endedAt: 8 },
  ],
  [
    'is stopped with what there was, in a wait too',
    [
      [0, 1, start()],
      [10, 2, waiting()],
      [40, 1, { type: 'stopped', text: 'partial' }],
    ],
    { phase: 'stopped', text: 'partial', endedAt: 40 },
  ],
];

describe('the state of a turn', () => {
  for (const [name, steps, expected] of sequences) {
    it(name, () => {
      const state = fold(steps);
      const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, state[key as keyof TurnState]]));
      assert.deepEqual(seen, expected);
    });
  }

  it('knows its wait while it waits, and not a moment longer', () => {
    const steps: readonly Step[] = [
      [0, 1, start()],
      [10, 2, waiting()],
    ];
    assert.equal(fold(steps).wait?.until, 9_000_000);
    for (const end of [start(), done('x'), failed(''), { type: 'stopped', text: '' } as const]) {
      assert.equal('wait' in fold([...steps, [20, 2, end]]), false);
    }
  });

  it('keeps its throughput by the second, whatever kind of token it was', () => {
    const { throughput } = fold([
      [100, 1, start()],
      [300, 1, thought('Hm')],
      [1099, 1, text('Hel')],
      [1100, 1, text('lo')],
      [1200, 1, { type: 'tool-call', index: 0, arguments: '{}' }],
    ]);
    assert.deepEqual(throughput, { completedSeconds: [{ second: 0, chars: 5 }], second: 1, chars: 4 });
  });

  it('has the throughput of an answer that has overtaken another over the time in which it came', () => {
    const { throughput, lastTokenAt } = fold([
      [0, 1, start()],
      [500, 1, text('Hal')],
      [1000, 2, start()],
      [1100, 2, { type: 'headers', status: 200, ms: 100 }],
      [2900, 2, { type: 'replaced', text: 'Hello, world' }],
    ]);
    assert.deepEqual(throughputSeconds(throughput), [
      { second: 0, chars: 3 },
      { second: 1, chars: 6 },
      { second: 2, chars: 6 },
    ]);
    assert.equal(lastTokenAt, 2900);
  });

  it('knows since when it has been quiet', () => {
    const { quiet, quietSince } = fold([
      [100, 1, start()],
      [150, 1, text('Hel')],
      [10_160, 1, { type: 'quiet', forMs: 10_005 }],
    ]);
    assert.deepEqual([quiet, quietSince], [true, 155]);
  });

  it('keeps what failed, and the text', () => {
    const state = fold([
      [0, 1, start()],
      [1, 1, text('Hal')],
      [8, 1, failed('Hal')],
    ]);
    assert.deepEqual([state.phase, state.text, state.failure?.kind], ['failed', 'Hal', 'auth']);
  });

  it('starts again from the text alone after a failure', () => {
    const broken = fold([
      [0, 1, start()],
      [1, 1, text('Hal')],
      [8, 1, failed('Hal')],
    ]);
    const again = fold([[50, 1, { type: 'attempt', model: 'gpt-4o', why: 'resume', time: 0 }]], {
      ...initialTurn,
      text: broken.text,
    });
    assert.deepEqual([again.phase, again.text, again.failure, again.startedAt], ['resuming', 'Hal', undefined, 50]);
  });

  it('keeps a ledger of what the network did', () => {
    const { ledger } = fold([
      [100, 1, start()],
      [110, 1, { type: 'headers', status: 429, ms: 10 }],
      [110, 2, waiting()],
      [5110, 2, start()],
    ]);
    assert.deepEqual(
      ledger.entries.map(({ at, attempt, status, waits }) => [at, attempt, status, waits.length]),
      [
        [100, 1, 429, 0],
        [5110, 2, undefined, 1],
      ],
    );
  });

  const thoughtful: readonly Step[] = [
    [0, 1, start()],
    [1, 1, thought('first')],
    [2, 1, text('Hal')],
    [3, 1, { type: 'cut', reason: 'connection', message: 'Lost.' }],
  ];
  for (const [how, reasoning] of [
    ['continue', 'first\n\nsecond thought'],
    ['prefill', 'first\n\nsecond thought'],
    ['restart', 'second thought'],
    [undefined, 'second thought'],
  ] as const) {
    it(`thinks ${how ? `in an attempt that is to ${how}` : 'in an attempt for the whole answer'}: ${JSON.stringify(reasoning)}`, () => {
      const again: readonly Step[] = [
        [4, 2, { type: 'attempt', model: 'gpt-4o', why: 'resume', how, time: 0 }],
        [5, 2, thought('second ')],
        [6, 2, thought('thought')],
      ];
      assert.equal(fold([...thoughtful, ...again]).reasoning, reasoning);
      // A turn of its own, which goes on with what an earlier one has left.
      const left = { ...initialTurn, reasoning: 'first', text: 'Hal' };
      assert.equal(fold(again, left).reasoning, reasoning);
    });
  }

  it('thinks from nothing where it goes on with an answer that came without a thought', () => {
    const again: Draft = { type: 'attempt', model: 'gpt-4o', why: 'resume', how: 'continue', time: 0 };
    const state = fold(
      [
        [0, 1, again],
        [1, 1, thought('hm')],
      ],
      { ...initialTurn, text: 'Hal' },
    );
    assert.equal(state.reasoning, 'hm');
  });

  const join = (offset: number): Draft => ({ type: 'resumed', how: 'continue', trimmed: 0, seam: offset });
  const cut = (message: string): Draft => ({ type: 'cut', reason: 'connection', message });

  it('knows of every seam where it is and why the answer had broken off, if it had', () => {
    const byHand = { ...initialTurn, text: 'Hal' };
    const state = fold(
      [
        [0, 1, start()],
        [1, 1, join(3)],
        [2, 1, text('f')],
        [3, 1, cut('Lost.')],
        [4, 2, start()],
        [5, 2, cut('Stalled.')],
        [6, 3, start()],
        [7, 3, join(4)],
      ],
      byHand,
    );
    assert.deepEqual(state.seams, [{ offset: 3 }, { offset: 4, cut: 'Stalled.' }]);
    const again = fold(
      [
        [8, 4, start()],
        [9, 4, join(9)],
      ],
      state,
    );
    assert.deepEqual(again.seams.at(-1), { offset: 9 });
  });

  for (const [how, again] of [
    ['restart', true],
    ['continue', false],
    ['prefill', false],
  ] as const) {
    it(`${again ? 'starts again' : 'goes on'} in an attempt that is to ${how}, until it has something to show`, () => {
      const steps: readonly Step[] = [
        [0, 1, start()],
        [1, 1, text('Hal')],
        [2, 2, { type: 'attempt', model: 'gpt-4o', why: 'resume', how, time: 0 }],
      ];
      assert.equal(startsAgain(fold(steps)), again);
      assert.equal(startsAgain(fold([...steps, [3, 2, { type: 'resumed', how, trimmed: 0, seam: 3 }]])), false);
    });
  }

  it('has something to keep once text, a thought or a tool call is there', () => {
    const call: Draft = { type: 'tool-call', index: 0, arguments: '' };
    for (const [draft, arrived] of [
      [start(), false],
      [waiting(), false],
      [text('H'), true],
      [thought('H'), true],
      [call, true],
    ] as const) {
      assert.equal(hasArrived(fold([[0, 1, draft]])), arrived, draft.type);
    }
  });

  const phases: Readonly<Record<TurnPhase, boolean>> = {
    connecting: true,
    streaming: true,
    waiting: true,
    offline: true,
    resuming: true,
    done: false,
    stopped: false,
    failed: false,
    interrupted: false,
  };
  for (const [phase, runs] of Object.entries(phases) as [TurnPhase, boolean][]) {
    it(`${runs ? 'runs' : 'is over'} while its phase is "${phase}"`, () => {
      assert.equal(isRunning(phase), runs);
      const state = { ...initialTurn, phase, quiet: true };
      assert.deepEqual(interrupted(state), runs ? { ...state, phase: 'interrupted', quiet: false } : state);
    });
  }

  const restarted: Draft = { type: 'resumed', how: 'restart', trimmed: 0, seam: 0 };
  const whole: Draft = { type: 'replaced', text: 'New.' };
  const part = (index: number, json: string, of: Pick<ToolCall, 'id' | 'name'> | object = {}): Draft => ({
    type: 'tool-call',
    index,
    arguments: json,
    ...of,
  });

  for (const draft of [text('Hi'), thought('Hm'), part(0, '{'), join(3), restarted, whole]) {
    it(`streams once there is an event "${draft.type}"`, () => {
      assert.equal(fold([[1, 1, draft]], { ...initialTurn, phase: 'resuming' }).phase, 'streaming');
    });
  }

  const loud: readonly Draft[] = [
    start(),
    text('Hi'),
    thought('Hm'),
    part(0, '{'),
    waiting(),
    cut('Lost.'),
    whole,
    done('Hi'),
    failed('Hi'),
    { type: 'stopped', text: 'Hi' },
  ];
  for (const draft of loud) {
    it(`is not quiet after an event "${draft.type}"`, () => {
      assert.equal(fold([[1, 1, draft]], { ...initialTurn, quiet: true }).quiet, false);
    });
  }

  it('keeps 128 tool calls, whatever their indices, and folds further ones in linear time', function () {
    this.timeout(10_000);
    let state = initialTurn;
    for (let sent = 0; sent < 500_000; sent++) {
      const index = [sent, -sent, sent / 7, 1e9 + sent][sent % 4] ?? 0;
      state = reduce(state, { type: 'tool-call', index, arguments: '{}', attempt: 1, at: sent });
    }
    assert.equal(state.toolCalls.length, 128);
  });

  it('folds many small deltas of a tool call in linear time', function () {
    this.timeout(10_000);
    let state = initialTurn;
    const deltas = 500_000;
    for (let at = 0; at < deltas; at++) {
      state = reduce(state, { type: 'tool-call', index: 0, arguments: 'x', attempt: 1, at });
    }
    assert.equal(state.toolCalls[0]?.arguments.length, deltas);
  });

  it('has the tool calls that were put together from their parts, each by its index', () => {
    const { toolCalls, firstTokenAt } = fold([
      [0, 1, start()],
      [1, 1, part(0, '', { id: 'a', name: 'read' })],
      [2, 1, part(2, '{"b"')],
      [3, 1, part(0, '{"a"')],
      [4, 1, part(2, ':2}', { id: 'b', name: 'write' })],
      [5, 1, part(0, ':1}')],
    ]);
    assert.deepEqual(toolCalls, [
      { index: 0, id: 'a', name: 'read', arguments: '{"a":1}' },
      { index: 2, id: 'b', name: 'write', arguments: '{"b":2}' },
    ]);
    assert.equal(firstTokenAt, 1);
    assert.deepEqual(fold([[1, 1, part(1, '')]]).toolCalls, [{ index: 1, id: '', name: '', arguments: '' }]);
  });

  for (const how of ['continue', 'prefill', 'restart', undefined] as const) {
    const keeps = how === 'continue' || how === 'prefill';
    it(`${keeps ? 'keeps' : 'drops'} its tool calls in an attempt ${how ? `that is to ${how}` : 'for the whole answer'}`, () => {
      const before = fold([[0, 1, part(0, '{}')]]);
      const again = fold([[1, 2, { type: 'attempt', model: 'gpt-4o', why: 'resume', how, time: 0 }]], before);
      assert.deepEqual(again.toolCalls, keeps ? before.toolCalls : []);
    });
  }

  for (const draft of [restarted, whole]) {
    it(`has no seams after an event "${draft.type}" of an answer that begins anew`, () => {
      assert.deepEqual(fold([[1, 2, draft]], { ...initialTurn, seams: [{ offset: 3 }] }).seams, []);
    });
  }

  it('looks the same after what only the ledger keeps', () => {
    const before = fold([
      [0, 1, start()],
      [1, 1, text('Hal')],
    ]);
    const after = fold(
      [
        [2, 1, { type: 'headers', status: 200, ms: 2 }],
        [3, 1, { type: 'ended', how: 'finished', ms: 3, bytes: 3, chars: 3 }],
      ],
      before,
    );
    assert.deepEqual({ ...after, ledger: before.ledger }, before);
  });

  it('is interrupted only while it runs', () => {
    const running = fold([
      [0, 1, start()],
      [10, 2, waiting()],
    ]);
    assert.deepEqual([interrupted(running).phase, interrupted(running).wait], ['interrupted', undefined]);
    const over = fold([[8, 1, done('x')]], running);
    assert.equal(interrupted(over), over);
    assert.equal(isRunning(interrupted(running).phase), false);
  });

  it('is a pure fold: it changes nothing it was given', () => {
    const frozen = Object.freeze({ ...initialTurn, seams: Object.freeze([]) });
    for (const [, steps] of sequences) {
      for (const [at, attempt, draft] of steps) reduce(frozen, Object.freeze({ at, attempt, ...draft }));
    }
    assert.deepEqual(frozen, initialTurn);
  });

  it('has all the text, in order, however it was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (pieces) => {
        const state = fold([[0, 1, start()], ...pieces.map((piece, n): Step => [n + 1, 1, text(piece)])]);
        assert.equal(state.text, pieces.join(''));
      }),
      { numRuns: propertyRuns },
    );
  });
});

describe('a recorded turn', () => {
  const words = fc.string({ maxLength: 3 });
  const numbers = fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 3 }));
  const anything: fc.Arbitrary<Draft> = fc.oneof(
    { weight: 3, arbitrary: words.map(text) },
    words.map(thought),
    fc.constantFrom<Draft[]>(
      start(),
      waiting(),
      { type: 'attempt', model: 'm', why: 'resume', how: 'restart', time: 0 },
      { type: 'cut', reason: 'connection', message: 'Cut.' },
      { type: 'resumed', how: 'continue', trimmed: 1, seam: 2 },
    ),
    words.map((all): Draft => ({ type: 'replaced', text: all })),
  );
  const terminal = fc.tuple(
    fc.constantFrom(done, failed, (all: string): Draft => ({ type: 'stopped', text: all })),
    fc.option(words),
  );

  it('folds to the same state as the events of the engine, even after it was written to a journal', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, anything)), terminal, fc.nat(), (drafts, [end, other], cutAt) => {
        const events = drafts.map(([[at, attempt], draft]): StreamEvent => ({ at, attempt, ...draft }));
        const streamed = events.reduce<TurnState>(reduce, initialTurn);
        const all: StreamEvent[] = [...events, { at: 20_000, attempt: 3, ...end(other ?? streamed.text) }];
        // The journal receives the events in batches.
        const parts = [all.slice(0, cutAt % all.length), all.slice(cutAt % all.length)];
        let before: TurnState = initialTurn;
        const kept = parts.flatMap((part) => {
          const record = recorded(part, before);
          before = part.reduce<TurnState>(reduce, before);
          return record;
        });
        const read = JSON.parse(JSON.stringify(kept)) as RecordedEvent[];
        const whole = all.reduce<TurnState>(reduce, initialTurn);
        assert.deepEqual(
          JSON.parse(JSON.stringify(read.reduce<TurnState>(reduce, initialTurn))),
          JSON.parse(JSON.stringify(whole)),
        );
        assert.equal(whole.text, other ?? streamed.text);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('has a text in its last event only when it differs from the streamed text', () => {
    const half: StreamEvent = { at: 1, attempt: 1, ...text('half') };
    const endOf = (words: string) => recorded([half, { at: 2, attempt: 1, ...done(words) }], initialTurn)[1];
    assert.deepEqual(endOf('half'), { at: 2, attempt: 1, ...done('half'), text: undefined });
    assert.deepEqual(endOf('whole'), { at: 2, attempt: 1, ...done('whole') });
  });
});
