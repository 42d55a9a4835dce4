import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventBatch } from '../../../src/engine/events/eventBatch';
import type { StreamEvent } from '../../../src/engine/events/events';
import { noThroughput, throughputSeconds } from '../../../src/engine/state/throughput';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/engine/state/turnState';
import { refOf } from '../../support/gatewayRef';

const base = { attempt: 1, at: 1 };
const text = (content: string, at = 1): StreamEvent => ({ ...base, type: 'text', text: content, at });
const reasoning = (content: string, at = 1): StreamEvent => ({ ...base, type: 'reasoning', text: content, at });
const attempt: StreamEvent = {
  ...base,
  type: 'attempt',
  gateway: refOf('https://one.test'),
  model: 'm',
  why: 'first',
  time: 0,
};
const cut: StreamEvent = { ...base, type: 'cut', reason: 'connection', message: '' };
const replaced: StreamEvent = { ...base, type: 'replaced', text: 'x' };

const anyToolCall: fc.Arbitrary<StreamEvent> = fc
  .record({
    index: fc.nat(1),
    id: fc.constantFrom(undefined, 'a', 'b'),
    name: fc.constantFrom(undefined, 'x'),
    json: fc.string(),
  })
  .map(({ index, id, name, json }) => ({ type: 'tool-call', index, id, name, arguments: json, attempt: 1, at: 1 }));

const anyEvent: fc.Arbitrary<StreamEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.string(), fc.nat(99)).map(([content, at]) => text(content, at)) },
  { weight: 3, arbitrary: fc.tuple(fc.string(), fc.nat(99)).map(([content, at]) => reasoning(content, at)) },
  { weight: 3, arbitrary: anyToolCall },
  fc.constantFrom(attempt, cut, replaced),
);

function merged(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const batch = new EventBatch<StreamEvent>();
  for (const event of events) batch.add(event);
  return batch.events;
}

function withoutTimes(state: TurnState): TurnState {
  const chars = throughputSeconds(state.throughput).reduce((sum, second) => sum + second.chars, 0);
  return { ...state, lastTokenAt: undefined, throughput: { ...noThroughput, chars } };
}

describe('batch of events', () => {
  it('leads to the same turn state as the separate events (apart from timing)', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        const fold = (all: readonly StreamEvent[]): TurnState =>
          withoutTimes(all.reduce<TurnState>(reduceTurn, initialTurn));
        assert.deepEqual(fold(merged(events)), fold(events));
      }),
    );
  });

  it('never contains two consecutive text events or two consecutive reasoning events', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        const types = merged(events).map(({ type }) => type);
        const doubled = types.filter((type, at) => (type === 'text' || type === 'reasoning') && types[at + 1] === type);
        assert.deepEqual(doubled, []);
      }),
    );
  });

  it('does not modify the events that are added to the batch', () => {
    const first = text('a');
    assert.deepEqual([merged([first, text('b')]), first], [[text('ab')], text('a')]);
  });

  it('does not join text events of different attempts', () => {
    const second: StreamEvent = { type: 'text', text: 'b', attempt: 2, at: 3 };
    assert.deepEqual(merged([text('a'), second]), [text('a'), second]);
  });
});
