import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { TurnOutput } from '../../../src/engine/turn/turnOutput';
import { EngineWorld } from '../../support/engineRun';
import { answering } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

/** Fails the test, because the receivers of these tests do not throw. */
const fail = (error: unknown): never => {
  throw error;
};

const cut = { type: 'cut', reason: 'connection', message: 'Lost.' } as const;

describe('events of a turn', () => {
  it('are delivered in one batch if a single read of the response caused them', async () => {
    const batches: (readonly StreamEvent[])[] = [];
    const clock = new VirtualClock();
    const output = new TurnOutput(clock, (batch) => batches.push(batch), fail);
    output.emitToken('text', 'a');
    clock.sleep(1);
    output.emitToken('text', 'b');
    assert.equal(batches.length, 0);
    output.deliver();
    await clock.advance(5);
    output.emit(cut);
    await settle();
    assert.deepEqual(
      batches.map((batch) => batch.map(({ type, at }) => [type, at])),
      [
        [
          ['text', 0],
          ['text', 0],
        ],
        [['cut', 6]],
      ],
    );
  });

  it('are all delivered before the event that reports the stop of the turn', async () => {
    const types: string[] = [];
    const output = new TurnOutput(new VirtualClock(), (batch) => types.push(...batch.map(({ type }) => type)), fail);
    output.emitToken('text', 'a');
    output.emit({ type: 'stopped', text: 'a' });
    assert.deepEqual(types, ['text', 'stopped']);
    output.emitToken('text', 'late');
    output.emit(cut);
    await settle();
    assert.equal(types.length, 2);
  });

  it('end with the fault kind "internal" if their receiver throws an exception', async () => {
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

describe('receiver of events that stops its turn', () => {
  it('receives the rest of the batch and the last event of the turn', async () => {
    const types: string[] = [];
    const output = new TurnOutput(
      new VirtualClock(),
      (batch) => {
        for (const { type } of batch) {
          types.push(type);
          if (type === 'cut') output.emit({ type: 'stopped', text: 'a' });
        }
      },
      fail,
    );
    output.emit(cut);
    output.emitToken('text', 'a');
    await settle();
    assert.deepEqual(types, ['cut', 'text', 'stopped']);
  });
});
