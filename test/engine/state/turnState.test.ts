import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecordedEvent, ResumeMethod, StreamEvent } from '../../../src/engine/events/events';
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
import { refOf } from '../../support/gatewayRef';

const origin = 'https://gateway.test';
/** An event without its time and its attempt. */
type NewEvent<E = StreamEvent> = E extends StreamEvent ? Omit<E, 'at' | 'attempt'> & { readonly at?: number } : never;

const start = (model = 'gpt-4o'): NewEvent => ({
  type: 'attempt',
  gateway: refOf(origin),
  model,
  why: 'first',
  time: 0,
});
const resume = (how?: ResumeMethod): NewEvent => ({
  type: 'attempt',
  gateway: refOf(origin),
  model: 'gpt-4o',
  why: 'resume',
  how,
  time: 0,
});
const text = (content: string): NewEvent => ({ type: 'text', text: content });
const reasoning = (content: string): NewEvent => ({ type: 'reasoning', text: content });
const cut = (message = 'Lost.'): NewEvent => ({ type: 'cut', reason: 'connection', message });
const join = (offset: number): NewEvent => ({ type: 'resumed', how: 'continue', trimmed: 0, resumePoint: offset });
const restarted: NewEvent = { type: 'resumed', how: 'restart', trimmed: 0, resumePoint: 0 };
const replaced = (content: string): NewEvent => ({ type: 'replaced', text: content });
const switched = (from: string, to: string, reason: 'overloaded' | 'user' = 'overloaded'): NewEvent => {
  return { type: 'model', from, to, reason };
};
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
const stopped = (partialAnswer: string): NewEvent => ({ type: 'stopped', text: partialAnswer });
const failed = (partialAnswer: string): NewEvent => ({
  type: 'failed',
  kind: 'auth',
  status: 401,
  requestId: undefined,
  message: 'The key was rejected.',
  text: partialAnswer,
  actions: ['setApiKey'],
});

/** Numbers the attempts from 1. The time of an event is its index, unless the event has a time. */
function toEvents(newEvents: readonly NewEvent[]): readonly StreamEvent[] {
  let attempt = 0;
  return newEvents.map((newEvent, at) => {
    if (newEvent.type === 'attempt') attempt++;
    return { at, ...newEvent, attempt: Math.max(1, attempt) };
  });
}

function stateAfter(newEvents: readonly NewEvent[], from: TurnState = initialTurn): TurnState {
  return toEvents(newEvents).reduce<TurnState>(reduceTurn, from);
}

const usage = (promptTokens: number) => ({ promptTokens, completionTokens: 2, totalTokens: promptTokens + 2 });

