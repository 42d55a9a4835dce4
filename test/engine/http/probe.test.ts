import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import type { ProbeResult } from '../../../src/engine/engine';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { probe } from '../../../src/engine/http/probe';
import { systemClock } from '../../../src/host/util/systemClock';
import { LiveBody, ScriptedFetch, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const apiKey = 'hsa-0123456789abcdef';
const otherKey = 'K7/of+another-gateway-99';
const html = { 'content-type': 'text/html' };
const ignore = (): void => undefined;

const deps = fake<EngineDeps>({
  clock: systemClock,
  fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  userAgent: 'HolySheepPrompt/test',
  localize: (text: string, values: Readonly<Record<string, string | number>> = {}) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name])),
  formatTime: String,
  keys: new KeyRedactor(),
});

const probeFrom = (reply: Reply, key: string | undefined = apiKey): Promise<ProbeResult> => {
  const keys = new KeyRedactor([apiKey, otherKey]);
  return probe({ ...deps, keys, fetch: new ScriptedFetch([reply]).fetch }, 'https://gateway.test/v1', key);
};
const reply =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  () =>
    new Response(body, { status, headers });
const error = (message: string, code = ''): string => JSON.stringify({ error: { message, code } });

async function withServer<T>(server: Server | TcpServer, run: (baseUrl: string) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  } finally {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
}

const failures: readonly {
  readonly name: string;
  readonly response: Reply;
  readonly state: string;
  readonly kind: string;
  readonly message: string;
}[] = [
  {
    name: 'a rejected key',
    response: reply(401, error('no')),
    state: 'rejected',
    kind: 'auth',
    message: 'The key for gateway.test was rejected.',
  },
  {
    name: 'a forbidden list',
    response: reply(403, error('no such right')),
    state: 'rejected',
    kind: 'permission',
    message: 'Request not allowed: no such',
  },
  {
    name: 'missing credit',
    response: reply(403, error('余额不足')),
    state: 'unverified',
    kind: 'credit',
    message: 'Out of credit at gateway.test.',
  },
  {
    name: 'the web page of a firewall',
    response: reply(403, '<html>blocked', html),
    state: 'unverified',
    kind: 'not-a-stream',
    message: 'Received a web page',
  },
  {
    name: 'a missing path',
    response: reply(404, error('The model does not exist')),
    state: 'unverified',
    kind: 'not-found',
    message: 'No API found at this',
  },
  {
    name: 'a proxy that requires a sign-in',
    response: reply(407, ''),
    state: 'unverified',
    kind: 'proxy',
    message: 'The proxy requires authentication.',
  },
  {
    name: 'a rate limit',
    response: reply(429, ''),
    state: 'unverified',
    kind: 'rate-limit',
    message: 'Rate limited by gateway.test.',
  },
  {
    name: 'a bad gateway',
    response: reply(502, '<html>', html),
    state: 'unverified',
    kind: 'gateway',
    message: "The gateway can't reach the model (status 502).",
  },
  {
    name: 'a redirect',
    response: reply(302, '', { location: 'https://login.test' }),
    state: 'unverified',
    kind: 'redirect',
    message: 'The gateway redirects',
  },
  {
    name: 'a sign-in page',
    response: reply(200, '<!doctype html><p>Sign in'),
    state: 'unverified',
    kind: 'not-a-stream',
    message: 'Received a web page',
  },
  {
    name: 'JSON without a list',
    response: reply(200, '{"ok":true}'),
    state: 'unverified',
    kind: 'not-found',
    message: 'No API found at this address',
  },
  {
    name: 'plain text',
    response: reply(200, 'hello'),
    state: 'unverified',
    kind: 'not-found',
    message: 'No API found at this address',
  },
  {
    name: 'an endless list',
    response: reply(200, `["${'x'.repeat(9_000_000)}"]`),
    state: 'unverified',
    kind: 'not-found',
    message: 'No API found at this',
  },
  {
    name: 'a rejected key in a successful response',
    response: reply(200, error('Invalid API key', 'invalid_api_key')),
    state: 'rejected',
    kind: 'auth',
    message: 'The key',
  },
];

