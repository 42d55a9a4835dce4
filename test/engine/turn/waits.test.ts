import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { TurnHistory } from '../../../src/engine/retry/turnHistory';
import type { EventSink } from '../../../src/engine/turn/turnOutput';
import { networkCheckDelayMs, Waits } from '../../../src/engine/turn/waits';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import { answering, status } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const description = {
  source: 'backoff',
  reason: 'server',
  maxAttempts: 6,
  message: '',
  actions: [],
  attempt: 2,
} as const;

function createWaits(output: EventSink = { emit: () => undefined }, history = new TurnHistory('one')) {
  const clock = new VirtualClock();
  return { clock, waits: new Waits(fake<EngineDeps>({ clock, random: () => 0.5, fetch }), output, history) };
}

function startWait(ms: number) {
  const { clock, waits } = createWaits();
  let ended = false;
  const finished = ms === Infinity ? waits.waitInQueue(0, description) : waits.delay(ms, description);
  void finished.then(() => (ended = true));
  return { clock, waits, hasEnded: () => settle().then(() => ended) };
}

describe('wait', () => {
  it('ends exactly on time and leaves no timer behind', async () => {
    const { clock, hasEnded } = startWait(2500);
    await clock.advance(2499);
    assert.equal(await hasEnded(), false);
    await clock.advance(1);
    assert.equal(await hasEnded(), true);
    assert.equal(clock.pending, 0);
  });

  for (const ms of [0, -60_000]) {
    it(`ends immediately when its delay is ${ms} ms`, async () => {
      const { clock, hasEnded } = startWait(ms);
      assert.equal(await hasEnded(), true);
      assert.equal(clock.pending, 0);
    });
  }

  it('lasts until the caller ends it if it has no end time', async () => {
    const { clock, waits, hasEnded } = startWait(Infinity);
    assert.deepEqual([clock.pending, await hasEnded()], [0, false]);
    waits.end();
    assert.equal(await hasEnded(), true);
  });

  it('checks the wall clock once per second and at its end', async () => {
    const { clock } = startWait(2500);
    assert.deepEqual(
      [await clock.next(), await clock.next(), await clock.next(), await clock.next()],
      [1000, 1000, 500, undefined],
    );
  });

  it('ends within a second after the computer has woken up if its end time has passed', async () => {
    const { clock, hasEnded } = startWait(60_000);
    await clock.advance(500);
    clock.epoch += 3_600_000;
    await clock.advance(500);
    assert.equal(await hasEnded(), true);
  });
});

describe('delay before the next network check', () => {
  it('doubles from 1 s to 15 s, with up to 10 % jitter', () => {
    const withoutJitter = [0, 1, 2, 3, 4, 5, 20].map((n) => networkCheckDelayMs(n, () => 0));
    assert.deepEqual(withoutJitter, [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    assert.equal(
      networkCheckDelayMs(0, () => 0.5),
      1050,
    );
  });
});

describe('message of the provider in a wait', () => {
  const key = 'hsa-secret-key-1';
  const limited = status(429, { error: { message: 'Model busy,\n  retry later' } });

  it('appears on one line in the waiting event', async () => {
    const run = await new EngineRun({ replies: [limited, answering('ok')] }).toEnd();
    assert.equal(run.last('waiting').detail, 'Model busy, retry later');
  });

  it('has at most 300 characters and contains no API key', async () => {
    const long = status(503, { error: { message: `${key} is queued. ${'x'.repeat(400)}` } });
    const { detail = '' } = (await new EngineRun({ replies: [long, answering('ok')] }).toEnd()).last('waiting');
    assert.deepEqual([detail.length, detail.slice(0, 21)], [300, '[redacted] is queued.']);
  });

  it('is absent if the response contains no message', async () => {
    const run = await new EngineRun({ replies: [status(503), answering('ok')] }).toEnd();
    assert.equal(run.last('waiting').detail, undefined);
  });

  it('also appears in another turn that waits in the queue', async () => {
    for (const [seconds, type] of [
      [20, 'waiting'],
      [1200, 'failed'],
    ] as const) {
      const busy = status(429, { error: { message: 'Model busy' } }, { 'retry-after': `${seconds}` });
      const world = new EngineWorld({ replies: [busy, answering('ok')], settings: { retry: { maxHintMs: 30_000 } } });
      world.ask();
      await world.clock.advance(0);
      const second = world.ask();
      await world.clock.advance(0);
      assert.equal(second.last(type).detail, 'Model busy');
    }
  });

  it('also appears while a turn waits because of the circuit breaker', async () => {
    const failing = status(500, { error: { message: 'loading, 45 %' } });
    const run = new EngineRun({ replies: [failing] });
    while (run.of('waiting').at(-1)?.reason !== 'breaker' && (await run.clock.next()) !== undefined);
    assert.equal(run.last('waiting').detail, 'loading, 45 %');
    run.turn.stop();
  });

  it('is written to the log', async () => {
    const run = new EngineRun({ replies: [limited] });
    await run.clock.advance(0);
    assert.match(run.log.join('\n'), /Model busy, retry later/);
    run.turn.stop();
  });
});

describe('wait for an optional task', () => {
  for (const [what, task] of [
    ['succeeds', () => Promise.resolve()],
    ['fails', () => Promise.reject(new Error('no disk'))],
  ] as const) {
    it(`ends at once when the task ${what}`, async () => {
      const { waits } = createWaits({ emit: () => assert.fail() });
      await waits.waitForOptional(1000, task());
      assert.equal(waits.isWaiting, false);
    });
  }
});

describe('wait of a turn', () => {
  for (const kind of ['delay', 'queue'] as const) {
    it(`counts only its planned duration as time without progress when the computer sleeps (${kind})`, async () => {
      const history = new TurnHistory('one');
      const emitted: unknown[] = [];
      const { clock, waits } = createWaits({ emit: (event: unknown) => emitted.push(event) }, history);
      const ended = kind === 'delay' ? waits.delay(1000, description) : waits.waitInQueue(1000, description);
      assert.equal(waits.isWaiting, true);
      clock.sleep(60_000);
      await clock.advance(0);
      waits.end();
      await ended;
      assert.deepEqual([history.idleMs, waits.isWaiting, emitted.length], [1000, false, 1]);
    });
  }
});
