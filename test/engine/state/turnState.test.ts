import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecordedEvent, StreamEvent } from '../../../src/engine/events';
import { throughputSeconds } from '../../../src/engine/state/throughput';
import {
  hasPartialAnswer,
  initialTurn,
  markInterrupted,
  isRunning,
  toRecordedEvents,
  reduceTurn,
  isRestarting,
  type ToolCall,
  type TurnPhase,
  type TurnState,
} from '../../../src/engine/state/turnState';
import { propertyRuns } from '../../support/propertyRuns';

/** An event without its time and its attempt. */
type NewEvent<E = StreamEvent> = E extends StreamEvent ? Omit<E, 'at' | 'attempt'> : never;
/** An event with its monotonic time and the number of its attempt. */
type Step = readonly [at: number, attempt: number, newEvent: NewEvent];

const start = (model = 'gpt-4o'): NewEvent => ({ type: 'attempt', model, why: 'first', time: 0 });
const text = (content: string): NewEvent => ({ type: 'text', text: content });
const reasoning = (content: string): NewEvent => ({ type: 'reasoning', text: content });
const waiting = (reason: 'rate-limit' | 'offline' = 'rate-limit'): NewEvent => ({
  type: 'waiting',
  until: 9_000_000,
  delayMs: 5000,
  source: 'server',
  reason,
  maxAttempts: 6,
  message: 'Rate limited.',
  actions: ['retryNow'],
});
const done = (answer: string): NewEvent => ({
  type: 'done',
  finishReason: 'stop',
  attempts: 1,
  text: answer,
  waitedMs: 0,
});
const failed = (partialAnswer: string): NewEvent => ({
  type: 'failed',
  kind: 'auth',
  status: 401,
  requestId: undefined,
  message: 'The key was rejected.',
  text: partialAnswer,
  actions: ['setApiKey'],
});

function stateAfter(steps: readonly Step[], from: TurnState = initialTurn): TurnState {
  return steps
    .map(([at, attempt, newEvent]): StreamEvent => ({ at, attempt, ...newEvent }))
    .reduce<TurnState>(reduceTurn, from);
}

