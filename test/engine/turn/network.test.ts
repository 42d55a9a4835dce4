import assert from 'node:assert/strict';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import {
  answering,
  rateLimited,
  rejecting,
  silent,
  status,
  streaming,
  type LiveBody,
} from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';
import { SharedStore } from '../gate/sharedStore';
import { rowsOf, valuesOf } from '../../support/valuesOf';

const failing = status(500, { error: { message: 'boom' } });

describe('cooldown after a rate limit', () => {
  it('delays the other requests of the window', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')] });
    const first = await world.ask().settle();
    const second = await world.ask().settle();
    assert.equal(world.wire.requests.length, 1);
    const { reason, source, told, hintMs, attempt, maxAttempts, message, until } = second.last('waiting');
    assert.deepEqual(
      [reason, source, told, hintMs, attempt, maxAttempts],
      ['rate-limit', 'server', 'request', 30_000, 1, 6],
    );
    assert.equal(message, 'Rate limited by gateway.test.');
    assert.equal(until, world.clock.now() + 30_000);
    await first.toEnd();
    await second.toEnd();
    assert.deepEqual([first.last('done').text, second.last('done').text], ['ok', 'ok']);
    assert.equal(second.last('done').attempts, 1);
  });

  it('delays the other requests by a backoff if the response contains no retry-after', async () => {
    const world = new EngineWorld({ replies: [status(503, ''), answering('ok')] });
    const first = await world.ask().settle();
    const second = await world.ask().settle();
    const { reason, source, told, hintMs, detail } = second.last('waiting');
    assert.deepEqual(
      [reason, source, told, hintMs, detail],
      ['overloaded', 'backoff', 'request', undefined, undefined],
    );
    for (const { turn } of [first, second]) turn.stop();
  });

  it('does not delay requests to another model', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')] });
    const limited = await world.ask({ request: { model: 'a' } }).settle();
    const other = await world.ask({ request: { model: 'b' } }).settle();
    assert.equal(other.last('done').text, 'ok');
    limited.turn.stop();
  });

  it('is followed by only one request, however many requests wait', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), silent] });
    const limited = await world.ask().settle();
    const waiting = [world.ask(), world.ask(), world.ask()];
    await world.clock.advance(29_999);
    assert.equal(world.wire.requests.length, 1);
    await world.clock.advance(1);
    assert.equal(world.wire.requests.length, 2, 'one request is the probe');
    for (const run of [limited, ...waiting]) run.turn.stop();
  });

  it('is followed by a wait for the probe, which is announced only once', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), silent] });
    const runs = [world.ask()];
    await settle();
    runs.push(world.ask(), world.ask());
    const queued = runs.at(-1)!;
    await world.clock.advance(30_000);
    const probeStarted = world.clock.now();
    await world.clock.advance(12_000);
    const waits = queued.of('waiting').map(({ until, delayMs, source, estimated }) => {
      return { until: until - probeStarted, delayMs, source, estimated };
    });
    assert.deepEqual(waits, [
      { until: 0, delayMs: 30_000, source: 'server', estimated: undefined },
      { until: 1000, delayMs: 1000, source: 'backoff', estimated: true },
    ]);
    for (const run of runs) run.turn.stop();
  });

  it('makes all turns fail if the retry-after is longer than the allowed maximum', async () => {
    const world = new EngineWorld({ replies: [rateLimited(3600)] });
    const runs = [await world.ask().toEnd(), await world.ask().toEnd()];
    assert.equal(world.wire.requests.length, 1);
    for (const run of runs) {
      const { kind, resetsAt, beyondMaxHint, actions, message } = run.last('failed');
      assert.deepEqual([kind, resetsAt, beyondMaxHint], ['rate-limit', world.clock.now() + 3_600_000, true]);
      assert.ok(actions.includes('switchModel') && actions.includes('retryNow'));
      assert.match(message, /until 10:00/);
    }
  });

  it('still applies to the original model after a switch to a fallback model', async () => {
    const overloaded = status(503, { error: { message: 'overloaded' } }, { 'retry-after': '60' });
    const world = new EngineWorld({
      replies: [overloaded, overloaded, overloaded, answering('ok')],
      settings: { fallbackModels: ['second'] },
    });
    assert.equal((await world.ask().toEnd()).last('done').text, 'ok');
    const run = await world.ask().settle();
    assert.equal(run.last('waiting').reason, 'overloaded');
    run.turn.stop();
  });

  it('ends when the network state is reset', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30), answering('ok')] });
    const first = await world.ask().settle();
    const second = await world.ask().settle();
    await world.engine.resetNetworkState();
    await settle();
    assert.deepEqual([first.last('done').text, second.last('done').text], ['ok', 'ok']);
    assert.equal(first.of('attempt')[1]?.why, 'retry-now');
  });

  it('leaves no timer behind after the user has stopped the waiting turns', async () => {
    const world = new EngineWorld({ replies: [rateLimited(30)] });
    const runs = [world.ask()];
    await settle();
    runs.push(world.ask(), world.ask());
    await settle();
    for (const run of runs) run.turn.stop();
    await settle();
    assert.equal(world.clock.pending, 0);
    assert.equal(world.wire.requests.length, 1);
  });
});

