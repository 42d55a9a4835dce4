import assert from 'node:assert/strict';
import type { StreamEvent, Usage } from '../../../src/engine/events';
import type { Attempt } from '../../../src/engine/http/attempt';
import { TurnOutput } from '../../../src/engine/turn/turnOutput';
import { EngineWorld } from '../../support/engineRun';
import { answering } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

/** Returns an attempt that has ended with this usage. */
/** Fails the test, because no sink of a test throws. */
const fail = (error: unknown): never => {
  throw error;
};

function endedAttempt(usage: Usage): Attempt {
  const account = { ms: 1, firstTokenMs: undefined, bytes: 1, chars: 1, usage };
  return { takeStats: () => account } as unknown as Attempt;
}

describe('usage of a turn', () => {
  it('is the sum over all attempts, separately for each kind of token', async () => {
    const events: StreamEvent[] = [];
    const output = new TurnOutput(new VirtualClock(), (batch) => events.push(...batch), fail);
    output.endAttempt(endedAttempt({ promptTokens: 1, completionTokens: 20, totalTokens: 300 }), 'abandoned');
    output.endAttempt(endedAttempt({ promptTokens: 2, completionTokens: 30, totalTokens: 400 }), 'finished');
    await settle();
    const sums: Usage[] = [];
    for (const event of events) {
      if (event.type !== 'usage') continue;
      const { promptTokens, completionTokens, totalTokens } = event;
      sums.push({ promptTokens, completionTokens, totalTokens });
    }
    assert.deepEqual(sums, [
      { promptTokens: 1, completionTokens: 20, totalTokens: 300 },
      { promptTokens: 3, completionTokens: 50, totalTokens: 700 },
    ]);
  });
});

describe('events of a turn', () => {
  it('are delivered in one batch with one time if they are emitted without a pause', async () => {
    const batches: (readonly StreamEvent[])[] = [];
    const clock = new VirtualClock();
    const output = new TurnOutput(clock, (batch) => batches.push(batch), fail);
    output.emitToken('text', 'a');
    output.emitToken('text', 'b');
    assert.equal(batches.length, 0);
    await clock.advance(5);
    output.emit({ type: 'quiet', forMs: 5 });
    await settle();
    assert.deepEqual(
      batches.map((batch) => batch.map(({ type, at }) => [type, at])),
      [
        [
          ['text', 0],
          ['text', 0],
        ],
        [['quiet', 5]],
      ],
    );
  });

  it('are all delivered when the turn is stopped, and no event follows', async () => {
    const types: string[] = [];
    const output = new TurnOutput(new VirtualClock(), (batch) => types.push(...batch.map(({ type }) => type)), fail);
    output.emitToken('text', 'a');
    output.emit({ type: 'stopped', text: 'a' });
    assert.deepEqual(types, ['text', 'stopped']);
    output.emitToken('text', 'late');
    output.emit({ type: 'quiet', forMs: 1 });
    await settle();
    assert.equal(types.length, 2);
  });

  it('end with the fault kind internal when their receiver throws', async () => {
    const { engine, log } = new EngineWorld({ replies: [answering('ok')] });
    const kinds: string[] = [];
    engine.run(
      { model: 'm', messages: [] },
      {
        onEvents: (events) => {
          for (const event of events) if (event.type === 'failed') kinds.push(event.kind);
          throw new Error('broken view');
        },
      },
    );
    await settle();
    assert.deepEqual(kinds, ['internal']);
    assert.match(log.join(), /broken view/);
  });
});