const sequences: readonly (readonly [name: string, steps: readonly Step[], expected: Partial<TurnState>])[] = [
  [
    'is connecting after the first attempt event',
    [[100, 1, start()]],
    { phase: 'connecting', model: 'gpt-4o', attempts: 1, startedAt: 100, text: '' },
  ],
  [
    'appends text deltas',
    [
      [100, 1, start()],
      [150, 1, text('Hel')],
      [160, 1, text('lo')],
    ],
    { phase: 'streaming', text: 'Hello', firstTokenAt: 150, lastTokenAt: 160 },
  ],
  [
    'separates reasoning from the answer',
    [
      [0, 1, start()],
      [5, 1, reasoning('Hm')],
      [6, 1, reasoning('m.')],
      [9, 1, text('4')],
    ],
    { phase: 'streaming', text: '4', reasoning: 'Hmm.', reasoningAttempt: 1, firstTokenAt: 5 },
  ],
  [
    'replaces the reasoning when a restarted answer has reasoning, too',
    [
      [0, 1, start()],
      [1, 1, reasoning('first ')],
      [2, 2, start()],
      [3, 2, reasoning('second ')],
      [4, 2, reasoning('try')],
    ],
    { reasoning: 'second try', reasoningAttempt: 2 },
  ],
  [
    'keeps the previous reasoning until the reasoning of a restarted answer arrives',
    [
      [0, 1, start()],
      [1, 1, reasoning('first')],
      [2, 2, start()],
    ],
    { reasoning: 'first', reasoningAttempt: 1 },
  ],
  [
    'is waiting after a waiting event',
    [
      [0, 1, start()],
      [10, 2, waiting()],
    ],
    { phase: 'waiting', attempts: 1 },
  ],
  [
    'is offline after a waiting event for the network',
    [
      [0, 1, start()],
      [10, 2, waiting('offline')],
    ],
    { phase: 'offline' },
  ],
  [
    'stays in the same phase when the stream breaks',
    [
      [0, 1, start()],
      [1, 1, text('Hal')],
      [2, 1, { type: 'cut', reason: 'connection', message: 'Lost.' }],
    ],
    { phase: 'streaming', text: 'Hal' },
  ],
  [
    'is resuming with the partial answer after a broken stream and a wait',
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
    'is resuming while the next attempt connects and there is a partial answer',
    [
      [0, 1, start()],
      [1, 1, text('Hal')],
      [2, 2, { type: 'attempt', model: 'gpt-4o', why: 'retry-now', time: 0 }],
    ],
    { phase: 'resuming', text: 'Hal' },
  ],
  [
    'is resuming, even without text, when the trigger of the attempt is a resume',
    [[0, 1, { type: 'attempt', model: 'gpt-4o', why: 'resume', time: 0 }]],
    { phase: 'resuming' },
  ],
  [
    'replaces the partial answer with a restarted answer',
    [
      [0, 1, start()],
      [1, 1, text('old')],
      [2, 2, start()],
      [3, 2, { type: 'resumed', how: 'restart', trimmed: 0, resumePoint: 0 }],
      [3, 2, { type: 'replaced', text: 'newer' }],
      [4, 2, text('!')],
    ],
    { phase: 'streaming', text: 'newer!' },
  ],
  [
    'is quiet after a quiet event',
    [
      [0, 1, start()],
      [10_000, 1, { type: 'quiet', forMs: 10_000 }],
    ],
    { phase: 'connecting', isQuiet: true },
  ],
  [
    'is not quiet after a text delta',
    [
      [0, 1, start()],
      [9, 1, { type: 'quiet', forMs: 9 }],
      [10, 1, text('a')],
    ],
    { isQuiet: false },
  ],
  [
    'is not quiet after the next attempt starts',
    [
      [0, 1, start()],
      [9, 1, { type: 'quiet', forMs: 9 }],
      [10, 2, start()],
    ],
    { isQuiet: false },
  ],
  [
    'is not quiet during a wait',
    [
      [0, 1, start()],
      [9, 1, { type: 'quiet', forMs: 9 }],
      [10, 2, waiting()],
    ],
    { isQuiet: false },
  ],
  [
    'records a switch to another model',
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
    'records every switch of the model in order',
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
    'takes its start time from a wait in the queue before the first attempt',
    [
      [100, 1, waiting()],
      [5100, 1, start()],
      [5400, 1, text('Hi')],
    ],
    { startedAt: 100, firstTokenAt: 5400 },
  ],
  [
    'contains the last reported usage',
    [
      [0, 1, start()],
      [1, 1, { type: 'usage', promptTokens: 1, completionTokens: 2, totalTokens: 3 }],
      [2, 1, { type: 'usage', promptTokens: 4, completionTokens: 5, totalTokens: 9 }],
    ],
    { usage: { promptTokens: 4, completionTokens: 5, totalTokens: 9 } },
  ],
  [
    'contains the complete text of the done event',
    [
      [0, 1, start()],
      [1, 1, text('Hel')],
      [8, 1, done('Hello')],
    ],
    { phase: 'done', text: 'Hello', finishReason: 'stop', endedAt: 8 },
  ],
  [
    'keeps the partial answer when it is stopped during a wait',
    [
      [0, 1, start()],
      [10, 2, waiting()],
      [40, 1, { type: 'stopped', text: 'partial' }],
    ],
    { phase: 'stopped', text: 'partial', endedAt: 40 },
  ],
];