describe('reset of the network state', () => {
  it('does not disturb a running attempt', async () => {
    const world = new EngineWorld({ replies: [silent] });
    const run = await world.ask().settle();
    await world.engine.resetNetworkState();
    await settle();
    assert.deepEqual([world.wire.requests.length, world.wire.requests[0]?.signal.aborted], [1, false]);
    run.turn.stop();
  });
});

describe('cooldown that windows share', () => {
  it('delays the requests of another window', async () => {
    const clock = new VirtualClock();
    const cooldowns = new SharedStore();
    const [firstWindow, secondWindow] = [1, 2].map(
      () => new EngineWorld({ replies: [rateLimited(30), answering('ok')], clock, cooldowns }),
    );
    assert.ok(firstWindow && secondWindow);
    const first = await firstWindow.ask().settle();
    const second = await secondWindow.ask().settle();
    assert.deepEqual([firstWindow.wire.requests.length, secondWindow.wire.requests.length], [1, 0]);
    const { reason, told, source } = second.last('waiting');
    assert.deepEqual([reason, told, source], ['rate-limit', 'window', 'server']);
    first.turn.stop();
    second.turn.stop();
  });

  it("delays a turn by at most 250 ms if the stored cooldown can't be read", async () => {
    const cooldowns = new SharedStore();
    cooldowns.read = () => new Promise(() => undefined);
    const world = new EngineWorld({ replies: [answering('ok')], cooldowns });
    const run = world.ask();
    await world.clock.advance(249);
    assert.equal(world.wire.requests.length, 0);
    await world.clock.advance(1);
    assert.equal(run.last('done').text, 'ok');
  });

  it("does not keep a turn in the queue beyond the turn's deadline", async () => {
    const cooldowns = new SharedStore();
    const world = new EngineWorld({ replies: [answering('never')], cooldowns });
    const setCooldown = (ms: number): void => {
      cooldowns.cooldown = { until: world.clock.now() + ms, delayMs: ms, source: 'server', reason: 'rate-limit' };
    };
    setCooldown(200_000);
    const run = world.ask();
    await world.clock.advance(190_000);
    setCooldown(200_000);
    await world.clock.advance(2000);
    const { kind, message } = run.last('failed');
    assert.equal(kind, 'budget');
    assert.match(message, /Rate limited by gateway.test. No progress for 5 min/);
    assert.deepEqual([world.clock.pending, world.wire.requests.length], [0, 0]);
  });

  it('no longer delays requests after it is cleared', async () => {
    const cooldowns = new SharedStore();
    const world = new EngineWorld({ replies: [answering('ok')], cooldowns });
    cooldowns.cooldown = { until: world.clock.now() + 60_000, delayMs: 60_000, source: 'server', reason: 'rate-limit' };
    const run = world.ask();
    await world.clock.advance(3000);
    assert.equal(run.last('waiting').told, 'window');
    cooldowns.cooldown = undefined;
    await world.clock.advance(2000);
    assert.equal(run.last('done').text, 'ok');
  });
});

