import assert from 'node:assert/strict';
import { RouteMemory } from '../../../src/engine/gate/routeMemory';
import { HttpRejection, send, type AttemptRequest } from '../../../src/engine/http/transport';
import { LiveBody, ScriptedFetch, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const ignore = (): void => undefined;
const ok: Reply = () => new Response('');

function to(baseUrl: string, apiKey: string): AttemptRequest {
  return {
    connection: { baseUrl, apiKey },
    request: { model: 'gpt-4o' },
    messages: [{ role: 'user', content: 'hi' }],
    behavior: new RouteMemory().behaviorOf(baseUrl, 'gpt-4o'),
  };
}

function wired(...replies: readonly Reply[]) {
  const wire = new ScriptedFetch(replies);
  const deps = { clock: new VirtualClock(), fetch: wire.fetch, userAgent: 'HolySheepPrompt/test' };
  const go = (request: AttemptRequest, signal = new AbortController().signal): Promise<Response> =>
    send(deps, request, signal, ignore);
  return { deps, wire, go };
}

describe('a request', () => {
  it('goes where it is to go with its own key, whatever went before it or goes beside it', async () => {
    const { wire, go } = wired(ok);
    await go(to('https://a.test/v1', 'key-1'));
    await go(to('https://a.test/v1', 'key-2'));
    await Promise.all([go(to('https://b.test/v1', 'key-2')), go(to('https://a.test/v1', 'key-1'))]);
    assert.deepEqual(
      wire.requests.map(({ url, headers }) => `${url} ${headers.get('authorization')}`),
      [
        'https://a.test/v1/chat/completions Bearer key-1',
        'https://a.test/v1/chat/completions Bearer key-2',
        'https://b.test/v1/chat/completions Bearer key-2',
        'https://a.test/v1/chat/completions Bearer key-1',
      ],
    );
  });

  it('goes through the `fetch` of the moment', async () => {
    const { deps, wire, go } = wired(ok);
    await go(to('https://a.test/v1', 'key-1'));
    const later = new ScriptedFetch([ok]);
    deps.fetch = later.fetch;
    await go(to('https://a.test/v1', 'key-1'));
    assert.deepEqual([wire.requests.length, later.requests.length], [1, 1]);
  });

  it('has four headers, none of them from the environment', async () => {
    process.env['OPENAI_CUSTOM_HEADERS'] =
      'Accept: text/other\nContent-Type: text/other\nUser-Agent: other\nx-other: 1';
    try {
      const { wire, go } = wired(ok);
      await go(to('https://a.test/v1', 'key-1'));
      assert.deepEqual(Object.fromEntries(wire.requests[0]?.headers ?? []), {
        accept: 'application/json',
        authorization: 'Bearer key-1',
        'content-type': 'application/json',
        'user-agent': 'HolySheepPrompt/test',
      });
    } finally {
      delete process.env['OPENAI_CUSTOM_HEADERS'];
    }
  });

  it('is aborted by its signal while the body of a refusal is read', async () => {
    const { wire, go } = wired(({ signal }) => new Response(new LiveBody(signal).send('half').stream, { status: 503 }));
    const controller = new AbortController();
    const sent = assert.rejects(go(to('https://a.test/v1', 'key-1'), controller.signal), (error) => {
      assert.ok(error instanceof HttpRejection);
      assert.deepEqual([error.status, error.body], [503, 'half']);
      return true;
    });
    await settle();
    assert.equal(wire.requests[0]?.signal.aborted, false);
    controller.abort();
    await sent;
  });
});