const sequences: Readonly<Record<string, readonly [events: readonly NewEvent[], expected: Partial<TurnState>]>> = {
  'is connecting after the first attempt event': [
    [start()],
    { phase: 'connecting', model: 'gpt-4o', attempts: 1, startedAt: 0, text: '' },
  ],
  'separates reasoning from the answer and appends the deltas of both': [
    [start(), reasoning('Hm'), reasoning('m.'), text('4'), text('2')],
    { phase: 'streaming', text: '42', reasoning: 'Hmm.', reasoningAttempt: 1, firstTokenAt: 1, lastTokenAt: 4 },
  ],
  'keeps the previous reasoning until the reasoning of a restarted answer arrives': [
    [start(), reasoning('first'), start()],
    { reasoning: 'first', reasoningAttempt: 1 },
  ],
  'is waiting after a waiting event': [[start(), waiting()], { phase: 'waiting', attempts: 1 }],
  'is offline after a waiting event for the network': [[start(), waiting('offline')], { phase: 'offline' }],
  'stays in the same phase when the stream breaks': [
    [start(), text('Hal'), cut()],
    { phase: 'streaming', text: 'Hal' },
  ],
  'is resuming with the partial answer after a broken stream and a wait': [
    [start(), text('Hal'), cut(), waiting(), resume()],
    { phase: 'resuming', text: 'Hal' },
  ],
  'is resuming while the next attempt connects and there is a partial answer': [
    [start(), text('Hal'), start()],
    { phase: 'resuming', text: 'Hal' },
  ],
  'is resuming, even without text, when the trigger of the attempt is a resume': [[resume()], { phase: 'resuming' }],
  'replaces the partial answer with a restarted answer, whose throughput is unknown': [
    [start(), text('old'), start(), restarted, replaced('newer'), text('!')],
    { phase: 'streaming', text: 'newer!', throughput: { completedSeconds: [], second: 0, chars: 4 }, lastTokenAt: 5 },
  ],
  'records every switch of the model in order': [
    [switched('a', 'b', 'user'), start('b'), switched('b', 'c')],
    {
      model: 'c',
      switches: [
        { type: 'model', from: 'a', to: 'b', reason: 'user', attempt: 1, at: 0 },
        { type: 'model', from: 'b', to: 'c', reason: 'overloaded', attempt: 1, at: 2 },
      ],
    },
  ],
  'takes its start time from a wait in the queue before the first attempt': [
    [waiting(), start(), text('Hi')],
    { startedAt: 0, firstTokenAt: 2 },
  ],
  'contains the last reported usage': [
    [start(), { type: 'usage', ...usage(1) }, { type: 'usage', ...usage(4) }],
    { usage: usage(4) },
  ],
  'contains the complete text of the done event': [
    [start(), text('Hel'), done('Hello')],
    { phase: 'done', text: 'Hello', finishReason: 'stop', endedAt: 2 },
  ],
  'keeps the partial answer when it is stopped during a wait': [
    [start(), waiting(), stopped('partial')],
    { phase: 'stopped', text: 'partial', endedAt: 2 },
  ],
  'counts text, reasoning and tool calls in the throughput of each second': [
    [
      { ...start(), at: 100 },
      { ...reasoning('Hm'), at: 300 },
      { ...text('Hel'), at: 1099 },
      { ...text('lo'), at: 1100 },
      { type: 'tool-call', index: 0, arguments: '{}', at: 1200 },
    ],
    { throughput: { completedSeconds: [{ second: 0, chars: 5 }], second: 1, chars: 4 } },
  ],
  'records the offset of each resume point and why the stream broke there': [
    [start(), text('Hal'), join(3), text('f'), cut(), start(), cut('Stalled.'), start(), join(4), start(), join(9)],
    { resumePoints: [{ offset: 3 }, { offset: 4, cutMessage: 'Stalled.' }, { offset: 9 }] },
  ],
  'records which model continued the text of another model, and why': [
    [start('a'), text('Hal'), cut(), switched('a', 'b'), start('b'), join(3), text('f'), start('b'), join(4)],
    {
      resumePoints: [
        { offset: 3, cutMessage: 'Lost.', models: { from: 'a', to: 'b', reason: 'overloaded' } },
        { offset: 4 },
      ],
    },
  ],
  'records the model that wrote the text when the next model added nothing before a third one continued': [
    [start('a'), text('Hal'), switched('a', 'b'), start('b'), switched('b', 'c', 'user'), start('c'), join(3)],
    { resumePoints: [{ offset: 3, models: { from: 'a', to: 'c', reason: 'overloaded' } }] },
  ],
  'records both models when the second one had only reasoned before the answer was continued': [
    [start('a'), text('Hal'), start('b'), reasoning('Hm'), join(3)],
    { resumePoints: [{ offset: 3, models: { from: 'a', to: 'b' } }] },
  ],
  'records no models for a text of an unknown model': [[start(), join(3)], { resumePoints: [{ offset: 3 }] }],
  'has failed after a failed event': [[start(), failed('Hal')], { phase: 'failed', text: 'Hal', endedAt: 1 }],
  'records every switch of the gateway': [
    [
      { type: 'gateway', from: refOf('a'), to: refOf('b'), reason: 'dns' },
      { type: 'gateway', from: refOf('b'), to: refOf('c'), reason: 'user', row: 'hostNotFound' },
    ],
    {
      gateway: refOf('c'),
      gatewaySwitches: [
        { type: 'gateway', from: refOf('a'), to: refOf('b'), reason: 'dns', attempt: 1, at: 0 },
        { type: 'gateway', from: refOf('b'), to: refOf('c'), reason: 'user', row: 'hostNotFound', attempt: 1, at: 1 },
      ],
    },
  ],
  'has the gateway of the last attempt': [
    [{ type: 'gateway', from: refOf('a'), to: refOf('b'), reason: 'dns' }, start()],
    { gateway: refOf(origin) },
  ],
  'records no models at a resume point in an answer that another model has restarted': [
    [start('a'), text('Hal'), switched('a', 'b', 'user'), start('b'), restarted, replaced('Half'), start('b'), join(4)],
    { resumePoints: [{ offset: 4 }] },
  ],
};

