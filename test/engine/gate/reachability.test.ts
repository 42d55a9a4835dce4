import assert from 'node:assert/strict';
import { isReachable, probeDelayMs } from '../../../src/engine/gate/reachability';
import { rejecting, ScriptedFetch, silent, status, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

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
