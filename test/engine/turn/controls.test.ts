import assert from 'node:assert/strict';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import { answering, silent, status, streaming, type LiveBody, type Reply } from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';

const rateLimited = status(429, { error: { message: 'slow down' } }, { 'retry-after': '30' });

/** The states in which a turn can be stopped: the replies that lead to a state, and the partial answer in it. */
const states: Record<string, { replies: readonly Reply[]; partial: string }> = {
  connecting: { replies: [silent], partial: '' },
  'waiting for the first token': { replies: [streaming((body) => body.send(': hi\n\n'))], partial: '' },
  streaming: { replies: [streaming((body) => body.delta('some'))], partial: 'some' },
  'waiting for the end of the stream after a finish reason': {
    replies: [streaming((body) => body.delta('some').finish())],
    partial: 'some',
  },
  'waiting to retry': { replies: [rateLimited], partial: '' },
  'waiting to resume': {
    replies: [streaming((body) => setImmediate(() => body.delta('some').break())), silent],
    partial: 'some',
  },
};

describe('stop of a turn', () => {
  for (const [state, { replies, partial }] of Object.entries(states)) {
    it(`ends the turn immediately while ${state}, keeps the partial answer and releases sockets and timers`, async () => {
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
      const requests = run.wire.requests.length;
      await run.clock.advance(600_000);
      assert.equal(run.wire.requests.length, requests);
    });
  }

  it('stops the turn when its abort signal fires', async () => {
    const controller = new AbortController();
    const run = new EngineRun({ replies: [silent], options: { signal: controller.signal } });
    await settle();
    controller.abort();
    await run.finished;
    assert.equal(run.last('stopped').text, '');
  });

  it('sends no request when the signal is already aborted', async () => {
    const run = new EngineRun({ replies: [silent], options: { signal: AbortSignal.abort() } });
    await run.finished;
    assert.deepEqual([run.types, run.wire.requests.length], [['stopped'], 0]);
  });

  it('stops the turn when the reader leaves its loop over the events', async () => {
    const { engine, wire, clock } = new EngineWorld({ replies: [streaming((body) => body.delta('a').delta('b'))] });
    const types: string[] = [];
    for await (const { type } of engine.stream({ model: 'm', messages: [] })) {
      types.push(type);
      if (type === 'text') break;
    }
    assert.deepEqual(types, ['attempt', 'headers', 'text']);
    assert.ok(wire.requests[0]?.signal.aborted);
    assert.equal(clock.pending, 0);
  });
});