describe('state of a turn', () => {
  for (const [name, [events, expected]] of Object.entries(sequences)) {
    it(name, () => {
      const state = stateAfter(events);
      const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, state[key as keyof TurnState]]));
      assert.deepEqual(actual, expected);
    });
  }

  it('no longer contains a wait after the next attempt or the end of the turn', () => {
    const events = [start(), waiting()];
    const withWait = stateAfter(events);
    assert.equal(withWait.wait?.until, 9_000_000);
    for (const end of [start(), done('x'), failed(''), stopped('')])
      assert.equal('wait' in stateAfter([...events, end]), false);
    assert.deepEqual([markInterrupted(withWait).phase, markInterrupted(withWait).wait], ['interrupted', undefined]);
  });

  it('contains a ledger of the attempts and waits', () => {
    const { ledger } = stateAfter([start(), { type: 'headers', status: 429, ms: 10 }, waiting(), start()]);
    assert.deepEqual(
      ledger.entries.map(({ at, attempt, headers, waits }) => [at, attempt, headers?.status, waits.length]),
      [
        [0, 1, 429, 0],
        [3, 2, undefined, 1],
      ],
    );
  });

  for (const [how, expected] of [
    ['continue', 'first\n\nsecond thought'],
    ['prefill', 'first\n\nsecond thought'],
    ['restart', 'second thought'],
    [undefined, 'second thought'],
  ] as const) {
    const keeps = expected.startsWith('first');
    it(`${keeps ? 'keeps' : 'drops'} the previous reasoning and tool calls in an attempt ${how ? `with the method "${how}"` : 'without a resume method'}`, () => {
      const call: NewEvent = { type: 'tool-call', index: 0, arguments: '{}' };
      const before = [start(), reasoning('first'), text('Hal'), call, cut()];
      const nextAttempt = [resume(how), reasoning('second '), reasoning('thought')];
      const state = stateAfter([...before, ...nextAttempt]);
      assert.deepEqual([state.reasoning, state.toolCalls.length], [expected, keeps ? 1 : 0]);
      // The same attempt in a new turn, which continues the answer of an earlier turn.
      const continued = { ...initialTurn, reasoning: 'first', text: 'Hal' };
      assert.equal(stateAfter(nextAttempt, continued).reasoning, expected);
    });
  }

  it('does not begin the reasoning with a blank line', () => {
    assert.equal(stateAfter([resume('continue'), reasoning('hm')], { ...initialTurn, text: 'Hal' }).reasoning, 'hm');
  });

  for (const [how, isRestart] of [
    ['restart', true],
    ['continue', false],
    ['prefill', false],
  ] as const) {
    it(`${isRestart ? 'is restarting before the first output of' : 'is not restarting in'} an attempt with the method "${how}"`, () => {
      const events = [start(), start(), text('Hal'), resume(how)];
      assert.equal(isRestarting(stateAfter(events)), isRestart);
      const resumed: NewEvent = { type: 'resumed', how, trimmed: 0, resumePoint: 3 };
      assert.equal(isRestarting(stateAfter([...events, resumed])), false);
    });
  }

  it('has a partial answer as soon as text, reasoning or a tool call has arrived', () => {
    const call: NewEvent = { type: 'tool-call', index: 0, arguments: '' };
    for (const event of [start(), waiting()]) assert.equal(hasPartialAnswer(stateAfter([event])), false, event.type);
    for (const event of [text('H'), reasoning('H'), call])
      assert.equal(hasPartialAnswer(stateAfter([event])), true, event.type);
  });

  const runningPhases: readonly TurnPhase[] = ['connecting', 'streaming', 'waiting', 'offline', 'resuming'];
  const endedPhases: readonly TurnPhase[] = ['done', 'stopped', 'failed', 'interrupted', 'scheduled'];
  for (const phase of [...runningPhases, ...endedPhases]) {
    const running = runningPhases.includes(phase);
    it(`${running ? 'is running' : 'has ended'} in the phase "${phase}"`, () => {
      assert.equal(isRunning(phase), running);
      const state = { ...initialTurn, phase };
      assert.deepEqual(markInterrupted(state), running ? { ...state, phase: 'interrupted' } : state);
    });
  }

  const part = (index: number, json: string, of: Pick<ToolCall, 'id' | 'name'> | object = {}): NewEvent => ({
    type: 'tool-call',
    index,
    arguments: json,
    ...of,
  });

  for (const event of [text('Hi'), reasoning('Hm'), part(0, '{'), join(3), restarted, replaced('New.')]) {
    it(`is streaming after an event "${event.type}"${'how' in event ? ` with the method "${event.how}"` : ''}`, () => {
      assert.equal(stateAfter([event], { ...initialTurn, phase: 'resuming' }).phase, 'streaming');
    });
  }

  it('keeps at most 128 tool calls', () => {
    let state = initialTurn;
    for (let sent = 0; sent < 1000; sent++) {
      const index = [sent, -sent, sent / 7, 1e9 + sent][sent % 4] ?? 0;
      state = reduceTurn(state, { type: 'tool-call', index, arguments: '{}', attempt: 1, at: sent });
    }
    assert.equal(state.toolCalls.length, 128);
  });

  it('joins the parts of tool calls by their index', () => {
    const { toolCalls, firstTokenAt } = stateAfter([
      start(),
      part(0, '', { id: 'a', name: 'read' }),
      part(2, '{"b"'),
      part(0, '{"a"'),
      part(2, ':2}', { id: 'b', name: 'write' }),
      part(0, ':1}'),
    ]);
    assert.deepEqual(toolCalls, [
      { index: 0, id: 'a', name: 'read', arguments: '{"a":1}' },
      { index: 2, id: 'b', name: 'write', arguments: '{"b":2}' },
    ]);
    assert.equal(firstTokenAt, 1);
    assert.deepEqual(stateAfter([part(1, '')]).toolCalls, [{ index: 1, id: '', name: '', arguments: '' }]);
  });

  it('has no resume points after the answer has been restarted', () => {
    for (const event of [restarted, replaced('New.')])
      assert.deepEqual(stateAfter([event], { ...initialTurn, resumePoints: [{ offset: 3 }] }).resumePoints, []);
  });

  it('changes only in its ledger after a `headers` or `ended` event', () => {
    const before = stateAfter([start(), text('Hal')]);
    const ended: NewEvent = { type: 'ended', how: 'finished', ms: 3, bytes: 3, chars: 3 };
    const after = stateAfter([{ type: 'headers', status: 200, ms: 2 }, ended], before);
    assert.deepEqual({ ...after, ledger: before.ledger }, before);
  });

  it('is computed without changing the previous state or the event', () => {
    const frozen = Object.freeze({ ...initialTurn, resumePoints: Object.freeze([]) });
    for (const [events] of Object.values(sequences))
      for (const event of toEvents(events)) reduceTurn(frozen, Object.freeze(event));
    assert.deepEqual(frozen, initialTurn);
  });
});

