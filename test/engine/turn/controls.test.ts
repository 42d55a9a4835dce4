import assert from 'node:assert/strict';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import {
  answering,
  rejecting,
  silent,
  status,
  streaming,
  type LiveBody,
  type Reply,
} from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';

const limited = status(429, { error: { message: 'slow down' } }, { 'retry-after': '30' });

/** Every state a turn can be stopped in: replies, and how long until the state is reached. */
const states: Record<string, { replies: readonly Reply[]; partial: string }> = {
  connecting: { replies: [silent], partial: '' },
  'waiting for the first token': { replies: [streaming((body) => body.send(': hi\n\n'))], partial: '' },
  streaming: { replies: [streaming((body) => body.delta('some'))], partial: 'some' },
  'waiting for the rest of a finished answer': {
    replies: [streaming((body) => body.delta('some').finish())],
    partial: 'some',
  },
  'waiting to retry': { replies: [limited], partial: '' },
  'waiting to resume': {
    replies: [streaming((body) => setImmediate(() => body.delta('some').break())), silent],
    partial: 'some',
  },
};

describe('stop', () => {
  for (const [state, { replies, partial }] of Object.entries(states)) {
    it(`while ${state} ends the turn at once, keeps the partial and lets everything go`, async () => {
      const run = new EngineRun({ replies });
      await settle();
      run.turn.stop();
      run.turn.stop();
      await run.finished;
      assert.deepEqual(
        run.types.filter((type) => ['done', 'stopped', 'failed'].includes(type)),
        ['stopped'],
      );
      assert.equal(run.last('stopped').text, partial);
      assert.equal(run.clock.pending, 0);
      assert.ok(run.wire.requests.every(({ signal }) => signal.aborted));
      const sent = run.wire.requests.length;
      await run.clock.advance(600_000);
      assert.equal(run.wire.requests.length, sent);
    });
  }

  it('comes from the signal too', async () => {
    const controller = new AbortController();
    const run = new EngineRun({ replies: [silent], options: { signal: controller.signal } });
    await settle();
    controller.abort();
    await run.finished;
    assert.equal(run.last('stopped').text, '');
  });

  it('before the start sends nothing', async () => {
    const run = new EngineRun({ replies: [silent], options: { signal: AbortSignal.abort() } });
    await run.finished;
    assert.deepEqual([run.types, run.wire.requests.length], [['stopped'], 0]);
  });

  it('is what leaving the loop means', async () => {
    const run = new EngineRun({ replies: [streaming((body) => body.delta('a').delta('b'))] });
    await settle();
    const iterator = run.turn[Symbol.asyncIterator]();
    await iterator.return?.();
    assert.ok(run.wire.requests[0]?.signal.aborted);
    assert.equal(run.clock.pending, 0);
  });
});

