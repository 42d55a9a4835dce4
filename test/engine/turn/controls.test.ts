import assert from 'node:assert/strict';
import { noSharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import {
  answering,
  cutAfter,
  cutStream,
  rateLimited,
  refused,
  rejecting,
  silent,
  status,
  streaming,
  type LiveBody,
  type Reply,
} from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';
import { rowsOf, valuesOf } from '../../support/valuesOf';

const failing = status(500, { error: { message: 'boom' } });
const noRetries = { retry: { maxRetries: 0 } };
const streamReasoning = (body: LiveBody): LiveBody => body.event({ choices: [{ delta: { reasoning_content: 'hm' } }] });

const gatesOf = ({ engine }: EngineWorld) => engine.report().gateways.flatMap(({ gates }) => gates);

const assertFailures = (world: EngineWorld, failures: number): void =>
  assert.deepEqual(valuesOf(gatesOf(world), 'failures'), [failures]);

/** The states in which a turn can be stopped: the replies that lead to a state, and the partial answer in it. */
const states: Record<string, { replies: readonly Reply[]; partial: string }> = {
  connecting: { replies: [silent], partial: '' },
  'waiting for the first token': { replies: [streaming((body) => body.send(': hi\n\n'))], partial: '' },
  streaming: { replies: [streaming((body) => body.delta('some'))], partial: 'some' },
  'waiting for the end of the stream after a finish reason': {
    replies: [streaming((body) => body.delta('some').finish())],
    partial: 'some',
  },
  'waiting to retry': { replies: [rateLimited(30)], partial: '' },
  'waiting to resume': {
    replies: [streaming((body) => setImmediate(() => body.delta('some').break())), silent],
    partial: 'some',
  },
};

describe('stop of a turn', () => {
  for (const [state, { replies, partial }] of Object.entries(states)) {
    it(`ends the turn immediately while ${state}, keeps the partial answer and releases sockets and timers`, async () => {
      const run = await new EngineRun({ replies }).settle();
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

  it('is triggered by the abort signal that the caller has passed', async () => {
    const controller = new AbortController();
    const run = await new EngineRun({ replies: [silent], options: { signal: controller.signal } }).settle();
    controller.abort();
    await run.finished;
    assert.deepEqual([run.last('stopped').text, run.last('ended').how], ['', 'stopped']);
  });

  it('prevents every request if the abort signal is already aborted', async () => {
    const run = new EngineRun({ replies: [silent], options: { signal: AbortSignal.abort() } });
    await run.finished;
    assert.deepEqual([run.types, run.wire.requests.length], [['stopped'], 0]);
  });

  it('is triggered when the reader leaves the loop over the events', async () => {
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
  it('ends a wait at once and sends only one request, even after a double click', async () => {
    const run = await new EngineRun({ replies: [rateLimited(30), answering('ok')] }).settle();
    run.turn.retryNow();
    run.turn.retryNow();
    await run.toEnd();
    assert.deepEqual([run.wire.requests.length, run.of('attempt')[1]?.why], [2, 'retry-now']);
    assert.equal(run.last('done').waitedMs, 0);
  });

  it('never counts as one of the automatic retries', async () => {
    const world = new EngineWorld({ replies: [status(408)], settings: { retry: { maxRetries: 1 } } });
    const run = world.ask();
    for (let click = 0; click < 4; click++) {
      await world.clock.advance(260);
      run.turn.retryNow();
    }
    await settle();
    assert.deepEqual([world.wire.requests.length, run.terminal], [5, undefined]);
    // One token is reserved for the automatic retry that is due.
    assert.equal(world.engine.report().gateways[0]?.tokens, 11);
    await run.toEnd();
    assert.equal(world.wire.requests.length, 6);
  });

  it('ends a wait in the queue immediately', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')] });
    const first = await world.ask().settle();
    const second = await world.ask().settle();
    second.turn.retryNow();
    await settle();
    assert.equal(second.last('done').text, 'ok');
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

describe('turn with a switched model', () => {
  for (const order of ['before', 'after'] as const)
    it(`waits in the queue of the new model, even if a retry was requested ${order} the switch`, async () => {
      let read: (() => void) | undefined;
      const cooldowns = {
        ...noSharedCooldowns,
        read: () => new Promise<undefined>((resolve) => (read = () => resolve(undefined))),
      };
      const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')], cooldowns });
      const run = world.ask();
      if (order === 'before') run.turn.retryNow();
      await settle();
      run.turn.switchModel('other');
      if (order === 'after') run.turn.retryNow();
      for (let n = 0; n < 3; n++) {
        read?.();
        await settle();
      }
      const [gate] = gatesOf(world).filter(({ closedUntil }) => closedUntil !== undefined);
      assert.deepEqual([world.wire.requests[0]?.body.model, gate?.model], ['other', 'other']);
      run.turn.stop();
    });
});

describe('change of the API key or base URL', () => {
  const gateways = { base: 'https://gateway.test/v1', key: 'hsa-first' as string | undefined };
  const world = (): EngineWorld =>
    new EngineWorld({
      replies: [rateLimited(30), answering('ok')],
      connection: () => Promise.resolve({ baseUrl: gateways.base, apiKey: gateways.key }),
    });
  for (const { title, change, endsWait } of [
    { title: 'ends a wait when the key changes', change: { key: 'hsa-second' }, endsWait: true },
    { title: 'ends a wait when the base URL changes', change: { base: 'https://other.test/v1' }, endsWait: true },
    { title: 'does not end a wait when nothing has changed', change: {}, endsWait: false },
    { title: 'does not end a wait when the key is removed', change: { key: undefined }, endsWait: false },
  ] as const) {
    it(title, async () => {
      Object.assign(gateways, { base: 'https://gateway.test/v1', key: 'hsa-first' });
      const run = world().ask();
      await settle();
      Object.assign(gateways, change);
      run.world.engine.onGatewaysChanged();
      await settle();
      assert.equal(run.wire.requests.length, endsWait ? 2 : 1);
      run.turn.stop();
    });
  }

  it('moves waiting turns to the queue of the new gateway', async () => {
    Object.assign(gateways, { base: 'https://gateway.test/v1', key: 'hsa-first' });
    const engineWorld = world();
    const first = await engineWorld.ask().settle();
    const second = await engineWorld.ask().settle();
    assert.equal(second.last('waiting').told, 'request');
    Object.assign(gateways, { base: 'https://other.test/v1', key: 'hsa-second' });
    engineWorld.engine.onGatewaysChanged();
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

  it('does not disturb an attempt that is already running', async () => {
    Object.assign(gateways, { base: 'https://gateway.test/v1', key: 'hsa-first' });
    const run = new EngineRun({
      replies: [silent],
      connection: () => Promise.resolve({ baseUrl: gateways.base, apiKey: gateways.key }),
    });
    await run.clock.advance(5000);
    gateways.key = 'hsa-second';
    run.world.engine.onGatewaysChanged();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('restart of an answer whose stream broke', () => {
  const settings = { resume: 'restart' } as const;

  it('accepts a complete answer that is shorter than the partial answer', async () => {
    const run = await new EngineRun({ replies: [cutAfter('a long beginning'), answering('short')], settings }).toEnd();
    assert.deepEqual([run.shownText, run.last('done').text], ['short', 'short']);
  });

  it('fails with the longer of the two partial answers if the second stream also breaks', async () => {
    const run = await new EngineRun({
      replies: [cutAfter('the longest partial'), cutAfter('short')],
      settings,
    }).toEnd();
    assert.equal(run.wire.requests.length, 4);
    assert.deepEqual([run.last('failed').kind, run.last('failed').text], ['connection', 'the longest partial']);
  });
});

describe('stream that ends with an error about a used-up quota', () => {
  it('makes the turn fail with the partial answer, without a retry', async () => {
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

describe('click on Retry now', () => {
  for (const [ms, requests] of [
    [999, 1],
    [1000, 2],
  ] as const) {
    it(`leads to ${requests} ${requests === 1 ? 'request' : 'requests'} in all, ${ms} ms after the start of an attempt`, async () => {
      const world = new EngineWorld({ replies: [silent] });
      world.clock.sleep(1000);
      const run = world.ask();
      await run.clock.advance(ms);
      run.turn.retryNow();
      await settle();
      assert.equal(run.wire.requests.length, requests);
      run.turn.stop();
    });
  }

  for (const [ms, requests] of [
    [249, 2],
    [250, 3],
  ] as const) {
    it(`leads to ${requests} requests in all, ${ms} ms after the first of three clicks`, async () => {
      const run = await new EngineRun({ replies: [refused] }).settle();
      run.turn.retryNow();
      await run.clock.advance(100);
      run.turn.retryNow();
      await run.clock.advance(ms - 100);
      run.turn.retryNow();
      await settle();
      assert.equal(run.wire.requests.length, requests);
      run.turn.stop();
    });
  }

  it('abandons an attempt that has received no response', async () => {
    const run = new EngineRun({ replies: [silent] });
    await run.clock.advance(3000);
    run.turn.retryNow();
    await settle();
    assert.deepEqual([run.last('ended').how, run.last('attempt').why], ['abandoned', 'retry-now']);
    run.turn.stop();
    assert.equal(run.wire.requests[1]?.signal.aborted, true);
  });

  it('lets the turn skip the queue, even while the cooldowns of other windows are being read', async () => {
    const cooldowns = { ...noSharedCooldowns, read: () => new Promise<undefined>(() => undefined) };
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')], cooldowns });
    const first = world.ask();
    await world.clock.advance(250);
    const second = await world.ask().settle();
    second.turn.retryNow();
    await settle();
    assert.deepEqual([second.last('done').text, second.of('waiting').length], ['ok', 0]);
    first.turn.stop();
  });

  for (const { state, ms, checks } of [
    { state: 'wait before a network check', ms: 500, checks: [] },
    { state: 'network check', ms: 2000, checks: [silent] },
  ] as const)
    it(`starts an attempt instead of another wait when it happens during a ${state}`, async () => {
      const run = new EngineRun({ replies: [rejecting('EAI_AGAIN'), ...checks, answering('ok')] });
      await run.clock.advance(ms);
      assert.equal(run.wire.requests.length, 1 + checks.length);
      run.turn.retryNow();
      await settle();
      assert.deepEqual(
        [run.last('done').text, run.of('waiting').length, run.wire.requests.length],
        ['ok', 1, 2 + checks.length],
      );
    });
});

describe('switch of the model', () => {
  it('abandons an attempt whose answer is streaming', async () => {
    const run = await new EngineRun({
      replies: [streaming((body) => body.delta('half')), answering('other')],
    }).settle();
    run.turn.switchModel('other');
    await settle();
    assert.deepEqual([run.last('done').text, run.wire.requests[1]?.body.model], ['other', 'other']);
    assert.equal(run.of('ended')[0]?.how, 'abandoned');
    assert.equal(run.last('model').reason, 'user');
  });

  it('is ignored when the user selects the current model', async () => {
    const run = await new EngineRun({ replies: [status(500), answering('ok')] }).settle();
    run.turn.switchModel('gpt-4o');
    await settle();
    assert.deepEqual([run.wire.requests.length, run.of('model').length], [1, 0]);
    run.turn.stop();
  });

  it('is ignored after the end of the turn', async () => {
    const run = await new EngineRun({ replies: [answering('ok')] }).toEnd();
    run.turn.switchModel('other');
    await settle();
    assert.deepEqual([run.wire.requests.length, run.of('model').length], [1, 0]);
  });

  it('lets the next request to the previous model start if the abandoned attempt was a probe', async () => {
    const world = new EngineWorld({ replies: [rateLimited(1), silent] });
    const first = await world.ask().settle();
    const second = await world.ask().settle();
    await world.clock.advance(2000);
    assert.equal(world.wire.requests.length, 2);
    second.turn.switchModel('other');
    await settle();
    assert.deepEqual(
      world.wire.requests.slice(2).map(({ body }) => body.model),
      ['gpt-4o', 'other'],
    );
    for (const { turn } of [first, second]) turn.stop();
  });

  it('lets the turn skip the queue of the previous model, even while the API key is being read', async () => {
    let reads = 0;
    let resolveKey: (() => void) | undefined;
    const key = { baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' };
    const world = new EngineWorld({
      replies: [rateLimited(30), answering('ok')],
      connection: () =>
        ++reads < 2 ? Promise.resolve(key) : new Promise((resolve) => (resolveKey = () => resolve(key))),
    });
    const first = await world.ask().settle();
    const second = await world.ask().settle();
    second.turn.switchModel('other');
    resolveKey?.();
    await settle();
    resolveKey?.();
    await second.toEnd();
    assert.deepEqual([second.of('waiting').length, second.last('done').text], [0, 'ok']);
    assert.equal(world.wire.requests[1]?.body.model, 'other');
    first.turn.stop();
  });

  it('removes the turn from the queue of the previous model', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')] });
    const first = await world.ask().settle();
    const second = await world.ask().settle();
    second.turn.switchModel('other');
    await settle();
    assert.deepEqual([second.last('done').text, second.of('waiting').length], ['ok', 1]);
    assert.equal(second.of('attempt')[0]?.why, 'switch');
    first.turn.stop();
  });
});

describe('stopped or finished turn', () => {
  it('sends no request if it is stopped while its API key is being read', async () => {
    let resolveKey: (() => void) | undefined;
    const world = new EngineWorld({
      replies: [answering('never')],
      connection: () =>
        new Promise(
          (resolve) => (resolveKey = () => resolve({ baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-key' })),
        ),
    });
    const run = world.ask();
    run.turn.stop();
    resolveKey?.();
    await settle();
    assert.deepEqual([gatesOf(world), world.wire.requests.length], [[], 0]);
    assert.equal(world.engine.report().turns[0]?.host, '');
  });

  for (const [state, ms] of [
    ['in flight', 250],
    ['reading the cooldowns of other windows', 0],
  ] as const) {
    it(`passes the probe to the next request when it is stopped while its own probe is ${state}`, async () => {
      const cooldowns = { ...noSharedCooldowns, read: () => new Promise<undefined>(() => undefined) };
      const replies = [rateLimited(1), ...(ms > 0 ? [silent] : []), answering('ok')];
      const world = new EngineWorld({ replies, cooldowns, settings: noRetries });
      await world.ask().toEnd();
      await world.clock.advance(2000);
      const probe = world.ask();
      await world.clock.advance(ms);
      probe.turn.stop();
      const next = world.ask();
      await world.clock.advance(250);
      assert.deepEqual([next.last('done').text, next.of('waiting').length], ['ok', 0]);
    });
  }
});

describe('failure count of a model', () => {
  const openBreaker = async (world: EngineWorld): Promise<void> => {
    for (let n = 0; n < 5; n++) await world.ask().toEnd();
  };

  it('is cleared when the user clicks *Try anyway*', async () => {
    const world = new EngineWorld({ replies: [failing], settings: noRetries });
    await openBreaker(world);
    const run = await world.ask().settle();
    run.turn.tryAnyway();
    await run.toEnd();
    assertFailures(world, 1);
  });

  it('does not delay a request that the user sends with *Try anyway*', async () => {
    const world = new EngineWorld({ replies: [failing], settings: noRetries });
    await openBreaker(world);
    const run = await world.ask().settle();
    const requests = world.wire.requests.length;
    run.turn.tryAnyway();
    await settle();
    assert.equal(world.wire.requests.length, requests + 1);
  });

  it('is cleared by *Try anyway* only at the start of the turn', async () => {
    const world = new EngineWorld({ replies: [failing], settings: { retry: { maxRetries: 2 } } });
    await world.ask().toEnd();
    assertFailures(world, 3);
    const run = world.ask();
    run.turn.tryAnyway();
    await run.toEnd();
    assertFailures(world, 3);
  });

  it('is cleared by a complete answer', async () => {
    const world = new EngineWorld({ replies: [failing, answering('ok'), failing], settings: noRetries });
    for (let n = 0; n < 3; n++) await world.ask().toEnd();
    assertFailures(world, 1);
  });

  it('opens the circuit breaker after five failures, even within one turn', async () => {
    const run = new EngineRun({ replies: [failing], settings: { retry: { maxRetries: 10 } } });
    while (run.of('attempt').length < 5 && (await run.clock.next()) !== undefined);
    const after = run.events.slice(run.events.indexOf(run.last('ended')));
    assert.deepEqual(
      after.flatMap((event) => (event.type === 'waiting' ? [[event.reason, event.told, event.delayMs]] : [])),
      [['breaker', 'turn', 5000]],
    );
    run.turn.stop();
  });

  it("is not given as the reason for a wait that another turn's cooldown causes", async () => {
    const world = new EngineWorld({ replies: [failing, rateLimited(30), answering('ok')] });
    const first = await world.ask().settle();
    const second = world.ask();
    await world.clock.advance(500);
    assert.deepEqual([first.last('waiting').told, first.last('waiting').reason], ['request', 'rate-limit']);
    assert.equal(first.last('waiting').maxAttempts - first.last('waiting').attempt, 4);
    first.turn.stop();
    second.turn.stop();
  });
});

describe('time without progress', () => {
  it('ends the turn after five minutes, even if retries are left', async () => {
    const run = await new EngineRun({ replies: [silent], settings: { retry: { maxRetries: 10 } } }).toEnd();
    assert.equal(run.wire.requests.length, 5);
    assert.match(run.last('failed').message, /^No response from .* No progress for 5 min/);
  });

  it('is reported at the end of the turn as the sum of all waits', async () => {
    const run = await new EngineRun({ replies: [failing, failing, answering('ok')] }).toEnd();
    assert.equal(run.last('done').waitedMs, 500 + 1000);
  });
});

describe('attempt whose stream ended after some output', () => {
  const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{"a' } };
  for (const [output, write] of Object.entries<(body: LiveBody) => LiveBody>({
    text: (body) => body.delta('some of the answer'),
    'a tool call': (body) => body.event({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }),
  })) {
    it(`is followed by a resume and resets the count of retries if the output was ${output}`, async () => {
      const run = new EngineRun({
        replies: [failing, cutStream(write), failing, silent],
        settings: { retry: { maxRetries: 1 } },
      });
      while (run.of('attempt').length < 4 && (await run.clock.next()) !== undefined);
      assert.deepEqual(valuesOf(run.of('attempt'), 'why'), ['first', 'retry', 'resume', 'resume']);
      run.turn.stop();
    });
  }

  it('is retried, not resumed, if the output was only reasoning', async () => {
    const settings = { retry: { maxRetries: 1 } };
    const run = await new EngineRun({ replies: [cutStream(streamReasoning)], settings }).toEnd();
    assert.deepEqual(valuesOf(run.of('attempt'), 'why'), ['first', 'retry']);
    assert.deepEqual([run.of('cut').length, run.last('failed').kind], [0, 'connection']);
  });

  it('is not reported as broken if the model finished after reasoning only', async () => {
    const reasoningOnly = streaming((body) => streamReasoning(body).finish().done());
    const run = await new EngineRun({ replies: [reasoningOnly, answering('ok')] }).toEnd();
    assert.deepEqual([run.of('cut').length, run.of('ended')[0]?.how], [0, 'empty']);
  });

  for (const [reason, requests] of [
    ['stop', 3],
    ['length', 2],
  ] as const) {
    it(`leads to ${requests} requests when its continuation only repeats the start and finishes with "${reason}"`, async () => {
      const half =
        'Once upon a time there was a sheep that counted the people of a village, one by one, until it slept ';
      const repetition = streaming((body) => body.delta(half.slice(0, 70)).finish(reason).done());
      const run = await new EngineRun({ replies: [cutAfter(half), repetition, answering('people.')] }).toEnd();
      assert.deepEqual([run.wire.requests.length, run.last('done').text.startsWith(half)], [requests, true]);
    });
  }

  it('is resumed with a second request if the first request to continue it fails', async () => {
    const half = 'Once upon a time there was a sheep that counted ';
    const run = await new EngineRun({ replies: [cutAfter(half), failing, answering('people.')] }).toEnd();
    assert.deepEqual(rowsOf(run.of('attempt'), 'why', 'how'), [
      ['first', undefined],
      ['resume', 'continue'],
      ['resume', 'continue'],
    ]);
  });
});

describe('report of the engine', () => {
  it('lists running and finished turns in the order in which they started', async () => {
    const world = new EngineWorld({ replies: [silent, answering('ok')] });
    const first = world.ask();
    await world.clock.advance(1000);
    await world.ask({ request: { model: 'second' } }).toEnd();
    for (let report = 0; report < 2; report++)
      assert.deepEqual(valuesOf(world.engine.report().turns, 'outcome'), ['running', 'done']);
    first.turn.stop();
  });
});