describe('recorded turn', () => {
  const shortText = fc.string({ maxLength: 3 });
  const numbers = fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 3 }));
  const anyEvent: fc.Arbitrary<NewEvent> = fc.oneof(
    { weight: 3, arbitrary: shortText.map(text) },
    shortText.map(reasoning),
    fc.constantFrom<NewEvent[]>(start(), waiting(), resume('restart'), cut(), join(2)),
    shortText.map(replaced),
  );
  const terminal = fc.tuple(fc.constantFrom(done, failed, stopped), fc.option(shortText));

  it('has the same state when it is read from the journal', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, anyEvent)), terminal, fc.nat(), (newEvents, [end, otherText], splitAt) => {
        const events = newEvents.map(([[at, attempt], newEvent]): StreamEvent => ({ ...newEvent, at, attempt }));
        const streamed = events.reduce<TurnState>(reduceTurn, initialTurn);
        const all: StreamEvent[] = [...events, { ...end(otherText ?? streamed.text), at: 20_000, attempt: 3 }];
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

  it("does not store the answer's text twice", () => {
    const half: StreamEvent = { ...text('half'), at: 1, attempt: 1 };
    const lastRecord = (answer: string) =>
      toRecordedEvents([half, { ...done(answer), at: 2, attempt: 1 }], initialTurn)[1];
    assert.deepEqual(lastRecord('half'), { ...done('half'), at: 2, attempt: 1, text: undefined });
    assert.deepEqual(lastRecord('whole'), { ...done('whole'), at: 2, attempt: 1 });
  });
});