describe('circuit breaker of a model', () => {
  /** Opens the circuit breaker: five turns fail in a row. */
  async function openBreaker(world: EngineWorld): Promise<void> {
    for (let n = 0; n < 5; n++) await world.ask().toEnd();
  }
  const settings = { retry: { maxRetries: 0 } };
  const fiveFailures = [failing, failing, failing, failing, failing];

  it('opens after five failures in a row and closes after a successful probe', async () => {
    const world = new EngineWorld({ replies: [...fiveFailures, answering('ok')], settings });
    await openBreaker(world);
    const run = await world.ask().settle();
    assert.equal(world.wire.requests.length, 5);
    const { reason, actions, delayMs, attempt, maxAttempts } = run.last('waiting');
    assert.deepEqual([reason, delayMs, attempt, maxAttempts], ['breaker', 5000, 1, 1]);
    assert.ok(actions.includes('tryAnyway'));
    await run.toEnd();
    assert.equal(run.last('done').text, 'ok');
    const next = await world.ask().toEnd();
    assert.equal(next.of('waiting').length, 0);
  });

  it('is bypassed by *Try anyway*', async () => {
    const world = new EngineWorld({ replies: [...fiveFailures, answering('ok')], settings });
    await openBreaker(world);
    const run = world.ask();
    run.turn.tryAnyway();
    await settle();
    assert.deepEqual([run.last('done').text, run.of('waiting').length], ['ok', 0]);
  });

  it('makes a turn switch to the fallback model without a wait', async () => {
    const world = new EngineWorld({
      replies: [...fiveFailures, answering('ok')],
      settings: { ...settings, fallbackModels: ['second'] },
    });
    // With a fallback model, a turn only fails after that model has failed.
    const runs = [];
    for (let n = 0; n < 6; n++) runs.push(await world.ask().toEnd());
    const switched = runs.flatMap((run) => run.of('model'));
    assert.deepEqual(rowsOf(switched, 'from', 'to', 'reason'), [
      ['gpt-4o', 'second', 'server'],
      // A new turn starts with the configured model, which has not recovered.
      ['gpt-4o', 'second', 'breaker'],
    ]);
  });

  it('does not open because of client errors', async () => {
    const world = new EngineWorld({ replies: [status(400, { error: { message: 'bad' } })], settings });
    for (let n = 0; n < 7; n++) await world.ask().toEnd();
    assert.equal(world.wire.requests.length, 7);
  });
});

describe('retry budget of a gateway', () => {
  const settings = { retry: { maxRetries: 10, jitter: 'none', baseDelayMs: 250, maxDelayMs: 250 } } as const;
  const slow = status(408);

  it('prevents automatic retries when it is used up', async () => {
    const world = new EngineWorld({ replies: [slow], settings });
    const [first, second] = [await world.ask().toEnd(), await world.ask().toEnd()];
    assert.deepEqual([first.last('failed').kind, second.last('failed').kind], ['timeout', 'budget']);
    assert.equal(world.wire.requests.length, 11 + 3);
    assert.ok(second.last('failed').actions.includes('retryNow'));
    assert.match(second.last('failed').message, /timed out.*automatic retries/);
  });

  it('recovers over time', async () => {
    const world = new EngineWorld({ replies: [slow], settings });
    for (const kind of ['timeout', 'budget']) assert.equal((await world.ask().toEnd()).last('failed').kind, kind);
    await world.clock.advance(200_000);
    assert.equal((await world.ask().toEnd()).last('failed').kind, 'timeout');
  });

  it('grows with each complete answer', async () => {
    const failures = Array.from({ length: 11 }, () => slow);
    const world = new EngineWorld({ replies: [...failures, answering('a'), answering('b'), slow], settings });
    for (let n = 0; n < 4; n++) await world.ask().toEnd();
    assert.equal(world.wire.requests.length, 11 + 2 + 5);
  });

  it('is not overdrawn by turns that fail at the same time', async () => {
    const world = new EngineWorld({ replies: [slow], settings: { retry: { maxRetries: 1 } } });
    const runs = Array.from({ length: 30 }, () => world.ask());
    for (const run of runs) await run.toEnd();
    assert.equal(world.wire.requests.length, 30 + 12);
    assert.equal(runs.filter((run) => run.last('failed').kind === 'budget').length, 18);
  });

  it('is refunded if the user stops a turn before its retry', async () => {
    const world = new EngineWorld({ replies: [slow] });
    const run = await world.ask().settle();
    assert.equal(world.engine.report().gateways[0]?.tokens, 11);
    run.turn.stop();
    assert.equal(world.engine.report().gateways[0]?.tokens, 12);
  });

  it('is not charged for retries after an overload', async () => {
    const world = new EngineWorld({ replies: [status(503)], settings });
    for (let n = 0; n < 3; n++) await world.ask().toEnd();
    assert.equal(world.engine.report().gateways[0]?.tokens, 12);
  });
});