describe('state of a turn', () => {
  for (const [name, steps, expected] of sequences) {
    it(name, () => {
      const state = stateAfter(steps);
      const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, state[key as keyof TurnState]]));
      assert.deepEqual(actual, expected);
    });
  }

  it('contains a wait only until the next attempt or terminal event', () => {
    const steps: readonly Step[] = [
      [0, 1, start()],
      [10, 2, waiting()],
    ];
    assert.equal(stateAfter(steps).wait?.until, 9_000_000);
    for (const end of [start(), done('x'), failed(''), { type: 'stopped', text: '' } as const]) {
      assert.equal('wait' in stateAfter([...steps, [20, 2, end]]), false);
    }
  });

  it('counts text, reasoning and tool calls in the throughput of each second', () => {
    const { throughput } = stateAfter([
      [100, 1, start()],
      [300, 1, reasoning('Hm')],
      [1099, 1, text('Hel')],
      [1100, 1, text('lo')],
      [1200, 1, { type: 'tool-call', index: 0, arguments: '{}' }],
    ]);
    assert.deepEqual(throughput, { completedSeconds: [{ second: 0, chars: 5 }], second: 1, chars: 4 });
  });

  it('spreads the throughput of a replaced answer over the time since its headers', () => {
    const { throughput, lastTokenAt } = stateAfter([
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

  it('records since when the stream has been quiet', () => {
    const { isQuiet, quietSince } = stateAfter([
      [100, 1, start()],
      [150, 1, text('Hel')],
      [10_160, 1, { type: 'quiet', forMs: 10_005 }],
    ]);
    assert.deepEqual([isQuiet, quietSince], [true, 155]);
  });

  it('contains the failure and the partial answer after the turn has failed', () => {
    const state = stateAfter([
      [0, 1, start()],
      [1, 1, text('Hal')],
      [8, 1, failed('Hal')],
    ]);
    assert.deepEqual([state.phase, state.text, state.failure?.kind], ['failed', 'Hal', 'auth']);
  });

  it('starts with the partial answer when the user continues a failed turn', () => {
    const failedState = stateAfter([
      [0, 1, start()],
      [1, 1, text('Hal')],
      [8, 1, failed('Hal')],
    ]);
    const resumed = stateAfter([[50, 1, { type: 'attempt', model: 'gpt-4o', why: 'resume', time: 0 }]], {
      ...initialTurn,
      text: failedState.text,
    });
    assert.deepEqual(
      [resumed.phase, resumed.text, resumed.failure, resumed.startedAt],
      ['resuming', 'Hal', undefined, 50],
    );
  });

  it('contains a ledger of the attempts and waits', () => {
    const { ledger } = stateAfter([
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

  const reasonedAndCut: readonly Step[] = [
    [0, 1, start()],
    [1, 1, reasoning('first')],
    [2, 1, text('Hal')],
    [3, 1, { type: 'cut', reason: 'connection', message: 'Lost.' }],
  ];
  for (const [how, expected] of [
    ['continue', 'first\n\nsecond thought'],
    ['prefill', 'first\n\nsecond thought'],
    ['restart', 'second thought'],
    [undefined, 'second thought'],
  ] as const) {
    it(`${expected.startsWith('first') ? 'keeps' : 'drops'} the previous reasoning in an attempt ${how ? `with the method "${how}"` : 'without a resume method'}`, () => {
      const nextAttempt: readonly Step[] = [
        [4, 2, { type: 'attempt', model: 'gpt-4o', why: 'resume', how, time: 0 }],
        [5, 2, reasoning('second ')],
        [6, 2, reasoning('thought')],
      ];
      assert.equal(stateAfter([...reasonedAndCut, ...nextAttempt]).reasoning, expected);
      // The same attempt in a new turn, which continues the answer of an earlier turn.
      const continued = { ...initialTurn, reasoning: 'first', text: 'Hal' };
      assert.equal(stateAfter(nextAttempt, continued).reasoning, expected);
    });
  }

  it('starts the reasoning without a blank line when the partial answer has no reasoning', () => {
    const continueEvent: NewEvent = { type: 'attempt', model: 'gpt-4o', why: 'resume', how: 'continue', time: 0 };
    const state = stateAfter(
      [
        [0, 1, continueEvent],
        [1, 1, reasoning('hm')],
      ],
      { ...initialTurn, text: 'Hal' },
    );
    assert.equal(state.reasoning, 'hm');
  });

  const join = (offset: number): NewEvent => ({ type: 'resumed', how: 'continue', trimmed: 0, resumePoint: offset });
  const cut = (message: string): NewEvent => ({ type: 'cut', reason: 'connection', message });

  it('records the offset of each resume point and why the stream broke there', () => {
    const continuedByUser = { ...initialTurn, text: 'Hal' };
    const state = stateAfter(
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
      continuedByUser,
    );
    assert.deepEqual(state.resumePoints, [{ offset: 3 }, { offset: 4, cutMessage: 'Stalled.' }]);
    const joinedAgain = stateAfter(
      [
        [8, 4, start()],
        [9, 4, join(9)],
      ],
      state,
    );
    assert.deepEqual(joinedAgain.resumePoints.at(-1), { offset: 9 });
  });

  const switched = (from: string, to: string, reason: 'overloaded' | 'user' = 'overloaded'): NewEvent => {
    return { type: 'model', from, to, reason };
  };

  it('records which model continued the text of another model, and why', () => {
    const state = stateAfter([
      [0, 1, start('a')],
      [1, 1, text('Hal')],
      [2, 1, cut('Lost.')],
      [3, 1, switched('a', 'b')],
      [4, 2, start('b')],
      [5, 2, join(3)],
      [6, 2, text('f')],
      [7, 3, start('b')],
      [8, 3, join(4)],
    ]);
    const models = { from: 'a', to: 'b', reason: 'overloaded' };
    assert.deepEqual(state.resumePoints, [{ offset: 3, cutMessage: 'Lost.', models }, { offset: 4 }]);
  });

  it('records the model that wrote the text when the next model added nothing before a third one continued', () => {
    const state = stateAfter([
      [0, 1, start('a')],
      [1, 1, text('Hal')],
      [2, 1, switched('a', 'b')],
      [3, 2, start('b')],
      [4, 2, switched('b', 'c')],
      [5, 3, start('c')],
      [6, 3, join(3)],
    ]);
    assert.deepEqual(state.resumePoints, [{ offset: 3, models: { from: 'a', to: 'c', reason: 'overloaded' } }]);
  });

  it('records no models at a resume point in an answer that another model has restarted', () => {
    const state = stateAfter([
      [0, 1, start('a')],
      [1, 1, text('Hal')],
      [2, 1, switched('a', 'b', 'user')],
      [3, 2, start('b')],
      [4, 2, { type: 'resumed', how: 'restart', trimmed: 0, resumePoint: 0 }],
      [5, 2, { type: 'replaced', text: 'Half' }],
      [6, 3, start('b')],
      [7, 3, join(4)],
    ]);
    assert.deepEqual(state.resumePoints, [{ offset: 4 }]);
  });

  for (const [how, isRestart] of [
    ['restart', true],
    ['continue', false],
    ['prefill', false],
  ] as const) {
    it(`${isRestart ? 'is restarting before the first output of' : 'is not restarting in'} an attempt with the method "${how}"`, () => {
      const steps: readonly Step[] = [
        [0, 1, start()],
        [1, 1, text('Hal')],
        [2, 2, { type: 'attempt', model: 'gpt-4o', why: 'resume', how, time: 0 }],
      ];
      assert.equal(isRestarting(stateAfter(steps)), isRestart);
      assert.equal(
        isRestarting(stateAfter([...steps, [3, 2, { type: 'resumed', how, trimmed: 0, resumePoint: 3 }]])),
        false,
      );
    });
  }

  it('contains a partial answer as soon as text, reasoning or a tool call has arrived', () => {
    const call: NewEvent = { type: 'tool-call', index: 0, arguments: '' };
    for (const [newEvent, arrived] of [
      [start(), false],
      [waiting(), false],
      [text('H'), true],
      [reasoning('H'), true],
      [call, true],
    ] as const) {
      assert.equal(hasPartialAnswer(stateAfter([[0, 1, newEvent]])), arrived, newEvent.type);
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
    scheduled: false,
  };
  for (const [phase, running] of Object.entries(phases) as [TurnPhase, boolean][]) {
    it(`${running ? 'is running' : 'has ended'} in the phase "${phase}"`, () => {
      assert.equal(isRunning(phase), running);
      const state = { ...initialTurn, phase, isQuiet: true };
      assert.deepEqual(markInterrupted(state), running ? { ...state, phase: 'interrupted', isQuiet: false } : state);
    });
  }

  const restarted: NewEvent = { type: 'resumed', how: 'restart', trimmed: 0, resumePoint: 0 };
  const replaced: NewEvent = { type: 'replaced', text: 'New.' };
  const part = (index: number, json: string, of: Pick<ToolCall, 'id' | 'name'> | object = {}): NewEvent => ({
    type: 'tool-call',
    index,
    arguments: json,
    ...of,
  });

  for (const newEvent of [text('Hi'), reasoning('Hm'), part(0, '{'), join(3), restarted, replaced]) {
    it(`is streaming after an event "${newEvent.type}"${'how' in newEvent ? ` with the method "${newEvent.how}"` : ''}`, () => {
      assert.equal(stateAfter([[1, 1, newEvent]], { ...initialTurn, phase: 'resuming' }).phase, 'streaming');
    });
  }

  const noQuietEvents: readonly NewEvent[] = [
    start(),
    text('Hi'),
    reasoning('Hm'),
    part(0, '{'),
    waiting(),
    cut('Lost.'),
    replaced,
    done('Hi'),
    failed('Hi'),
    { type: 'stopped', text: 'Hi' },
  ];
  for (const newEvent of noQuietEvents) {
    it(`is not quiet after an event "${newEvent.type}"`, () => {
      assert.equal(stateAfter([[1, 1, newEvent]], { ...initialTurn, isQuiet: true }).isQuiet, false);
    });
  }

  it('keeps at most 128 tool calls, and processes further ones in linear time', function () {
    this.timeout(10_000);
    let state = initialTurn;
    for (let sent = 0; sent < 500_000; sent++) {
      const index = [sent, -sent, sent / 7, 1e9 + sent][sent % 4] ?? 0;
      state = reduceTurn(state, { type: 'tool-call', index, arguments: '{}', attempt: 1, at: sent });
    }
    assert.equal(state.toolCalls.length, 128);
  });

  it('processes many small deltas of a tool call in linear time', function () {
    this.timeout(10_000);
    let state = initialTurn;
    const deltas = 500_000;
    for (let at = 0; at < deltas; at++) {
      state = reduceTurn(state, { type: 'tool-call', index: 0, arguments: 'x', attempt: 1, at });
    }
    assert.equal(state.toolCalls[0]?.arguments.length, deltas);
  });

  it('joins the parts of tool calls by their index', () => {
    const { toolCalls, firstTokenAt } = stateAfter([
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
    assert.deepEqual(stateAfter([[1, 1, part(1, '')]]).toolCalls, [{ index: 1, id: '', name: '', arguments: '' }]);
  });

  for (const how of ['continue', 'prefill', 'restart', undefined] as const) {
    const keepsCalls = how === 'continue' || how === 'prefill';
    it(`${keepsCalls ? 'keeps' : 'drops'} its tool calls in an attempt ${how ? `with the method "${how}"` : 'without a resume method'}`, () => {
      const before = stateAfter([[0, 1, part(0, '{}')]]);
      const after = stateAfter([[1, 2, { type: 'attempt', model: 'gpt-4o', why: 'resume', how, time: 0 }]], before);
      assert.deepEqual(after.toolCalls, keepsCalls ? before.toolCalls : []);
    });
  }

  for (const newEvent of [restarted, replaced]) {
    it(`has no resume points after an event "${newEvent.type}" of a restarted answer`, () => {
      assert.deepEqual(
        stateAfter([[1, 2, newEvent]], { ...initialTurn, resumePoints: [{ offset: 3 }] }).resumePoints,
        [],
      );
    });
  }

  it('changes only its ledger after a `headers` or `ended` event', () => {
    const before = stateAfter([
      [0, 1, start()],
      [1, 1, text('Hal')],
    ]);
    const after = stateAfter(
      [
        [2, 1, { type: 'headers', status: 200, ms: 2 }],
        [3, 1, { type: 'ended', how: 'finished', ms: 3, bytes: 3, chars: 3 }],
      ],
      before,
    );
    assert.deepEqual({ ...after, ledger: before.ledger }, before);
  });

  it('is marked as interrupted only if the turn was still running', () => {
    const running = stateAfter([
      [0, 1, start()],
      [10, 2, waiting()],
    ]);
    assert.deepEqual([markInterrupted(running).phase, markInterrupted(running).wait], ['interrupted', undefined]);
    const finished = stateAfter([[8, 1, done('x')]], running);
    assert.equal(markInterrupted(finished), finished);
    assert.equal(isRunning(markInterrupted(running).phase), false);
  });

  it('is computed without modifying the objects of the previous state and the event', () => {
    const frozen = Object.freeze({ ...initialTurn, resumePoints: Object.freeze([]) });
    for (const [, steps] of sequences) {
      for (const [at, attempt, newEvent] of steps) reduceTurn(frozen, Object.freeze({ at, attempt, ...newEvent }));
    }
    assert.deepEqual(frozen, initialTurn);
  });

  it('joins all text deltas in order', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (deltas) => {
        const state = stateAfter([[0, 1, start()], ...deltas.map((delta, n): Step => [n + 1, 1, text(delta)])]);
        assert.equal(state.text, deltas.join(''));
      }),
      { numRuns: propertyRuns },
    );
  });
});

describe('recorded turn', () => {
  const shortText = fc.string({ maxLength: 3 });
  const numbers = fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 3 }));
  const anyEvent: fc.Arbitrary<NewEvent> = fc.oneof(
    { weight: 3, arbitrary: shortText.map(text) },
    shortText.map(reasoning),
    fc.constantFrom<NewEvent[]>(
      start(),
      waiting(),
      { type: 'attempt', model: 'm', why: 'resume', how: 'restart', time: 0 },
      { type: 'cut', reason: 'connection', message: 'Cut.' },
      { type: 'resumed', how: 'continue', trimmed: 1, resumePoint: 2 },
    ),
    shortText.map((answer): NewEvent => ({ type: 'replaced', text: answer })),
  );
  const terminal = fc.tuple(
    fc.constantFrom(done, failed, (answer: string): NewEvent => ({ type: 'stopped', text: answer })),
    fc.option(shortText),
  );

  it('leads to the same state as the events of the engine, even after a round trip through a journal', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, anyEvent)), terminal, fc.nat(), (newEvents, [end, otherText], splitAt) => {
        const events = newEvents.map(([[at, attempt], newEvent]): StreamEvent => ({ at, attempt, ...newEvent }));
        const streamed = events.reduce<TurnState>(reduceTurn, initialTurn);
        const all: StreamEvent[] = [...events, { at: 20_000, attempt: 3, ...end(otherText ?? streamed.text) }];
        // The journal receives the events in batches.
        const batches = [all.slice(0, splitAt % all.length), all.slice(splitAt % all.length)];
        let before: TurnState = initialTurn;
        const records = batches.flatMap((batch) => {
          const record = toRecordedEvents(batch, before);
          before = batch.reduce<TurnState>(reduceTurn, before);
          return record;
        });
        const read = JSON.parse(JSON.stringify(records)) as RecordedEvent[];
        const complete = all.reduce<TurnState>(reduceTurn, initialTurn);
        assert.deepEqual(
          JSON.parse(JSON.stringify(read.reduce<TurnState>(reduceTurn, initialTurn))),
          JSON.parse(JSON.stringify(complete)),
        );
        assert.equal(complete.text, otherText ?? streamed.text);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('omits the text of the terminal event when it equals the streamed text', () => {
    const half: StreamEvent = { at: 1, attempt: 1, ...text('half') };
    const lastRecord = (answer: string) =>
      toRecordedEvents([half, { at: 2, attempt: 1, ...done(answer) }], initialTurn)[1];
    assert.deepEqual(lastRecord('half'), { at: 2, attempt: 1, ...done('half'), text: undefined });
    assert.deepEqual(lastRecord('whole'), { at: 2, attempt: 1, ...done('whole') });
  });
});
