import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { EventBatcher } from '../../../src/host/conversation/turnRunner';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, text } from './scriptedEngine';

function setUp() {
  const clock = new VirtualClock();
  const batches: string[][] = [];
  const name = (event: StreamEvent): string => (event.type === 'text' ? event.text : event.type);
  const batcher = new EventBatcher(clock, (events) => batches.push(events.map(name)));
  return { clock, batches, batcher };
}

describe('event batcher', () => {
  it('emits the first text immediately, even if the attempt event was emitted just before', () => {
    const { batches, batcher } = setUp();
    batcher.push(attempt());
    batcher.push(text('a'));
    assert.deepEqual(batches, [['attempt'], ['a']]);
  });

  it('collects the following text into one batch per animation frame', async () => {
    const { clock, batches, batcher } = setUp();
    for (const word of ['a', 'b', 'c', 'd']) batcher.push(text(word));
    assert.deepEqual(batches, [['a']]);
    await clock.advance(15);
    assert.deepEqual(batches, [['a']]);
    await clock.advance(1);
    assert.deepEqual(batches, [['a'], ['b', 'c', 'd']]);
  });

  it('emits the terminal event immediately, after the collected events', () => {
    const { clock, batches, batcher } = setUp();
    for (const word of ['a', 'b']) batcher.push(text(word));
    batcher.push(done('ab'));
    assert.deepEqual(batches, [['a'], ['b', 'done']]);
    assert.equal(clock.pending, 0);
  });

  it('emits at most one batch per 16 ms of a steady stream', async () => {
    const { clock, batches, batcher } = setUp();
    for (let ms = 0; ms < 160; ms++) {
      batcher.push(text('x'));
      await clock.advance(1);
    }
    batcher.flush();
    assert.equal(batches.length, 11);
    assert.equal(batches.flat().length, 160);
  });

  it('emits nothing when there are no events', () => {
    const { batches, batcher } = setUp();
    batcher.flush();
    assert.deepEqual(batches, []);
  });
});