describe('Retry now', () => {
  it('ends a wait immediately and sends one request, even when it is clicked twice', async () => {
    const run = new EngineRun({ replies: [rateLimited, answering('ok')] });
    await settle();
    run.turn.retryNow();
    run.turn.retryNow();
    await run.toEnd();
    assert.deepEqual([run.wire.requests.length, run.of('attempt')[1]?.why], [2, 'retry-now']);
    assert.equal(run.last('done').waitedMs, 0);
  });

  it('counts neither toward the maximum number of retries nor against the retry budget, however often it is clicked', async () => {
    const world = new EngineWorld({ replies: [status(408)], settings: { retry: { maxRetries: 1 } } });
    const run = world.ask();
    for (let click = 0; click < 4; click++) {
      await world.clock.advance(260);
      run.turn.retryNow();
    }
    await settle();
    assert.deepEqual([world.wire.requests.length, run.terminal], [5, undefined]);
    // One token is reserved for the automatic retry that is due.
    assert.equal(world.engine.report().network.budgets[0]?.tokens, 11);
    await run.toEnd();
    assert.equal(world.wire.requests.length, 6);
  });

  it('does not wait in the queue of the previous model when the model is switched while the key is being read', async () => {
    let reads = 0;
    let resolveKey: (() => void) | undefined;
    const key = { baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' };
    const world = new EngineWorld({
      replies: [rateLimited, answering('ok')],
      connection: () =>
        ++reads < 2 ? Promise.resolve(key) : new Promise((resolve) => (resolveKey = () => resolve(key))),
    });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await settle();
    second.turn.switchModel('other');
    resolveKey?.();
    await settle();
    resolveKey?.();
    await second.toEnd();
    assert.deepEqual([second.of('waiting').length, second.last('done').text], [0, 'ok']);
    assert.equal(world.wire.requests[1]?.body.model, 'other');
    first.turn.stop();
  });

  it('does not disturb a streaming answer', async () => {
    const run = new EngineRun({ replies: [streaming((body) => body.delta('a'))] });
    await run.clock.advance(3000);
    run.turn.retryNow();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('Switch model', () => {
  it('ends a wait and sends the next attempt to the other model', async () => {
    const run = new EngineRun({ replies: [rateLimited, answering('ok')] });
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

describe('turn with a switched model', () => {
  it('waits in the queue of the new model, even if a retry was requested before the switch', async () => {
    let read: (() => void) | undefined;
    const cooldowns = {
      ...noSharedCooldowns,
      read: () => new Promise<undefined>((resolve) => (read = () => resolve(undefined))),
    };
    const world = new EngineWorld({ replies: [rateLimited, answering('ok')], cooldowns });
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

describe('change of the key or base URL', () => {
  const routes = { base: 'https://gateway.test/v1', key: 'hsa-first' as string | undefined };
  const world = (): EngineWorld =>
    new EngineWorld({
      replies: [rateLimited, answering('ok')],
      connection: () => Promise.resolve({ baseUrl: routes.base, apiKey: routes.key }),
    });
  for (const [title, change, endsWait] of [
    ['ends a wait when the key changes', { key: 'hsa-second' }, true],
    ['ends a wait when the base URL changes', { base: 'https://other.test/v1' }, true],
    ['does not end a wait when nothing has changed', {}, false],
    ['does not end a wait when the key is removed', { key: undefined }, false],
  ] as const) {
    it(title, async () => {
      Object.assign(routes, { base: 'https://gateway.test/v1', key: 'hsa-first' });
      const run = world().ask();
      await settle();
      Object.assign(routes, change);
      run.world.engine.onConnectionChanged();
      await settle();
      assert.equal(run.wire.requests.length, endsWait ? 2 : 1);
      run.turn.stop();
    });
  }

  it('sends the turns that wait in the queue of the old route to the new route', async () => {
    Object.assign(routes, { base: 'https://gateway.test/v1', key: 'hsa-first' });
    const engineWorld = world();
    const first = engineWorld.ask();
    await settle();
    const second = engineWorld.ask();
    await settle();
    assert.equal(second.last('waiting').told, 'request');
    Object.assign(routes, { base: 'https://other.test/v1', key: 'hsa-second' });
    engineWorld.engine.onConnectionChanged();
    await settle();
    assert.deepEqual([first.last('done').text, second.last('done').text], ['ok', 'ok']);
    assert.deepEqual(
      engineWorld.wire.requests.slice(1).map(({ url, headers }) => [new URL(url).host, headers.get('authorization')]),
      [
        ['other.test', 'Bearer hsa-second'],
        ['other.test', 'Bearer hsa-second'],
      ],
    );
  });

  it('does not disturb an attempt that is in flight', async () => {
    Object.assign(routes, { base: 'https://gateway.test/v1', key: 'hsa-first' });
    const run = new EngineRun({
      replies: [silent],
      connection: () => Promise.resolve({ baseUrl: routes.base, apiKey: routes.key }),
    });
    await run.clock.advance(5000);
    routes.key = 'hsa-second';
    run.world.engine.onConnectionChanged();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('fallback model', () => {
  const overloaded = status(503, { error: { message: 'overloaded' } });

  it('is used after three overloads in a row, in the configured order', async () => {
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

  it('is not used when none is configured, or when a different fault occurs between the overloads', async () => {
    const withoutFallback = await new EngineRun({
      replies: [overloaded, overloaded, overloaded, answering('ok')],
    }).toEnd();
    assert.deepEqual(withoutFallback.of('model'), []);
    const withOtherFault = await new EngineRun({
      replies: [overloaded, overloaded, status(500), overloaded, answering('ok')],
      settings: { fallbackModels: ['second'] },
    }).toEnd();
    assert.deepEqual(withOtherFault.of('model'), []);
  });
});

describe('restart of an answer whose stream broke', () => {
  const settings = { resume: 'restart' } as const;
  const cut = (text: string): Reply =>
    streaming((body: LiveBody) => {
      body.delta(text);
      setImmediate(() => setImmediate(() => body.break()));
    });

  it('shows the partial answer until the new answer is longer', async () => {
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

  it('accepts a complete answer that is shorter than the partial answer', async () => {
    const run = await new EngineRun({ replies: [cut('a long beginning'), answering('short')], settings }).toEnd();
    assert.deepEqual([run.shownText, run.last('done').text], ['short', 'short']);
  });

  it('fails with the longer of the two partial answers when the new stream breaks, too', async () => {
    const run = await new EngineRun({ replies: [cut('the longest partial'), cut('short')], settings }).toEnd();
    assert.equal(run.wire.requests.length, 4);
    assert.deepEqual([run.last('failed').kind, run.last('failed').text], ['connection', 'the longest partial']);
  });

  it('fails with the partial answer when the provider reports that the quota is used up', async () => {
    const outOfQuota = streaming((body) =>
      body
        .delta('some')
        .event({ error: { code: 'insufficient_quota', message: 'gone' } })
        .end(),
    );
    const run = await new EngineRun({ replies: [outOfQuota] }).toEnd();
    assert.deepEqual(
      [run.last('failed').kind, run.last('failed').text, run.wire.requests.length],
      ['credit', 'some', 1],
    );
  });
});
