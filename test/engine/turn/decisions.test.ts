import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
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

const rateLimited = (seconds: number): Reply =>
  status(429, { error: { message: 'slow down' } }, { 'retry-after': String(seconds) });
const failing = status(500, { error: { message: 'boom' } });
const noRetries = { retry: { maxRetries: 0 } };
const streamReasoning = (body: LiveBody): LiveBody => body.event({ choices: [{ delta: { reasoning_content: 'hm' } }] });
const cutAfter = (write: (body: LiveBody) => LiveBody): Reply =>
  streaming((body) => {
    write(body);
    setImmediate(() => setImmediate(() => body.break()));
  });

const assertFailures = (world: EngineWorld, failures: number): void =>
  assert.deepEqual(
    world.engine.report().network.gates.map((gate) => gate.failures),
    [failures],
  );

describe('click on Retry now', () => {
  for (const [ms, requests] of [
    [999, 1],
    [1000, 2],
  ] as const) {
    it(`leads to ${requests} ${requests === 1 ? 'request' : 'requests'} in all, ${ms} ms after the start of an attempt`, async () => {
      const run = new EngineRun({ replies: [silent] });
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
    it(`leads to ${requests} requests in all, ${ms} ms after the previous click`, async () => {
      const run = new EngineRun({ replies: [rejecting('ECONNREFUSED')] });
      await settle();
      run.turn.retryNow();
      await run.clock.advance(ms);
      run.turn.retryNow();
      await settle();
      assert.equal(run.wire.requests.length, requests);
      run.turn.stop();
    });
  }

  it('abandons an attempt that hangs, immediately and with an ended event', async () => {
    const run = new EngineRun({ replies: [silent] });
    await run.clock.advance(3000);
    run.turn.retryNow();
    await settle();
    assert.deepEqual([run.last('ended').how, run.last('attempt').why], ['abandoned', 'retry-now']);
    run.turn.stop();
    assert.equal(run.wire.requests[1]?.signal.aborted, true);
  });

  it('skips the queue when it happens while the cooldowns of other windows are being read', async () => {
    const cooldowns = { ...noSharedCooldowns, read: () => new Promise<undefined>(() => undefined) };
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')], cooldowns });
    const first = world.ask();
    await world.clock.advance(250);
    const second = world.ask();
    await settle();
    second.turn.retryNow();
    await settle();
    assert.deepEqual([second.last('done').text, second.of('waiting').length], ['ok', 0]);
    first.turn.stop();
  });

  it('starts an attempt instead of another wait when it happens during a network check', async () => {
    const run = new EngineRun({ replies: [rejecting('EAI_AGAIN'), silent, answering('ok')] });
    await run.clock.advance(2000);
    assert.equal(run.wire.requests.length, 2);
    run.turn.retryNow();
    await settle();
    assert.deepEqual([run.last('done').text, run.of('waiting').length], ['ok', 1]);
  });
});

describe('switch of the model', () => {
  it('abandons a streaming answer', async () => {
    const run = new EngineRun({ replies: [streaming((body) => body.delta('half')), answering('other')] });
    await settle();
    run.turn.switchModel('other');
    await settle();
    assert.deepEqual([run.last('done').text, run.wire.requests[1]?.body.model], ['other', 'other']);
    assert.equal(run.of('ended')[0]?.how, 'abandoned');
  });

  it('is ignored when the model is the current one', async () => {
    const run = new EngineRun({ replies: [rateLimited(30), answering('ok')] });
    await settle();
    run.turn.switchModel('gpt-4o');
    await settle();
    assert.deepEqual([run.wire.requests.length, run.of('model').length], [1, 0]);
    run.turn.stop();
  });

  it('leaves the queue of the previous model', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await settle();
    second.turn.switchModel('other');
    await settle();
    assert.deepEqual([second.last('done').text, second.of('waiting').length], ['ok', 1]);
    assert.equal(second.of('attempt')[0]?.why, 'switch');
    first.turn.stop();
  });
});

describe('stopped or finished turn', () => {
  it('removes the listener from its abort signal', async () => {
    const { signal } = new AbortController();
    await new EngineRun({ replies: [answering('ok')], options: { signal } }).toEnd();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('records its attempt as stopped', async () => {
    const run = new EngineRun({ replies: [silent] });
    await settle();
    run.turn.stop();
    await run.finished;
    assert.equal(run.last('ended').how, 'stopped');
  });

  it('contacts no gateway when it is stopped before its key has been read', async () => {
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
    assert.deepEqual([world.engine.report().network.gates, world.wire.requests.length], [[], 0]);
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

describe('reset of the network state', () => {
  it('does not disturb an attempt that is in flight', async () => {
    const run = new EngineRun({ replies: [silent] });
    await run.clock.advance(5000);
    await run.world.engine.resetNetworkState();
    await settle();
    assert.equal(run.wire.requests.length, 1);
    run.turn.stop();
  });
});

describe('failure count of a model', () => {
  const openBreaker = async (world: EngineWorld): Promise<void> => {
    for (let n = 0; n < 5; n++) await world.ask().toEnd();
  };

  it('is cleared by Try anyway while the turn is queued', async () => {
    const world = new EngineWorld({ replies: [failing], settings: noRetries });
    await openBreaker(world);
    const run = world.ask();
    await settle();
    run.turn.tryAnyway();
    await run.toEnd();
    assertFailures(world, 1);
  });

  it('is cleared once when a turn starts with *Try anyway*, and not again later in that turn', async () => {
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

  it('opens the circuit breaker at the fifth failure of a turn, and that turn then has to wait', async () => {
    const run = new EngineRun({ replies: [failing], settings: { retry: { maxRetries: 10 } } });
    while (run.of('attempt').length < 5 && (await run.clock.next()) !== undefined);
    const after = run.events.slice(run.events.indexOf(run.last('ended')));
    assert.deepEqual(
      after.flatMap((event) => (event.type === 'waiting' ? [[event.reason, event.told, event.delayMs]] : [])),
      [['breaker', 'turn', 5000]],
    );
    run.turn.stop();
  });

  it('is not the reason that a turn announces when it waits for the cooldown of another turn', async () => {
    const world = new EngineWorld({ replies: [failing, rateLimited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await world.clock.advance(500);
    assert.deepEqual([first.last('waiting').told, first.last('waiting').reason], ['request', 'rate-limit']);
    assert.equal(first.last('waiting').maxAttempts - first.last('waiting').attempt, 4);
    first.turn.stop();
    second.turn.stop();
  });
});

describe('time without progress', () => {
  it('ends the turn after five minutes, although attempts remain', async () => {
    const run = await new EngineRun({ replies: [silent], settings: { retry: { maxRetries: 10 } } }).toEnd();
    assert.equal(run.wire.requests.length, 5);
    assert.match(run.last('failed').message, /No progress for 5 min/);
  });

  it('is reported in the done event as the sum of the waits', async () => {
    const run = await new EngineRun({ replies: [failing, failing, answering('ok')] }).toEnd();
    assert.equal(run.last('done').waitedMs, 500 + 1000);
  });
});

describe('attempt whose stream ended after output', () => {
  const call = { index: 0, id: 'c', function: { name: 'f', arguments: '{"a' } };
  for (const [output, write] of Object.entries<(body: LiveBody) => LiveBody>({
    text: (body) => body.delta('some of the answer'),
    reasoning: streamReasoning,
    'a tool call': (body) => body.event({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }),
  })) {
    it(`is followed by a resume, and resets the count of retries: ${output}`, async () => {
      const run = new EngineRun({
        replies: [failing, cutAfter(write), failing, silent],
        settings: { retry: { maxRetries: 1 } },
      });
      while (run.of('attempt').length < 4 && (await run.clock.next()) !== undefined);
      assert.deepEqual(
        run.of('attempt').map(({ why }) => why),
        ['first', 'retry', 'resume', 'resume'],
      );
      run.turn.stop();
    });
  }

  it('is followed by a retry when the output was only reasoning, even with the resume setting "off"', async () => {
    const run = await new EngineRun({
      replies: [cutAfter(streamReasoning), answering('ok')],
      settings: { resume: 'off' },
    }).toEnd();
    assert.equal(run.last('done').text, 'ok');
  });

  it('emits no cut event when the model finished after reasoning only', async () => {
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
      const run = await new EngineRun({
        replies: [cutAfter((body) => body.delta(half)), repetition, answering('people.')],
      }).toEnd();
      assert.deepEqual([run.wire.requests.length, run.last('done').text.startsWith(half)], [requests, true]);
    });
  }

  it('is resumed again with a continue prompt when the first such request failed with a server error', async () => {
    const half = 'Once upon a time there was a sheep that counted ';
    const run = await new EngineRun({
      replies: [cutAfter((body) => body.delta(half)), failing, answering('people.')],
    }).toEnd();
    assert.deepEqual(
      run.of('attempt').map(({ why, how }) => [why, how]),
      [
        ['first', undefined],
        ['resume', 'continue'],
        ['resume', 'continue'],
      ],
    );
  });
});

describe('report of the engine', () => {
  it('lists running and finished turns in the order of their start', async () => {
    const world = new EngineWorld({ replies: [silent, answering('ok')] });
    const first = world.ask();
    await world.clock.advance(1000);
    await world.ask({ request: { model: 'second' } }).toEnd();
    for (let report = 0; report < 2; report++)
      assert.deepEqual(
        world.engine.report().turns.map(({ outcome }) => outcome),
        ['running', 'done'],
      );
    first.turn.stop();
  });
});