describe('turn without a network', () => {
  const offline = rejecting('EAI_AGAIN');

  it('continues automatically when the network is back', async () => {
    const run = await new EngineRun({
      replies: [offline, offline, offline, answering('network check'), answering('ok')],
    }).toEnd();
    assert.ok(run.of('waiting').every(({ reason, source }) => reason === 'offline' && source === 'backoff'));
    assert.deepEqual(valuesOf(run.of('waiting'), 'delayMs'), [1050, 2100, 4200]);
    assert.equal(run.last('done').text, 'ok');
    assert.deepEqual(
      run.wire.requests.map(({ url, headers }) => [new URL(url).pathname, headers.has('authorization')]),
      [
        ['/v1/chat/completions', true],
        ['/v1/models', false],
        ['/v1/models', false],
        ['/v1/models', false],
        ['/v1/chat/completions', true],
      ],
    );
  });

  it('waits for hours without using up its retries', async () => {
    const world = new EngineWorld({ replies: [offline] });
    const run = world.ask();
    await world.clock.advance(3_600_000);
    assert.equal(run.terminal, undefined);
    assert.equal(run.last('waiting').reason, 'offline');
    run.turn.stop();
    await run.finished;
    assert.equal(run.clock.pending, 0);
  });

  it('fails when its retries are used up, even if a network check succeeds', async () => {
    const world = new EngineWorld({
      replies: [({ url }) => (url.endsWith('/models') ? new Response(null) : offline({} as never))],
      settings: { retry: { maxRetries: 3 } },
    });
    const run = await world.ask().toEnd();
    assert.deepEqual([run.last('failed').kind, run.of('attempt').length], ['offline', 4]);
  });

  it('can be stopped during a network check', async () => {
    const run = new EngineRun({ replies: [offline, silent] });
    await run.clock.advance(2000);
    assert.equal(run.wire.requests.length, 2);
    run.turn.stop();
    await settle();
    assert.equal(run.clock.pending, 0);
    assert.ok(run.wire.requests.every(({ signal }) => signal.aborted));
  });
});

describe('turn while the computer sleeps', () => {
  it('resumes the answer if no data arrives within a few seconds after the sleep', async () => {
    const run = new EngineRun({
      replies: [streaming((body) => body.delta('half of it, ')), answering('and the rest')],
    });
    await run.clock.advance(5000);
    run.clock.epoch += 3_600_000;
    await run.clock.advance(21_000);
    assert.deepEqual(
      [run.last('cut').reason, run.last('cut').message],
      ['connection', 'The connection was lost while the computer was asleep.'],
    );
    await run.toEnd();
    assert.equal(run.last('done').text, 'half of it, and the rest');
  });

  it('keeps its connection if data arrives after the sleep', async () => {
    let stream: LiveBody | undefined;
    const run = new EngineRun({ replies: [streaming((body) => (stream = body.delta('a')))] });
    await run.clock.advance(5000);
    run.clock.epoch += 3_600_000;
    await run.clock.advance(6000);
    stream?.delta('b');
    await run.clock.advance(50_000);
    stream?.delta('c').finish().done();
    await run.toEnd();
    assert.deepEqual([run.last('done').text, run.wire.requests.length], ['abc', 1]);
  });
});
