import assert from 'node:assert/strict';
import { isReachable, networkCheckDelayMs, Wait } from '../../../src/engine/turn/waits';
import { rejecting, ScriptedFetch, silent, status, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

function startWait(
  clock: VirtualClock,
  ms: number,
): { readonly wait: Wait; readonly hasEnded: () => Promise<boolean> } {
  const wait = new Wait(clock, clock.now() + ms);
  let ended = false;
  void wait.finished.then(() => (ended = true));
  return { wait, hasEnded: () => settle().then(() => ended) };
}

describe('wait', () => {
  it('ends exactly at its time and leaves no timer', async () => {
    const clock = new VirtualClock();
    const { hasEnded } = startWait(clock, 2500);
    await clock.advance(2499);
    assert.equal(await hasEnded(), false);
    await clock.advance(1);
    assert.equal(await hasEnded(), true);
    assert.equal(clock.pending, 0);
  });

  for (const ms of [0, -60_000]) {
    it(`ends immediately when its delay is ${ms} ms`, async () => {
      const clock = new VirtualClock();
      const { hasEnded } = startWait(clock, ms);
      assert.equal(await hasEnded(), true);
      assert.equal(clock.pending, 0);
    });
  }

  it('can be ended early, and has no further effect when it is ended again', async () => {
    const clock = new VirtualClock();
    const { wait, hasEnded } = startWait(clock, 60_000);
    await clock.advance(1500);
    wait.end();
    wait.end();
    assert.equal(await hasEnded(), true);
    assert.equal(clock.pending, 0);
  });

  it('lasts until it is ended, without a timer, when it has no end time', async () => {
    const clock = new VirtualClock();
    const { wait, hasEnded } = startWait(clock, Infinity);
    assert.deepEqual([clock.pending, await hasEnded()], [0, false]);
    wait.end();
    assert.equal(await hasEnded(), true);
  });

  it('checks the wall clock once per second and at its end', async () => {
    const clock = new VirtualClock();
    startWait(clock, 2500);
    assert.deepEqual(
      [await clock.next(), await clock.next(), await clock.next(), await clock.next()],
      [1000, 1000, 500, undefined],
    );
  });

  it('ends within a second of wake-up when its time passed while the computer slept', async () => {
    const clock = new VirtualClock();
    const { hasEnded } = startWait(clock, 60_000);
    await clock.advance(500);
    clock.epoch += 3_600_000;
    await clock.advance(500);
    assert.equal(await hasEnded(), true);
  });

  it('does not get longer when the wall clock is set back', async () => {
    const clock = new VirtualClock();
    const { hasEnded } = startWait(clock, 5000);
    clock.epoch -= 3_600_000;
    await clock.advance(4999);
    assert.equal(await hasEnded(), false);
    await clock.advance(1);
    assert.equal(await hasEnded(), true);
  });
});

function checkNetwork(reply: Reply, signal = new AbortController().signal) {
  const clock = new VirtualClock();
  const wire = new ScriptedFetch([reply]);
  const result = isReachable({ clock, fetch: wire.fetch }, 'https://gateway.test/v1', signal);
  return { clock, wire, result };
}

describe('network check', () => {
  for (const [name, reply, reachable] of [
    ['a 200 response', status(200), true],
    ['a 401 response', status(401), true],
    ['a 503 response', status(503), true],
    ['a refused connection', rejecting('ECONNREFUSED'), true],
    ['an unknown host name', rejecting('ENOTFOUND'), true],
    ['the error ENETUNREACH (no route)', rejecting('ENETUNREACH'), false],
    ['the error EAI_AGAIN (no response from the name server)', rejecting('EAI_AGAIN'), false],
    ['a connect timeout', rejecting('ETIMEDOUT'), false],
  ] as const) {
    it(`reports the gateway as ${reachable ? 'reachable' : 'unreachable'} after ${name}`, async () => {
      const { clock, wire, result } = checkNetwork(reply);
      assert.equal(await result, reachable);
      assert.equal(clock.pending, 0);
      assert.ok(wire.requests.every(({ signal }) => signal.aborted));
    });
  }

  it('sends no key and follows no redirect', async () => {
    const { wire, result } = checkNetwork(status(200));
    await result;
    const [request] = wire.requests;
    assert.deepEqual([request?.url, request?.redirect], ['https://gateway.test/v1/models', 'manual']);
    assert.equal(request?.headers.has('authorization'), false);
  });

  it('times out after five seconds', async () => {
    const { clock, wire, result } = checkNetwork(silent);
    await clock.advance(4999);
    assert.equal(wire.requests[0]?.signal.aborted, false);
    await clock.advance(1);
    assert.equal(await result, false);
  });

  it('ends when its signal is aborted', async () => {
    const controller = new AbortController();
    const { clock, wire, result } = checkNetwork(silent, controller.signal);
    await settle();
    controller.abort();
    assert.equal(await result, false);
    assert.deepEqual([wire.requests[0]?.signal.aborted, clock.pending], [true, 0]);
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
