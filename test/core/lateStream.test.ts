import assert from 'node:assert/strict';
import { EventQueue } from '../../src/core/eventQueue';
import { lateStream } from '../../src/core/lateStream';

describe('a stream that is still being fetched', () => {
  it('gives what the stream gives, from its first item on', async () => {
    const queue = new EventQueue<number>(() => undefined);
    queue.push(1);
    queue.push(2);
    queue.close();
    const items: number[] = [];
    for await (const item of lateStream(Promise.resolve(queue))) items.push(item);
    assert.deepEqual(items, [1, 2]);
  });

  it('is left at once, also while its next item is awaited', async () => {
    let left = false;
    const queue = new EventQueue<number>(() => (left = true));
    const iterator = lateStream(Promise.resolve(queue))[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return?.();
    assert.equal(left, true);
    assert.deepEqual(await next, { done: true, value: undefined });
  });

  it('tells whoever runs the loop that it could not be fetched', async () => {
    const stream = lateStream(Promise.reject(new Error('gone')));
    await assert.rejects(stream[Symbol.asyncIterator]().next(), /gone/);
  });
});
