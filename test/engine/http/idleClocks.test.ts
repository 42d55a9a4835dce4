import assert from 'node:assert/strict';
import { IdleClocks } from '../../../src/engine/http/idleClocks';
import { VirtualClock } from '../../support/virtualClock';

const timeouts = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 61_000, silentMs: 180_000 };

/** The clocks of an attempt, and what they have said: when, what. */
class Watched {
  readonly clock = new VirtualClock();
  readonly said: (readonly [at: number, what: string, ms?: number])[] = [];
  readonly clocks = new IdleClocks(this.clock, timeouts, {
    expired: (which, afterMs) => this.said.push([this.clock.ticks(), which, afterMs]),
    slept: () => this.said.push([this.clock.ticks(), 'slept']),
    quiet: (forMs) => this.said.push([this.clock.ticks(), 'quiet', forMs]),
  });

  /** Bytes, and in them something new or only a comment. */
  receive(what: 'payload' | 'comment'): void {
    this.clocks.bytes();
    if (what === 'payload') this.clocks.payload();
  }

  get expiries(): readonly unknown[] {
    return this.said.filter(([, what]) => what !== 'quiet');
  }
}

describe('the clocks of an attempt', () => {
  it('wait for headers', async () => {
    const it = new Watched();
    await it.clock.advance(59_999);
    assert.deepEqual(it.expiries, []);
    await it.clock.advance(1);
    assert.deepEqual(it.expiries, [[60_000, 'headers', 60_000]]);
  });

  it('wait for a first word from the headers on, whatever comments come', async () => {
    const it = new Watched();
    await it.clock.advance(50_000);
    it.clocks.headers();
    for (let at = 0; at < 11; at++) {
      await it.clock.advance(10_000);
      it.receive('comment');
    }
    assert.deepEqual(it.expiries, []);
    await it.clock.advance(10_000);
    assert.deepEqual(it.expiries, [[170_000, 'first', 120_000]]);
  });

  it('notice a stream without a byte', async () => {
    const it = new Watched();
    it.clocks.headers();
    it.receive('payload');
    await it.clock.advance(60_999);
    assert.deepEqual(it.expiries, []);
    await it.clock.advance(1);
    assert.deepEqual(it.expiries, [[61_000, 'idle', 61_000]]);
  });

  it('notice a stream of comments', async () => {
    const it = new Watched();
    it.clocks.headers();
    it.receive('payload');
    for (let at = 0; at < 17; at++) {
      await it.clock.advance(10_000);
      it.receive('comment');
    }
    await it.clock.advance(9_999);
    assert.deepEqual(it.expiries, []);
    await it.clock.advance(1);
    assert.deepEqual(it.expiries, [[180_000, 'silent', 180_000]]);
  });

  it('start anew with each word', async () => {
    const it = new Watched();
    it.clocks.headers();
    for (let at = 0; at < 20; at++) {
      it.receive('payload');
      await it.clock.advance(60_000);
    }
    assert.deepEqual(it.expiries, []);
  });

  it('leave the end of an answer a little time, and no more', async () => {
    const it = new Watched();
    it.clocks.headers();
    it.receive('payload');
    it.clocks.tail(5000);
    await it.clock.advance(4999);
    it.receive('comment');
    assert.deepEqual(it.said, []);
    await it.clock.advance(1);
    assert.deepEqual(it.said, [[5000, 'tail', 5000]]);
  });

  it('say once that it is quiet, ten seconds after the beginning or the last word', async () => {
    const it = new Watched();
    await it.clock.advance(9_999);
    assert.deepEqual(it.said, []);
    await it.clock.advance(1);
    it.clocks.headers();
    await it.clock.advance(15_000);
    assert.deepEqual(it.said, [[10_000, 'quiet', 10_000]]);
    it.receive('payload');
    await it.clock.advance(5000);
    it.receive('payload');
    await it.clock.advance(30_000);
    assert.deepEqual(it.said.slice(1), [[40_000, 'quiet', 10_000]]);
  });

  it('say nothing when they are put away', async () => {
    const it = new Watched();
    it.clocks.dispose();
    it.clocks.headers();
    await it.clock.advance(600_000);
    assert.deepEqual([it.said, it.clock.pending], [[], 0]);
  });
});

describe('a sleep', () => {
  /** The wall clock goes on, the monotonic one does not; noticed at the next look, ten seconds later. */
  async function asleep(ms: number): Promise<Watched> {
    const it = new Watched();
    it.clocks.headers();
    it.receive('payload');
    it.clock.epoch += ms;
    await it.clock.advance(10_000);
    return it;
  }

  it('of fifteen seconds gives the connection ten more to show that it lives', async () => {
    const it = await asleep(15_000);
    await it.clock.advance(9_999);
    assert.deepEqual(it.expiries, []);
    await it.clock.advance(1);
    assert.deepEqual(it.expiries, [[20_000, 'slept']]);
  });

  it('of less is none: clocks differ a little', async () => {
    const it = await asleep(14_999);
    await it.clock.advance(50_000);
    assert.deepEqual(it.expiries, []);
  });

  for (const [sign, live] of [
    ['a byte', (it: Watched) => it.receive('comment')],
    ['headers', (it: Watched) => it.clocks.headers()],
  ] as const) {
    it(`is over with ${sign}`, async () => {
      const it = await asleep(3_600_000);
      await it.clock.advance(5000);
      live(it);
      await it.clock.advance(30_000);
      assert.deepEqual(it.expiries, []);
    });
  }

  it('that the monotonic clock counts too is no silence of the stream', async () => {
    const it = new Watched();
    it.clocks.headers();
    it.receive('payload');
    it.clock.sleep(100_000);
    await it.clock.advance(0);
    assert.deepEqual(it.expiries, []);
    assert.ok(it.clocks.lastPayload >= 90_000, 'the time asleep is not the stream’s');
    it.receive('comment');
    await it.clock.advance(60_000);
    assert.deepEqual(it.expiries, []);
  });
});
