import assert from 'node:assert/strict';
import type { Usage } from '../../../src/engine/events';
import type { Attempt } from '../../../src/engine/http/attempt';
import { EventQueue, TurnOutput } from '../../../src/engine/turn/turnOutput';
import { VirtualClock } from '../../support/virtualClock';

/** Returns an attempt that has ended with this usage. */
function endedAttempt(usage: Usage): Attempt {
  const account = { ms: 1, firstTokenMs: undefined, bytes: 1, chars: 1, usage };
  return { takeStats: () => account } as unknown as Attempt;
}

describe('usage of a turn', () => {
  it('is the sum over all attempts, separately for each kind of token', async () => {
    const output = new TurnOutput(new VirtualClock(), () => undefined);
    output.endAttempt(endedAttempt({ promptTokens: 1, completionTokens: 20, totalTokens: 300 }), 'abandoned');
    output.endAttempt(endedAttempt({ promptTokens: 2, completionTokens: 30, totalTokens: 400 }), 'finished');
    output.events.close();
    const sums: Usage[] = [];
    for await (const event of output.events) {
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

const endOfQueue = { done: true, value: undefined };

describe('event queue', () => {
  it('delivers the items that were pushed before it was closed, in order, and no later ones', async () => {
    const queue = new EventQueue<number>(() => undefined);
    queue.push(1);
    queue.push(2);
    queue.close();
    queue.push(3);
    const items: number[] = [];
    for await (const item of queue) items.push(item);
    assert.deepEqual(items, [1, 2]);
    assert.deepEqual(await queue.next(), endOfQueue);
  });

  it('ends the pending read when it is closed', async () => {
    const queue = new EventQueue<number>(() => undefined);
    const waiting = queue.next();
    queue.close();
    assert.deepEqual(await waiting, endOfQueue);
  });

  it('notifies the producer when the reader leaves, and accepts no more items', async () => {
    let leaves = 0;
    const queue = new EventQueue<number>(() => leaves++);
    queue.push(1);
    assert.deepEqual(await queue.return(), endOfQueue);
    queue.push(2);
    assert.deepEqual([leaves, await queue.next()], [1, endOfQueue]);
  });

  it('resolves pending reads in the order of the calls', async () => {
    const queue = new EventQueue<number>(() => undefined);
    const reads = [queue.next(), queue.next(), queue.next()];
    queue.push(1);
    queue.push(2);
    queue.close();
    assert.deepEqual(await Promise.all(reads), [{ done: false, value: 1 }, { done: false, value: 2 }, endOfQueue]);
  });

  it('ends all pending reads when the reader leaves', async () => {
    const queue = new EventQueue<number>(() => undefined);
    const reads = [queue.next(), queue.next()];
    await queue.return();
    assert.deepEqual(await Promise.all(reads), [endOfQueue, endOfQueue]);
  });
});
