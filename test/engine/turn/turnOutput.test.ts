import assert from 'node:assert/strict';
import type { Usage } from '../../../src/engine/events';
import type { Attempt } from '../../../src/engine/http/attempt';
import { EventQueue, TurnOutput } from '../../../src/engine/turn/turnOutput';
import { VirtualClock } from '../../support/virtualClock';

/** An attempt that has ended with this usage. */
function ended(usage: Usage): Attempt {
  const account = { ms: 1, firstTokenMs: undefined, bytes: 1, chars: 1, usage };
  return { takeAccount: () => account } as unknown as Attempt;
}

describe('the usage of a turn', () => {
  it('is the sum of its attempts, each kind of token for itself', async () => {
    const output = new TurnOutput(new VirtualClock(), () => undefined);
    output.endAttempt(ended({ promptTokens: 1, completionTokens: 20, totalTokens: 300 }), 'abandoned');
    output.endAttempt(ended({ promptTokens: 2, completionTokens: 30, totalTokens: 400 }), 'finished');
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
