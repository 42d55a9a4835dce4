import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StreamEvent } from '../../../src/core/events';
import { noPace, paceSeconds } from '../../../src/core/pace';
import { initialTurn, reduce, type TurnState } from '../../../src/core/turnState';
import { mergeText } from '../../../src/host/conversation/mergeText';
import { attempt, done, reasoning, text, waiting } from './scriptedEngine';

const anyEvent: fc.Arbitrary<StreamEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.string(), fc.nat(99)).map(([words, at]) => text(words, at)) },
  { weight: 3, arbitrary: fc.tuple(fc.string(), fc.nat(99)).map(([words, at]) => reasoning(words, at)) },
  fc.constantFrom(attempt(), waiting, done('x')),
);

function withoutTimes(state: TurnState): TurnState {
  const chars = paceSeconds(state.pace).reduce((sum, second) => sum + second.chars, 0);
  return { ...state, lastTokenAt: undefined, pace: { ...noPace, chars } };
}

describe('mergeText', () => {
  it('folds to the same state as what was merged, but for when in a moment each character came', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        const fold = (all: readonly StreamEvent[]): TurnState => withoutTimes(all.reduce(reduce, initialTurn));
        assert.deepEqual(fold(mergeText(events)), fold(events));
      }),
    );
  });

  it('leaves no two neighbours that could be one', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        const types = mergeText(events).map(({ type }) => type);
        const doubled = types.filter((type, at) => (type === 'text' || type === 'reasoning') && types[at + 1] === type);
        assert.deepEqual(doubled, []);
      }),
    );
  });

  it('keeps the text of different attempts apart', () => {
    const second: StreamEvent = { type: 'text', text: 'b', attempt: 2, at: 3 };
    assert.deepEqual(mergeText([text('a'), second]), [text('a'), second]);
  });
});
