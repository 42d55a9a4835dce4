import assert from 'node:assert/strict';
import { IdleClocks, timeoutsFor } from '../../../src/engine/http/idleClocks';
import { VirtualClock } from '../../support/virtualClock';

const timeouts = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 61_000, silentMs: 180_000 };

/** The timeouts of an attempt, and a record of their callbacks. */
class TestClocks {
  readonly clock = new VirtualClock();
  readonly expiries: (readonly [at: number, name: string, ms: number])[] = [];
  readonly clocks = new IdleClocks(this.clock, timeouts, (expiry, ms) => {
    this.expiries.push([this.clock.monotonicNow(), expiry, ms]);
  });

  /** Receives bytes that contain payload or only a comment. */
  receive(content: 'payload' | 'comment'): void {
    this.clocks.onBytes();
    if (content === 'payload') this.clocks.onPayload();
  }
}

describe('attempt timeouts', () => {
  it('expire 120 s after the headers if only SSE comments arrive', async () => {
    const fixture = new TestClocks();
    await fixture.clock.advance(50_000);
    fixture.clocks.onHeaders();
    for (let at = 0; at < 11; at++) {
      await fixture.clock.advance(10_000);
      fixture.receive('comment');
    }
    assert.deepEqual(fixture.expiries, []);
    await fixture.clock.advance(10_000);
    assert.deepEqual(fixture.expiries, [[170_000, 'firstTokenTimeout', 120_000]]);
  });

  it('expire when a stream has sent no bytes for 61 s', async () => {
    const fixture = new TestClocks();
    fixture.clocks.onHeaders();
    fixture.receive('payload');
    await fixture.clock.advance(60_999);
    assert.deepEqual(fixture.expiries, []);
    await fixture.clock.advance(1);
    assert.deepEqual(fixture.expiries, [[61_000, 'streamStalled', 61_000]]);
  });

  it('expire when a stream has sent only SSE comments for 180 s', async () => {
    const fixture = new TestClocks();
    fixture.clocks.onHeaders();
    fixture.receive('payload');
    for (let at = 0; at < 17; at++) {
      await fixture.clock.advance(10_000);
      fixture.receive('comment');
    }
    await fixture.clock.advance(9_999);
    assert.deepEqual(fixture.expiries, []);
    await fixture.clock.advance(1);
    assert.deepEqual(fixture.expiries, [[180_000, 'streamSilent', 180_000]]);
  });

  it('expire 5 s after the finish reason if only SSE comments arrive', async () => {
    const fixture = new TestClocks();
    fixture.clocks.onHeaders();
    fixture.receive('payload');
    fixture.clocks.startTail(5000);
    fixture.clocks.endRead();
    await fixture.clock.advance(4999);
    fixture.receive('comment');
    assert.deepEqual(fixture.expiries, []);
    await fixture.clock.advance(1);
    assert.deepEqual(fixture.expiries, [[5000, 'tail', 5000]]);
  });

  for (const { name, blockedMs, leftMs } of [
    { name: 'longer than the time limit', blockedMs: 2600, leftMs: 1750 },
    { name: 'for almost all of the time limit', blockedMs: 1900, leftMs: 1750 },
    { name: 'only briefly', blockedMs: 100, leftMs: 1900 },
  ] as const) {
    it(`leave a connection ${leftMs} ms to be established after the process was blocked ${name}`, async () => {
      const fixture = new TestClocks();
      fixture.clocks.onConnecting();
      fixture.clock.sleep(blockedMs);
      await fixture.clock.advance(leftMs - 1);
      assert.deepEqual(fixture.expiries, []);
      await fixture.clock.advance(1);
      assert.deepEqual(fixture.expiries, [[blockedMs + leftMs, 'connectTimeout', 2000]]);
    });
  }

  it('have no effect after they are disposed', async () => {
    const fixture = new TestClocks();
    fixture.clocks.dispose();
    fixture.clocks.onHeaders();
    await fixture.clock.advance(600_000);
    assert.deepEqual([fixture.expiries, fixture.clock.pending], [[], 0]);
  });
});

