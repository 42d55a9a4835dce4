import assert from 'node:assert/strict';
import { EventQueue } from '../../../src/engine/turn/eventQueue';

const over = { done: true, value: undefined };

describe('a queue of events', () => {
  it('delivers in order what was pushed before it was closed, and nothing after', async () => {
    const queue = new EventQueue<number>(() => undefined);
    queue.push(1);
    queue.push(2);
    queue.close();
    queue.push(3);
    const seen: number[] = [];
    for await (const item of queue) seen.push(item);
    assert.deepEqual(seen, [1, 2]);
    assert.deepEqual(await queue.next(), over);
  });

  it('tells a waiting reader that it was closed', async () => {
    const queue = new EventQueue<number>(() => undefined);
    const waiting = queue.next();
    queue.close();
    assert.deepEqual(await waiting, over);
  });

  it('tells the producer that its reader has left, and takes no more', async () => {
    let left = 0;
    const queue = new EventQueue<number>(() => left++);
    queue.push(1);
    assert.deepEqual(await queue.return(), over);
    queue.push(2);
    assert.deepEqual([left, await queue.next()], [1, over]);
  });

  it('answers every pending read, in the order of the calls', async () => {
    const queue = new EventQueue<number>(() => undefined);
    const reads = [queue.next(), queue.next(), queue.next()];
    queue.push(1);
    queue.push(2);
    queue.close();
    assert.deepEqual(await Promise.all(reads), [{ done: false, value: 1 }, { done: false, value: 2 }, over]);
  });

  it('ends every pending read when its reader leaves', async () => {
    const queue = new EventQueue<number>(() => undefined);
    const reads = [queue.next(), queue.next()];
    await queue.return();
    assert.deepEqual(await Promise.all(reads), [over, over]);
  });
});
