import assert from 'node:assert/strict';
import { EventQueue } from '../../src/engine/createEngine';
import type { StreamEvent } from '../../src/engine/events/events';

const end = { done: true, value: undefined };
const text = (content: string): StreamEvent => ({ type: 'text', text: content, attempt: 1, at: 0 });
const stopped: StreamEvent = { type: 'stopped', text: '', attempt: 1, at: 0 };
const next = (value: StreamEvent): IteratorResult<StreamEvent> => ({ done: false, value });

describe('event queue', () => {
  it('delivers events in order, and none after the last event of the turn', async () => {
    const queue = new EventQueue(() => undefined);
    queue.push([text('a'), text('b')]);
    queue.push([stopped]);
    queue.push([text('late')]);
    const types: string[] = [];
    for await (const { type } of queue) types.push(type);
    assert.deepEqual(types, ['text', 'text', 'stopped']);
  });

  it('delivers 200,000 events that were added before the first read', async () => {
    const queue = new EventQueue(() => undefined);
    for (let n = 0; n < 200_000; n++) queue.push([text('a')]);
    queue.push([stopped]);
    let events = 0;
    for await (const event of queue) events += Number(event.type === 'text');
    assert.equal(events, 200_000);
  });

  it('accepts 200,000 events in a single call', async () => {
    const queue = new EventQueue(() => undefined);
    queue.push([...Array.from({ length: 200_000 }, () => text('a')), stopped]);
    let events = 0;
    for await (const event of queue) events += Number(event.type === 'text');
    assert.equal(events, 200_000);
  });

  it('resolves pending reads in the order of the calls', async () => {
    const queue = new EventQueue(() => undefined);
    const reader = queue[Symbol.asyncIterator]();
    const reads = [reader.next(), reader.next(), reader.next()];
    queue.push([text('a')]);
    queue.push([stopped]);
    assert.deepEqual(await Promise.all(reads), [next(text('a')), next(stopped), end]);
  });

  it('notifies the turn and ends all pending reads when the iterator is closed', async () => {
    let leaves = 0;
    const queue = new EventQueue(() => leaves++);
    const reader = queue[Symbol.asyncIterator]();
    const reads = [reader.next(), reader.next()];
    const left = reader.return();
    assert.equal(leaves, 1);
    queue.push([text('late')]);
    assert.deepEqual(await Promise.all([...reads, left, reader.next()]), [end, end, end, end]);
  });
});