describe('probe of a gateway', () => {
  it('sends the API key and returns the IDs of the models', async () => {
    const received: unknown[] = [];
    const listener: RequestListener = ({ method, url, headers }, response) => {
      received.push(method, url, headers.authorization, headers['user-agent']);
      response.end('{"data":[{"id":"b"},{"id":"a"}]}');
    };
    const result = await withServer(createServer(listener), (baseUrl) => probe(deps, baseUrl, apiKey));
    assert.deepEqual(received, ['GET', '/v1/models', `Bearer ${apiKey}`, 'HolySheepPrompt/test']);
    assert.ok(result.state === 'verified');
    assert.deepEqual(result.models, ['a', 'b']);
  });

  const probeWithoutKey = ({ fetch }: ScriptedFetch) => probe({ ...deps, fetch }, 'https://gateway.test/v1', undefined);

  it('sends no Authorization header when no API key is set', async () => {
    const wire = new ScriptedFetch([reply(401, '')]);
    await probeWithoutKey(wire);
    assert.equal(wire.requests[0]?.headers.get('authorization'), null);
  });

  it('reports the missing API key after a 401 response', async () => {
    const result = await probeWithoutKey(new ScriptedFetch([reply(401, '')]));
    assert.ok(result.state === 'rejected');
    assert.equal(result.message, 'No API key is set for gateway.test.');
  });

  for (const { name, response, state, kind, message } of failures) {
    it(`reports the same fault as a turn after ${name}`, async () => {
      const result = await probeFrom(response);
      assert.ok('message' in result, JSON.stringify(result));
      assert.deepEqual([result.state, result.kind], [state, kind]);
      assert.ok(result.message.startsWith(message), result.message);
    });
  }

  for (const { name, server, scheme, kind } of [
    {
      name: 'a dropped connection',
      server: createServer((request) => request.socket.destroy()),
      scheme: 'http',
      kind: 'connection',
    },
    {
      name: 'a server without HTTP',
      server: createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')),
      scheme: 'http',
      kind: 'not-a-stream',
    },
    {
      name: 'a list that breaks off',
      server: createServer((_, response) => response.write('[', () => response.destroy())),
      scheme: 'http',
      kind: 'connection',
    },
  ] as const) {
    it(`recognizes ${name}`, async () => {
      const result = await withServer(server, (baseUrl) => probe(deps, baseUrl.replace('http', scheme), apiKey));
      assert.ok(result.state === 'unverified', JSON.stringify(result));
      assert.equal(result.kind, kind);
    });
  }

  it('recognizes a port on which no server listens', async () => {
    const baseUrl = await withServer(createServer(), (url) => Promise.resolve(url));
    const result = await probe(deps, baseUrl, apiKey);
    assert.ok(result.state === 'unverified');
    assert.equal(result.message, `${new URL(baseUrl).host} is not accepting connections.`);
  });

  for (const [name, answer] of [
    [
      'never responds',
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    ],
    ['never ends its response', ({ signal }) => new Response(new LiveBody(signal).send('[').stream)],
  ] as const satisfies readonly (readonly [string, Reply])[]) {
    it(`times out when the gateway ${name}`, async () => {
      const clock = new VirtualClock();
      const { fetch } = new ScriptedFetch([answer]);
      const result = probe({ ...deps, clock, fetch }, 'https://gateway.test', apiKey);
      await settle();
      await clock.advance(20_000);
      const { message } = (await result) as { readonly message?: string };
      assert.equal(message, 'No response from gateway.test in 20 s.');
    });
  }

  it('stops immediately when it is canceled', async () => {
    const abort = new AbortController();
    const server = createServer(() => abort.abort());
    await withServer(server, async (baseUrl) => {
      for (let round = 0; round < 2; round++) {
        const result = await probe(deps, baseUrl, apiKey, abort.signal);
        assert.deepEqual(result, { state: 'cancelled' });
      }
    });
  });

  for (const [location, response] of [
    ['an error message', reply(401, error(`no ${apiKey}, no ${otherKey}`))],
    ['the id of a model', reply(200, JSON.stringify([otherKey, apiKey, 'gpt-4o']))],
  ] as const) {
    it(`removes the API keys of all gateways from ${location}`, async () => {
      const text = JSON.stringify(await probeFrom(response));
      for (const part of [apiKey.slice(0, 8), otherKey.slice(0, 8)]) assert.ok(!text.includes(part), text);
    });
  }

  it('removes invisible characters from an error message', async () => {
    const result = await probeFrom(reply(401, error('a\u202eb\u2066c\u200bd\u0007e\nf\u{e0041}g')));
    assert.equal((result as { readonly detail?: string }).detail, 'abcd e fg');
  });
});