describe('detection of computer sleep', () => {
  /** Advances only the wall clock, as in a sleep. The timeouts detect the sleep at the next check, 10 s later. */
  async function afterSleep(ms: number): Promise<TestClocks> {
    const fixture = new TestClocks();
    fixture.clocks.onHeaders();
    fixture.receive('payload');
    fixture.clock.epoch += ms;
    await fixture.clock.advance(10_000);
    return fixture;
  }

  it('ends the attempt if no data arrives within 10 s after a sleep of 15 s', async () => {
    const fixture = await afterSleep(15_000);
    await fixture.clock.advance(9_999);
    assert.deepEqual(fixture.expiries, []);
    await fixture.clock.advance(1);
    assert.deepEqual(fixture.expiries, [[20_000, 'slept', 10_000]]);
  });

  it('ignores a difference of less than 15 s between the wall clock and the monotonic clock', async () => {
    const fixture = await afterSleep(14_999);
    await fixture.clock.advance(50_000);
    assert.deepEqual(fixture.expiries, []);
  });

  for (const [data, receive] of [
    ['a byte arrives', (fixture: TestClocks) => fixture.receive('comment')],
    ['headers arrive', (fixture: TestClocks) => fixture.clocks.onHeaders()],
  ] as const) {
    it(`does not end the attempt when ${data} within 10 s`, async () => {
      const fixture = await afterSleep(3_600_000);
      await fixture.clock.advance(5000);
      receive(fixture);
      await fixture.clock.advance(30_000);
      assert.deepEqual(fixture.expiries, []);
    });
  }

  it('does not end the attempt when the headers arrive before the sleep is detected', async () => {
    const fixture = new TestClocks();
    await fixture.clock.advance(1000);
    fixture.clock.epoch += 3_600_000;
    fixture.clocks.onHeaders();
    await fixture.clock.advance(60_000);
    assert.deepEqual(fixture.expiries, []);
  });

  it('does not count the sleep as time without data', async () => {
    const fixture = new TestClocks();
    fixture.clocks.onHeaders();
    fixture.receive('payload');
    fixture.clock.sleep(100_000);
    await fixture.clock.advance(0);
    assert.deepEqual(fixture.expiries, []);
    assert.ok(fixture.clocks.lastPayload >= 90_000, 'the time of the sleep does not count for the stream');
    fixture.receive('comment');
    await fixture.clock.advance(60_000);
    assert.deepEqual(fixture.expiries, []);
  });
});

const unset = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };
const usual = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
const longer = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };

describe('default timeouts', () => {
  it('are short only if the model is known not to reason', () => {
    assert.deepEqual(timeoutsFor('m', { reasons: false }, unset), usual);
    assert.deepEqual(timeoutsFor('m', { reasons: true }, unset), longer);
    assert.deepEqual(timeoutsFor('m', {}, unset), longer);
    assert.deepEqual(timeoutsFor('m', undefined, unset), longer);
  });

  it('depend on the model name if nothing else is known about the model', () => {
    assert.deepEqual(timeoutsFor('grok-4-fast-non-reasoning', undefined, unset), usual);
    assert.deepEqual(timeoutsFor('qwen3-235b-a22b-thinking-2507', undefined, unset), longer);
  });

  it('are replaced by the timeouts from the settings', () => {
    const configured = { headersMs: 1000, firstTokenMs: 2000, idleMs: 3000, silentMs: 4000 };
    assert.deepEqual(timeoutsFor('m', { reasons: true }, configured), configured);
    assert.deepEqual(timeoutsFor('m', { reasons: false }, { ...unset, idleMs: 5000 }), {
      headersMs: 60_000,
      firstTokenMs: 120_000,
      idleMs: 5000,
      silentMs: 180_000,
    });
  });

  it('are shorter than the 300 s after which proxies close a connection', () => {
    const all = [true, false].flatMap((reasons) => Object.values<number>({ ...timeoutsFor('m', { reasons }, unset) }));
    assert.equal(all.length, 8);
    assert.ok(Math.max(...all) < 300_000);
  });
});
