import assert from 'node:assert/strict';
import {
  drainMs,
  IdleClocks,
  isReasoningModel,
  quietMs,
  tailMs,
  timeoutsFor,
} from '../../../src/engine/http/idleClocks';
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
    this.clocks.onBytes();
    if (what === 'payload') this.clocks.onPayload();
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
    it.clocks.onHeaders();
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
    it.clocks.onHeaders();
    it.receive('payload');
    await it.clock.advance(60_999);
    assert.deepEqual(it.expiries, []);
    await it.clock.advance(1);
    assert.deepEqual(it.expiries, [[61_000, 'idle', 61_000]]);
  });

  it('notice a stream of comments', async () => {
    const it = new Watched();
    it.clocks.onHeaders();
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
    it.clocks.onHeaders();
    for (let at = 0; at < 20; at++) {
      it.receive('payload');
      await it.clock.advance(60_000);
    }
    assert.deepEqual(it.expiries, []);
  });

  it('leave the end of an answer a little time, and no more', async () => {
    const it = new Watched();
    it.clocks.onHeaders();
    it.receive('payload');
    it.clocks.startTail(5000);
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
    it.clocks.onHeaders();
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
    it.clocks.onHeaders();
    await it.clock.advance(600_000);
    assert.deepEqual([it.said, it.clock.pending], [[], 0]);
  });
});

describe('a sleep', () => {
  /** The wall clock goes on, the monotonic one does not; noticed at the next look, ten seconds later. */
  async function asleep(ms: number): Promise<Watched> {
    const it = new Watched();
    it.clocks.onHeaders();
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
    ['headers', (it: Watched) => it.clocks.onHeaders()],
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
    it.clocks.onHeaders();
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

const thinking: readonly string[] = [
  'deepseek-r1',
  'deepseek-reasoner',
  'deepseek/deepseek-r1:free',
  'deepseek-r1-distill-qwen-32b',
  'o1',
  'o3-mini',
  'openai/o4-mini-high',
  'gpt-5',
  'gpt-5.1-codex',
  'openai/gpt-5-mini',
  'gemini-3-pro',
  'gemini-2.5-pro',
  'gemini-3.1-pro',
  'gemini-3.10-pro',
  'demo-reason',
  'demo-think',
  'grok-4',
  'qwq-32b',
  'qwen3-235b-a22b-thinking-2507',
  'kimi-k2-thinking',
  'claude-3-7-sonnet-thinking',
  'magistral-medium-2507',
  'demo-reasoning',
  'DeepSeek-R1',
];

const plain: readonly string[] = [
  'gpt-4o',
  'gpt-4.1-mini',
  'claude-opus-4',
  'claude-sonnet-4',
  'deepseek-v3',
  'deepseek-chat',
  'gemini-2.5-flash',
  'grok-4-fast-non-reasoning',
  'grok-4-fast-nonreasoning',
  'command-r-plus',
  'solo1',
  'llama-3.1-8b-instruct',
  '',
];

const unset = { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null };

describe('timeouts', () => {
  for (const model of thinking) {
    it(`give ${model} the time to think`, () => assert.equal(isReasoningModel(model), true));
  }

  for (const model of plain) {
    it(`treat ${JSON.stringify(model)} as one that answers at once`, () => {
      assert.equal(isReasoningModel(model), false);
    });
  }

  it('have a set of defaults for either kind of model', () => {
    const usual = { headersMs: 60_000, firstTokenMs: 120_000, idleMs: 60_000, silentMs: 180_000 };
    const patient = { headersMs: 180_000, firstTokenMs: 270_000, idleMs: 180_000, silentMs: 270_000 };
    assert.deepEqual(timeoutsFor('gpt-4o', unset), usual);
    assert.deepEqual(timeoutsFor('deepseek-r1', unset), patient);
  });

  it('are those of the settings where they are set, one by one', () => {
    const set = { headersMs: 1000, firstTokenMs: 2000, idleMs: 3000, silentMs: 4000 };
    assert.deepEqual(timeoutsFor('deepseek-r1', set), set);
    assert.deepEqual(timeoutsFor('gpt-4o', { ...unset, idleMs: 5000 }), {
      headersMs: 60_000,
      firstTokenMs: 120_000,
      idleMs: 5000,
      silentMs: 180_000,
    });
  });

  it('end before the clocks of runtimes and proxies, at 300 s', () => {
    const all = ['gpt-4o', 'o3'].flatMap((model) => Object.values<number>({ ...timeoutsFor(model, unset) }));
    assert.equal(all.length, 8);
    assert.ok(Math.max(...all) < 300_000);
  });

  it('leave 5 s to the tail, a moment to the drain, and say so after 10 s of quiet', () => {
    assert.deepEqual([tailMs, drainMs, quietMs], [5000, 100, 10_000]);
  });
});
