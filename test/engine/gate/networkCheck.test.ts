import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { EngineEnvironment } from '../../../src/engine/environment';
import { isReachable, respondsAsGateway } from '../../../src/engine/gate/networkCheck';
import { rejecting, ScriptedFetch, silent, status, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

function checkNetwork(reply: Reply, signal = new AbortController().signal) {
  const clock = new VirtualClock();
  const wire = new ScriptedFetch([reply]);
  const result = isReachable({ clock, fetch: wire.fetch }, 'https://gateway.test/v1', signal);
  return { clock, wire, result };
}

describe('network check', () => {
  for (const { name, reply, reachable } of [
    { name: 'a 200 response', reply: status(200), reachable: true },
    { name: 'a 401 response', reply: status(401), reachable: true },
    { name: 'a 503 response', reply: status(503), reachable: true },
    { name: 'a refused connection', reply: rejecting('ECONNREFUSED'), reachable: true },
    { name: 'an unknown host name', reply: rejecting('ENOTFOUND'), reachable: true },
    { name: 'the error ENETUNREACH (no gateway)', reply: rejecting('ENETUNREACH'), reachable: false },
    { name: 'the error EAI_AGAIN (no response from the name server)', reply: rejecting('EAI_AGAIN'), reachable: false },
    { name: 'a connect timeout', reply: rejecting('ETIMEDOUT'), reachable: false },
  ] as const) {
    it(`reports the gateway as ${reachable ? 'reachable' : 'unreachable'} after ${name}`, async () => {
      const { clock, wire, result } = checkNetwork(reply);
      assert.equal(await result, reachable);
      assert.equal(clock.pending, 0);
      assert.ok(wire.requests.every(({ signal }) => signal.aborted));
    });
  }

  it('follows no redirect', async () => {
    const { wire, result } = checkNetwork(status(200));
    await result;
    const [request] = wire.requests;
    assert.deepEqual([request?.url, request?.redirect], ['https://gateway.test/v1/models', 'manual']);
  });

  it('sends no API key', async () => {
    const { wire, result } = checkNetwork(status(200));
    await result;
    assert.equal(wire.requests[0]?.headers.has('authorization'), false);
  });

  it('times out after five seconds', async () => {
    const { clock, wire, result } = checkNetwork(silent);
    await clock.advance(4999);
    assert.equal(wire.requests[0]?.signal.aborted, false);
    await clock.advance(1);
    assert.equal(await result, false);
  });

  it('has no separate connection timeout', async () => {
    const { fetch } = new ScriptedFetch([status(200)]);
    const watchConnection = (): never => assert.fail('the connection is watched');
    assert.equal(
      await isReachable(
        { clock: new VirtualClock(), fetch, watchConnection },
        'https://gateway.test/v1',
        new AbortController().signal,
      ),
      true,
    );
  });

  it('ends when it is canceled', async () => {
    const controller = new AbortController();
    const { clock, wire, result } = checkNetwork(silent, controller.signal);
    await settle();
    controller.abort();
    assert.equal(await result, false);
    assert.deepEqual([wire.requests[0]?.signal.aborted, clock.pending], [true, 0]);
  });
});

describe('check whether a gateway responds', () => {
  const url = 'https://gateway.test/v1';
  const { signal } = new AbortController();

  for (const { name, reply, responds } of [
    { name: 'a 200 response', reply: status(200), responds: true },
    { name: 'a 400 response', reply: status(400), responds: true },
    { name: 'a 503 response', reply: status(503), responds: true },
    { name: 'a web page', reply: status(200, '', { 'content-type': 'text/html' }), responds: false },
    { name: 'a 300 response', reply: status(300), responds: false },
    { name: 'a redirect', reply: status(302), responds: false },
    { name: 'a proxy that requires a sign-in', reply: status(407), responds: false },
    { name: 'an error of Cloudflare', reply: status(521), responds: false },
    { name: 'a refused connection', reply: rejecting('ECONNREFUSED'), responds: false },
  ] as const) {
    it(`${responds ? 'succeeds' : 'fails'} after ${name}`, async () => {
      const { fetch } = new ScriptedFetch([reply]);
      assert.equal(await respondsAsGateway({ clock: new VirtualClock(), fetch }, url, signal), responds);
    });
  }

  it('sends a HEAD request, and leaves no timer behind', async () => {
    const methods: unknown[] = [];
    const clock = new VirtualClock();
    const fetch: EngineEnvironment['fetch'] = (_, init) => {
      methods.push(init?.method);
      return Promise.resolve(new Response());
    };
    const watchConnection: EngineEnvironment['watchConnection'] = (send, observer) => {
      observer.onConnecting();
      return send();
    };
    const { signal: ownSignal } = new AbortController();
    await respondsAsGateway({ clock, fetch, watchConnection }, url, ownSignal);
    assert.deepEqual([methods, clock.pending, getEventListeners(ownSignal, 'abort')], [['HEAD'], 0, []]);
  });

  it('allows 2 s to connect to each IP address of the host', async () => {
    const clock = new VirtualClock();
    let respond!: (response: Response) => void;
    const fetch = (): Promise<Response> => new Promise((resolve) => (respond = resolve));
    const watchConnection: EngineEnvironment['watchConnection'] = async (send, observer) => {
      observer.onConnecting();
      await new Promise<void>((resolve) => clock.callAfter(1500, resolve));
      observer.onConnecting();
      await new Promise<void>((resolve) => clock.callAfter(1500, resolve));
      observer.onSent();
      return send();
    };
    const result = respondsAsGateway({ clock, fetch, watchConnection }, url, signal);
    await clock.advance(4900);
    respond(new Response());
    assert.equal(await result, true);
  });

  it('allows more time to connect if the process was blocked', async () => {
    const clock = new VirtualClock();
    const { fetch, requests } = new ScriptedFetch([silent]);
    const watchConnection: EngineEnvironment['watchConnection'] = (send, observer) => {
      observer.onConnecting();
      clock.sleep(2600);
      return send();
    };
    const deps = { clock, fetch, watchConnection };
    const result = respondsAsGateway(deps, url, signal);
    await clock.advance(1749);
    assert.equal(requests[0]?.signal.aborted, false);
    await clock.advance(1);
    assert.deepEqual([requests[0].signal.aborted, await result], [true, false]);
  });
});
