import assert from 'node:assert/strict';
import type { Cooldown, SharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import {
  answering,
  LiveBody,
  rejecting,
  silent,
  sseHeaders,
  status,
  streaming,
  type Reply,
} from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const limited = (seconds: number): Reply =>
  status(429, { error: { message: 'slow down' } }, { 'retry-after': String(seconds) });
const failing = status(500, { error: { message: 'boom' } });

describe('a limit told to one request', () => {
  it('holds back the others of the window, and says why', async () => {
    const world = new EngineWorld({ replies: [limited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await settle();
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

  it('lets one probe go first, then two, then four, as the gateway takes them', async () => {
    const unanswered: (() => void)[] = [];
    const slow: Reply = () =>
      new Promise((resolve) => {
        unanswered.push(() => resolve(new Response(new ReadableStream(), { headers: sseHeaders })));
      });
    const world = new EngineWorld({ replies: [limited(30), slow] });
    const runs = [world.ask()];
    await settle();
    for (let n = 0; n < 20; n++) runs.push(world.ask());
    await world.clock.advance(30_000);
    const sizes: number[] = [];
    while (unanswered.length > 0 && sizes.length < 10) {
      sizes.push(unanswered.length);
      for (const answer of unanswered.splice(0)) answer();
      await settle();
    }
    for (const run of runs) run.turn.stop();
    assert.deepEqual(sizes, [1, 2, 4, 8, 5]);
  });

  it('announces the wait behind a probe once, as an estimate, however long the probe takes', async () => {
    const world = new EngineWorld({ replies: [limited(30), silent] });
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

  it('holds back the others although this one gives up', async () => {
    const world = new EngineWorld({ replies: [limited(120), answering('ok')], settings: { retry: { maxRetries: 0 } } });
    await world.ask().toEnd();
    const run = world.ask();
    await settle();
    assert.deepEqual([run.last('waiting').hintMs, world.wire.requests.length], [120_000, 1]);
    run.turn.stop();
  });

  it('that is too far away is told to all, and none of them asks', async () => {
    const world = new EngineWorld({ replies: [limited(3600)] });
    const runs = [await world.ask().toEnd(), await world.ask().toEnd()];
    assert.equal(world.wire.requests.length, 1);
    for (const run of runs) {
      const { kind, resetsAt, beyondMaxHint, actions } = run.last('failed');
      assert.deepEqual([kind, resetsAt, beyondMaxHint], ['rate-limit', world.clock.now() + 3_600_000, true]);
      assert.ok(actions.includes('switchModel') && actions.includes('retryNow'));
    }
  });

  it('stands for the model as long as it lasts, though a turn has gone on with another one', async () => {
    const overloaded = status(503, { error: { message: 'overloaded' } }, { 'retry-after': '60' });
    const world = new EngineWorld({
      replies: [overloaded, overloaded, overloaded, answering('ok')],
      settings: { fallbackModels: ['second'] },
    });
    assert.equal((await world.ask().toEnd()).last('done').text, 'ok');
    const run = world.ask();
    await settle();
    assert.equal(run.last('waiting').reason, 'overloaded');
    run.turn.stop();
  });

  it('is no reason to wait for another model, key or gateway', async () => {
    const world = new EngineWorld({ replies: [limited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const other = await world.ask({ request: { model: 'gemini-3-pro' } }).toEnd();
    assert.equal(other.of('waiting').length, 0);
    first.turn.stop();
  });

  it('does not hold back who wants to try now', async () => {
    const world = new EngineWorld({ replies: [limited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await settle();
    second.turn.retryNow();
    await settle();
    assert.equal(second.last('done').text, 'ok');
    assert.equal(second.of('attempt')[0]?.why, 'retry-now');
    first.turn.stop();
  });

  it('is forgotten when the network state is reset, and the waiting requests are sent', async () => {
    const world = new EngineWorld({ replies: [limited(30), answering('ok')] });
    const first = world.ask();
    await settle();
    const second = world.ask();
    await settle();
    await world.engine.resetNetworkState();
    await settle();
    assert.equal(second.last('done').text, 'ok');
    first.turn.stop();
  });

  it('is forgotten by the turn that was told, too', async () => {
    const world = new EngineWorld({ replies: [limited(30), answering('ok')] });
    const run = world.ask();
    await settle();
    await world.engine.resetNetworkState();
    await settle();
    assert.deepEqual([run.last('done').text, run.of('attempt')[1]?.why], ['ok', 'retry-now']);
  });

  it('leaves no timer when the waiting are stopped', async () => {
    const world = new EngineWorld({ replies: [limited(30)] });
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

/** Two windows and what they tell each other. */
class Board implements SharedCooldowns {
  note: Cooldown | undefined;

  read(): Promise<Cooldown | undefined> {
    return Promise.resolve(this.note);
  }

  write(_: unknown, cooldown: Cooldown): Promise<void> {
    this.note = cooldown;
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.note = undefined;
    return Promise.resolve();
  }
}

describe('a limit told to one window', () => {
  it('holds back the other one, which says why', async () => {
    const clock = new VirtualClock();
    const cooldowns = new Board();
    const [here, there] = [1, 2].map(
      () => new EngineWorld({ replies: [limited(30), answering('ok')], clock, cooldowns }),
    );
    assert.ok(here && there);
    const first = here.ask();
    await settle();
    const second = there.ask();
    await settle();
    assert.deepEqual([here.wire.requests.length, there.wire.requests.length], [1, 0]);
    const { reason, told, source } = second.last('waiting');
    assert.deepEqual([reason, told, source], ['rate-limit', 'window', 'server']);
    first.turn.stop();
    second.turn.stop();
  });
});

describe('a folder of notes that hangs', () => {
  it('holds a turn up for a quarter of a second', async () => {
    const cooldowns = new Board();
    cooldowns.read = () => new Promise(() => undefined);
    const world = new EngineWorld({ replies: [answering('ok')], cooldowns });
    const run = world.ask();
    await world.clock.advance(249);
    assert.equal(world.wire.requests.length, 0);
    await world.clock.advance(1);
    assert.equal(run.last('done').text, 'ok');
  });
});

describe('a note that is put off and off', () => {
  it('ends a turn in the queue at its deadline, as it would end a retry', async () => {
    const cooldowns = new Board();
    const world = new EngineWorld({ replies: [answering('never')], cooldowns });
    const noteFor = (ms: number): void => {
      cooldowns.note = { until: world.clock.now() + ms, delayMs: ms, source: 'server', reason: 'rate-limit' };
    };
    noteFor(200_000);
    const run = world.ask();
    await world.clock.advance(190_000);
    noteFor(200_000);
    await world.clock.advance(2000);
    const { kind, message } = run.last('failed');
    assert.equal(kind, 'budget');
    assert.match(message, /Rate limited by gateway.test. No progress for 5 min/);
    assert.deepEqual([world.clock.pending, world.wire.requests.length], [0, 0]);
  });
});

describe('a note that is gone', () => {
  it('lets go who was held back by it', async () => {
    const cooldowns = new Board();
    const world = new EngineWorld({ replies: [answering('ok')], cooldowns });
    cooldowns.note = { until: world.clock.now() + 60_000, delayMs: 60_000, source: 'server', reason: 'rate-limit' };
    const run = world.ask();
    await world.clock.advance(3000);
    assert.equal(run.last('waiting').told, 'window');
    cooldowns.note = undefined;
    await world.clock.advance(2000);
    assert.equal(run.last('done').text, 'ok');
  });
});

describe('a provider that fails', () => {
  /** Five failures in a row, one turn each. */
  async function broken(world: EngineWorld): Promise<void> {
    for (let n = 0; n < 5; n++) await world.ask().toEnd();
  }
  const settings = { retry: { maxRetries: 0 } };
  const opened = [failing, failing, failing, failing, failing];

  it('is left alone after five failures in a row, until one probe has succeeded', async () => {
    const world = new EngineWorld({ replies: [...opened, answering('ok')], settings });
    await broken(world);
    const run = world.ask();
    await settle();
    assert.equal(world.wire.requests.length, 5);
    const { reason, actions, delayMs, attempt, maxAttempts } = run.last('waiting');
    assert.deepEqual([reason, delayMs, attempt, maxAttempts], ['breaker', 5000, 1, 1]);
    assert.ok(actions.includes('tryAnyway'));
    await run.toEnd();
    assert.equal(run.last('done').text, 'ok');
    const next = await world.ask().toEnd();
    assert.equal(next.of('waiting').length, 0);
  });

  it('is asked all the same when the user wants it', async () => {
    const world = new EngineWorld({ replies: [...opened, answering('ok')], settings });
    await broken(world);
    const run = world.ask();
    await settle();
    run.turn.tryAnyway();
    await settle();
    assert.equal(run.last('done').text, 'ok');
  });

  it('is asked at once by a turn that was to try anyway from its beginning', async () => {
    const world = new EngineWorld({ replies: [...opened, answering('ok')], settings });
    await broken(world);
    const run = world.ask();
    run.turn.tryAnyway();
    await settle();
    assert.deepEqual([run.last('done').text, run.of('waiting').length], ['ok', 0]);
  });

  it('is left for somewhat longer when the probe fails', async () => {
    const world = new EngineWorld({ replies: [failing], settings });
    await broken(world);
    const probe = await world.ask().toEnd();
    assert.equal(probe.last('failed').kind, 'server');
    const run = world.ask();
    await settle();
    assert.equal(run.last('waiting').delayMs, 6500);
    run.turn.stop();
  });

  it('gives way to the next model of the user, at once and with its label', async () => {
    const world = new EngineWorld({
      replies: [...opened, answering('ok')],
      settings: { ...settings, fallbackModels: ['second'] },
    });
    // With a model to fall back to, no turn fails before that one has.
    const runs = [];
    for (let n = 0; n < 6; n++) runs.push(await world.ask().toEnd());
    const switched = runs.flatMap((run) => run.of('model'));
    assert.deepEqual(
      switched.map(({ from, to, reason }) => [from, to, reason]),
      [
        ['gpt-4o', 'second', 'server'],
        // The first model comes first again, and has not recovered.
        ['gpt-4o', 'second', 'breaker'],
      ],
    );
  });

  it('is not forgiven because a user lost patience', async () => {
    const dumb = streaming((body) => body.send(': hello\n\n'));
    const world = new EngineWorld({ replies: [...opened.slice(1), dumb, failing, answering('ok')], settings });
    for (let n = 0; n < 4; n++) await world.ask().toEnd();
    const impatient = world.ask();
    await settle();
    impatient.turn.stop();
    await world.ask().toEnd();
    const run = world.ask();
    await settle();
    assert.equal(run.last('waiting').reason, 'breaker');
    run.turn.stop();
  });

  it('is not what a client error says', async () => {
    const world = new EngineWorld({ replies: [status(400, { error: { message: 'bad' } })], settings });
    for (let n = 0; n < 7; n++) await world.ask().toEnd();
    assert.equal(world.wire.requests.length, 7);
  });
});

describe('the retry budget of a gateway', () => {
  const settings = { retry: { maxRetries: 10, jitter: 'none', baseDelayMs: 250, maxDelayMs: 250 } } as const;
  const slow = status(408);

  it('ends automatic retries when it is used up, says so, and keeps the button; time brings it back', async () => {
    const world = new EngineWorld({ replies: [slow], settings });
    const [first, second] = [await world.ask().toEnd(), await world.ask().toEnd()];
    assert.deepEqual([first.last('failed').kind, second.last('failed').kind], ['timeout', 'budget']);
    assert.equal(world.wire.requests.length, 11 + 3);
    assert.ok(second.last('failed').actions.includes('retryNow'));
    assert.match(second.last('failed').message, /timed out.*automatic retries/);
    await world.clock.advance(200_000);
    const third = await world.ask().toEnd();
    assert.equal(third.last('failed').kind, 'timeout');
  });

  it('grows with each success', async () => {
    const failures = Array.from({ length: 11 }, () => slow);
    const world = new EngineWorld({ replies: [...failures, answering('a'), answering('b'), slow], settings });
    for (let n = 0; n < 4; n++) await world.ask().toEnd();
    assert.equal(world.wire.requests.length, 11 + 2 + 5);
  });

  it('is not overdrawn by turns that fail together', async () => {
    const world = new EngineWorld({ replies: [slow], settings: { retry: { maxRetries: 1 } } });
    const runs = Array.from({ length: 30 }, () => world.ask());
    for (const run of runs) await run.toEnd();
    assert.equal(world.wire.requests.length, 30 + 12);
    assert.equal(runs.filter((run) => run.last('failed').kind === 'budget').length, 18);
  });

  it('gets back what a turn that is stopped did not need', async () => {
    const world = new EngineWorld({ replies: [slow] });
    const run = world.ask();
    await settle();
    assert.equal(world.engine.report().network.budgets[0]?.tokens, 11);
    run.turn.stop();
    assert.equal(world.engine.report().network.budgets[0]?.tokens, 12);
  });

  it('is not charged where the gate holds everybody back anyway', async () => {
    const world = new EngineWorld({ replies: [status(503)], settings });
    for (let n = 0; n < 3; n++) await world.ask().toEnd();
    assert.equal(world.engine.report().network.budgets[0]?.tokens, 12);
  });
});

describe('being offline', () => {
  const offline = rejecting('EAI_AGAIN');

  it('is told, probed for, and over by itself', async () => {
    const run = await new EngineRun({
      replies: [offline, offline, offline, answering('probe'), answering('ok')],
    }).toEnd();
    assert.ok(run.of('waiting').every(({ reason, source }) => reason === 'offline' && source === 'backoff'));
    assert.equal(run.of('waiting').length, 3);
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

  it('is no question of attempts: it may last for hours', async () => {
    const world = new EngineWorld({ replies: [offline] });
    const run = world.ask();
    await world.clock.advance(3_600_000);
    assert.equal(run.terminal, undefined);
    assert.equal(run.last('waiting').reason, 'offline');
    run.turn.stop();
    await run.finished;
    assert.equal(run.clock.pending, 0);
  });

  it('that only the probe gets out of is a failure in the end', async () => {
    const world = new EngineWorld({
      replies: [({ url }) => (url.endsWith('/models') ? new Response(null) : offline({} as never))],
      settings: { retry: { maxRetries: 3 } },
    });
    const run = await world.ask().toEnd();
    assert.deepEqual([run.last('failed').kind, run.of('attempt').length], ['offline', 4]);
  });

  it('ends at once when the user wants to try', async () => {
    const run = new EngineRun({ replies: [offline, answering('ok')] });
    await settle();
    run.turn.retryNow();
    await run.toEnd();
    assert.deepEqual([run.wire.requests.length, run.last('done').text], [2, 'ok']);
  });

  it('can be stopped while a probe is on its way', async () => {
    const run = new EngineRun({ replies: [offline, silent] });
    await run.clock.advance(2000);
    assert.equal(run.wire.requests.length, 2);
    run.turn.stop();
    await run.finished;
    assert.equal(run.clock.pending, 0);
    assert.ok(run.wire.requests.every(({ signal }) => signal.aborted));
  });
});

describe('a laptop that sleeps', () => {
  it('wakes up in a wait that is over', async () => {
    const run = new EngineRun({ replies: [limited(100), answering('ok')] });
    await settle();
    run.clock.epoch += 3_600_000;
    await run.clock.advance(1000);
    assert.equal(run.last('done').text, 'ok');
  });

  it('gives a connection that says nothing a few seconds, and goes on', async () => {
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

  it('keeps a connection whose headers came after it woke up, though the model thinks', async () => {
    let respond: (() => void) | undefined;
    let stream: LiveBody | undefined;
    const late: Reply = (request) =>
      new Promise((resolve) => {
        stream = new LiveBody(request.signal);
        const { stream: body } = stream;
        respond = () => resolve(new Response(body, { headers: sseHeaders }));
      });
    const run = new EngineRun({ replies: [late], request: { model: 'deepseek-r1' } });
    await run.clock.advance(5000);
    run.clock.epoch += 3_600_000;
    await run.clock.advance(6000);
    respond?.();
    await run.clock.advance(40_000);
    stream?.delta('a').finish().done();
    await run.toEnd();
    assert.deepEqual([run.last('done').text, run.wire.requests.length], ['a', 1]);
  });

  it('keeps a connection that goes on', async () => {
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
