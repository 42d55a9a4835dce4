import assert from 'node:assert/strict';
import { isReachable, probeDelayMs, Wait } from '../../../src/engine/turn/waits';
import { rejecting, ScriptedFetch, silent, status, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

function waiting(clock: VirtualClock, ms: number): { readonly wait: Wait; readonly isOver: () => Promise<boolean> } {
  const wait = new Wait(clock, clock.now() + ms);
  let over = false;
  void wait.finished.then(() => (over = true));
  return { wait, isOver: () => settle().then(() => over) };
}

describe('a wait', () => {
  it('is over when its time has come, not a millisecond before, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const { isOver } = waiting(clock, 2500);
    await clock.advance(2499);
    assert.equal(await isOver(), false);
    await clock.advance(1);
    assert.equal(await isOver(), true);
    assert.equal(clock.pending, 0);
  });

  for (const ms of [0, -60_000]) {
    it(`of ${ms} ms is over at once`, async () => {
      const clock = new VirtualClock();
      const { isOver } = waiting(clock, ms);
      assert.equal(await isOver(), true);
      assert.equal(clock.pending, 0);
    });
  }

  it('can be ended at any moment, and more than once', async () => {
    const clock = new VirtualClock();
    const { wait, isOver } = waiting(clock, 60_000);
    await clock.advance(1500);
    wait.end();
    wait.end();
    assert.equal(await isOver(), true);
    assert.equal(clock.pending, 0);
  });

  it('without an end waits to be ended, and needs no timer for it', async () => {
    const clock = new VirtualClock();
    const { wait, isOver } = waiting(clock, Infinity);
    assert.deepEqual([clock.pending, await isOver()], [0, false]);
    wait.end();
    assert.equal(await isOver(), true);
  });

  it('looks at the wall clock once a second, and last at its end', async () => {
    const clock = new VirtualClock();
    waiting(clock, 2500);
    assert.deepEqual(
      [await clock.next(), await clock.next(), await clock.next(), await clock.next()],
      [1000, 1000, 500, undefined],
    );
  });

  it('is over within a second of waking up where the laptop slept through it', async () => {
    const clock = new VirtualClock();
    const { isOver } = waiting(clock, 60_000);
    await clock.advance(500);
    clock.epoch += 3_600_000;
    await clock.advance(500);
    assert.equal(await isOver(), true);
  });

  it('is no longer where the wall clock is set back', async () => {
    const clock = new VirtualClock();
    const { isOver } = waiting(clock, 5000);
    clock.epoch -= 3_600_000;
    await clock.advance(4999);
    assert.equal(await isOver(), false);
    await clock.advance(1);
    assert.equal(await isOver(), true);
  });
});

function probe(reply: Reply, signal = new AbortController().signal) {
  const clock = new VirtualClock();
  const wire = new ScriptedFetch([reply]);
  const result = isReachable({ clock, fetch: wire.fetch }, 'https://gateway.test/v1', signal);
  return { clock, wire, result };
}

describe('a probe of the network', () => {
  for (const [name, reply, reachable] of [
    ['an answer', status(200), true],
    ['a refusal', status(401), true],
    ['a broken gateway', status(503), true],
    ['a gateway that takes no connection', rejecting('ECONNREFUSED'), true],
    ['a name that does not exist', rejecting('ENOTFOUND'), true],
    ['no route', rejecting('ENETUNREACH'), false],
    ['no name server', rejecting('EAI_AGAIN'), false],
    ['a connect that takes too long', rejecting('ETIMEDOUT'), false],
  ] as const) {
    it(`that meets ${name} says that the network is ${reachable ? 'back' : 'away'}, and leaves nothing behind`, async () => {
      const { clock, wire, result } = probe(reply);
      assert.equal(await result, reachable);
      assert.equal(clock.pending, 0);
      assert.ok(wire.requests.every(({ signal }) => signal.aborted));
    });
  }

  it('carries no key, follows no redirect and asks for no body', async () => {
    const { wire, result } = probe(status(200));
    await result;
    const [request] = wire.requests;
    assert.deepEqual([request?.url, request?.redirect], ['https://gateway.test/v1/models', 'manual']);
    assert.equal(request?.headers.has('authorization'), false);
  });

  it('has five seconds', async () => {
    const { clock, wire, result } = probe(silent);
    await clock.advance(4999);
    assert.equal(wire.requests[0]?.signal.aborted, false);
    await clock.advance(1);
    assert.equal(await result, false);
  });

  it('is over when nobody wants to know any more', async () => {
    const controller = new AbortController();
    const { clock, wire, result } = probe(silent, controller.signal);
    await settle();
    controller.abort();
    assert.equal(await result, false);
    assert.deepEqual([wire.requests[0]?.signal.aborted, clock.pending], [true, 0]);
  });
});

describe('the time to the next probe', () => {
  it('doubles from one second to fifteen, and has a tenth of chance in it', () => {
    const none = [0, 1, 2, 3, 4, 5, 20].map((n) => probeDelayMs(n, () => 0));
    assert.deepEqual(none, [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    assert.equal(
      probeDelayMs(0, () => 0.5),
      1050,
    );
  });
});