describe('retry now', () => {
  it('ends a wait at once and is not charged', async () => {
    const run = new EngineRun({ replies: [limited, answering('ok')] });
    await settle();
    run.turn.retryNow();
    run.turn.retryNow();
    await run.toEnd();
    assert.deepEqual([run.wire.requests.length, run.of('attempt')[1]?.why], [2, 'retry-now']);
    assert.equal(run.last('done').waitedMs, 0);
  });

  it('costs neither a retry nor a token, however often', async () => {
    const world = new EngineWorld({ replies: [status(408)], settings: { retry: { maxRetries: 1 } } });
    const run = world.ask();
    for (let click = 0; click < 4; click++) {
      await world.clock.advance(260);
      run.turn.retryNow();
    }
    await settle();
    assert.deepEqual([world.wire.requests.length, run.terminal], [5, undefined]);
    // One is put aside for the retry that is due.
    assert.equal(world.engine.report().network.budgets[0]?.tokens, 11);
    await run.toEnd();
    assert.equal(world.wire.requests.length, 6);
  });

  it('clicked twice is one request where the first has failed already', async () => {
    const run = new EngineRun({ replies: [rejecting('ECONNREFUSED')] });
    await settle();
    run.turn.retryNow();
    await settle();
    run.turn.retryNow();
    await settle();
    assert.equal(run.wire.requests.length, 2);
    run.turn.stop();
  });

  it('is not forgotten while the key is read, nor is another model', async () => {
    let reads = 0;
    let answerKey: (() => void) | undefined;
    const key = { baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' };
    const world = new EngineWorld({
      replies: [limited, answering('ok')],
      connection: () =>
        ++reads < 2 ? Promise.resolve(key) : new Promise((resolve) => (answerKey = () => resolve(key))),
    });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await settle();
    second.turn.switchModel('other');
    answerKey?.();
    await settle();
    answerKey?.();
    await second.toEnd();
    assert.deepEqual([second.of('waiting').length, second.last('done').text], [0, 'ok']);
    assert.equal(world.wire.requests[1]?.body.model, 'other');
    first.turn.stop();
  });

  it('replaces an attempt that hangs', async () => {
    const run = new EngineRun({ replies: [silent, answering('ok')] });
    await run.clock.advance(3000);
    run.turn.retryNow();
    await run.toEnd();
    assert.deepEqual([run.wire.requests.length, run.wire.requests[0]?.signal.aborted], [2, true]);
  });

  it('clicked twice is one request', async () => {
    const run = new EngineRun({ replies: [limited, silent] });
    await settle();
    run.turn.retryNow();
    await settle();
    run.turn.retryNow();
    await settle();
    assert.equal(run.wire.requests.length, 2);
    run.turn.stop();
  });

  it('leaves a streaming answer alone', async () => {
    const run = new EngineRun({ replies: [streaming((body) => body.delta('a'))] });
    await run.clock.advance(3000);
    run.turn.retryNow();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('switch model', () => {
  it('ends a wait and sends the next attempt to the other model', async () => {
    const run = new EngineRun({ replies: [limited, answering('ok')] });
    await settle();
    run.turn.switchModel('gemini-3-pro');
    await run.toEnd();
    assert.deepEqual(
      run.wire.requests.map(({ body }) => body.model),
      ['gpt-4o', 'gemini-3-pro'],
    );
    const { from, to, reason } = run.last('model');
    assert.deepEqual([from, to, reason], ['gpt-4o', 'gemini-3-pro', 'user']);
  });
});

describe('another model', () => {
  it('waits in the queue of its own model, even if a retry was requested before', async () => {
    let read: (() => void) | undefined;
    const cooldowns = {
      ...noSharedCooldowns,
      read: () => new Promise<undefined>((resolve) => (read = () => resolve(undefined))),
    };
    const world = new EngineWorld({ replies: [limited, answering('ok')], cooldowns });
    const run = world.ask();
    run.turn.retryNow();
    await settle();
    run.turn.switchModel('other');
    for (let n = 0; n < 3; n++) {
      read?.();
      await settle();
    }
    const [gate] = world.engine.report().network.gates.filter(({ closedUntil }) => closedUntil !== undefined);
    assert.deepEqual([world.wire.requests[0]?.body.model, gate?.model], ['other', 'other']);
    run.turn.stop();
  });
});

describe('another key or base URL', () => {
  const routes = { base: 'https://gateway.test/v1', key: 'hsa-first' as string | undefined };
  const world = (): EngineWorld =>
    new EngineWorld({
      replies: [limited, answering('ok')],
      connection: () => Promise.resolve({ baseUrl: routes.base, apiKey: routes.key }),
    });
  for (const [what, change, goesOn] of [
    ['another key ends a wait', { key: 'hsa-second' }, true],
    ['another base URL ends a wait', { base: 'https://other.test/v1' }, true],
    ['the same as before ends none', {}, false],
    ['no key at all ends none', { key: undefined }, false],
  ] as const) {
    it(what, async () => {
      Object.assign(routes, { base: 'https://gateway.test/v1', key: 'hsa-first' });
      const run = world().ask();
      await settle();
      Object.assign(routes, change);
      run.world.engine.connectionChanged();
      await settle();
      assert.equal(run.wire.requests.length, goesOn ? 2 : 1);
      run.turn.stop();
    });
  }

  it('is used by a turn that waits in the queue of the old one, which gets no more requests', async () => {
    Object.assign(routes, { base: 'https://gateway.test/v1', key: 'hsa-first' });
    const all = world();
    const first = all.ask();
    await settle();
    const second = all.ask();
    await settle();
    assert.equal(second.last('waiting').told, 'request');
    Object.assign(routes, { base: 'https://other.test/v1', key: 'hsa-second' });
    all.engine.connectionChanged();
    await settle();
    assert.deepEqual([first.last('done').text, second.last('done').text], ['ok', 'ok']);
    assert.deepEqual(
      all.wire.requests.slice(1).map(({ url, headers }) => [new URL(url).host, headers.get('authorization')]),
      [
        ['other.test', 'Bearer hsa-second'],
        ['other.test', 'Bearer hsa-second'],
      ],
    );
  });

  it('does not disturb an attempt', async () => {
    Object.assign(routes, { base: 'https://gateway.test/v1', key: 'hsa-first' });
    const run = new EngineRun({
      replies: [silent],
      connection: () => Promise.resolve({ baseUrl: routes.base, apiKey: routes.key }),
    });
    await run.clock.advance(5000);
    routes.key = 'hsa-second';
    run.world.engine.connectionChanged();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('fallback models', () => {
  const overloaded = status(503, { error: { message: 'overloaded' } });

  it('are asked after three overloads in a row, each once, in their order', async () => {
    const run = await new EngineRun({
      replies: [overloaded],
      settings: { fallbackModels: ['gpt-4o', 'second', 'third'], retry: { maxRetries: 10 } },
    }).toEnd();
    assert.deepEqual(
      run.of('model').map(({ from, to, reason }) => [from, to, reason]),
      [
        ['gpt-4o', 'second', 'overloaded'],
        ['second', 'third', 'overloaded'],
      ],
    );
    assert.deepEqual(
      run.wire.requests.slice(0, 7).map(({ body }) => body.model),
      ['gpt-4o', 'gpt-4o', 'gpt-4o', 'second', 'second', 'second', 'third'],
    );
  });

  it('are left alone when there are none, and by faults that are no overload', async () => {
    const none = await new EngineRun({ replies: [overloaded, overloaded, overloaded, answering('ok')] }).toEnd();
    assert.deepEqual(none.of('model'), []);
    const other = await new EngineRun({
      replies: [overloaded, overloaded, status(500), overloaded, answering('ok')],
      settings: { fallbackModels: ['second'] },
    }).toEnd();
    assert.deepEqual(other.of('model'), []);
  });
});

describe('an answer that is restarted when it was cut', () => {
  const settings = { resume: 'restart' } as const;
  const cut = (text: string): Reply =>
    streaming((body: LiveBody) => {
      body.delta(text);
      setImmediate(() => setImmediate(() => body.break()));
    });

  it('stays as it was until the new one has overtaken it', async () => {
    let second: LiveBody | undefined;
    const run = new EngineRun({ replies: [cut('one two'), streaming((body) => (second = body))], settings });
    await run.clock.advance(2000);
    assert.deepEqual([run.last('cut').reason, run.last('attempt').why], ['connection', 'resume']);
    second?.delta('one tw');
    await settle();
    assert.equal(run.shownText, 'one two');
    second?.delta('o three');
    await settle();
    assert.equal(run.shownText, 'one two three');
    second?.finish().done();
    await run.toEnd();
    assert.deepEqual([run.last('resumed').how, run.last('done').text], ['restart', 'one two three']);
  });

  it('may end shorter than the partial was', async () => {
    const run = await new EngineRun({ replies: [cut('a long beginning'), answering('short')], settings }).toEnd();
    assert.deepEqual([run.shownText, run.last('done').text], ['short', 'short']);
  });

  it('keeps the longer partial when the restart is cut too, and fails with it in the end', async () => {
    const run = await new EngineRun({ replies: [cut('the longest partial'), cut('short')], settings }).toEnd();
    assert.equal(run.wire.requests.length, 4);
    assert.deepEqual([run.last('failed').kind, run.last('failed').text], ['connection', 'the longest partial']);
  });

  it('fails with its partial when the provider reports that money is gone', async () => {
    const broke = streaming((body) =>
      body
        .delta('some')
        .event({ error: { code: 'insufficient_quota', message: 'gone' } })
        .end(),
    );
    const run = await new EngineRun({ replies: [broke] }).toEnd();
    assert.deepEqual(
      [run.last('failed').kind, run.last('failed').text, run.wire.requests.length],
      ['credit', 'some', 1],
    );
  });
});
