import assert from 'node:assert/strict';
import { createServer, Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import type { FaultKind } from '../../../src/engine/events';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import {
  requestModelList,
  type ModelListFault,
  type ModelListLimits,
  type ModelListResult,
} from '../../../src/host/connection/modelListRequest';

const apiKey = 'hsa-0123456789abcdef';
const otherKey = 'K7/of+another-route-99';
const shortLimits: ModelListLimits = { headersMs: 100, bodyMs: 100, bodyBytes: 1000 };

async function withServer<T>(server: Server, run: (baseUrl: string) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  } finally {
    if (server instanceof HttpServer) server.closeAllConnections();
    server.close();
  }
}

function requestFrom(answer: RequestListener, limits?: ModelListLimits): Promise<ModelListResult> {
  return withServer(createServer(answer), (baseUrl) =>
    requestModelList({ baseUrl, apiKey }, new KeyRedactor(), undefined, limits),
  );
}

function respondWith(status: number, body: string, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** Asserts that the request has failed with a network fault, and returns its kind and error code. */
function networkFault(result: ModelListResult): readonly [kind: FaultKind, code: string | undefined] {
  assert.ok(result.state === 'unverified' && result.fault.kind === 'network', JSON.stringify(result));
  return [result.fault.fault.kind, result.fault.code];
}

const html = { 'content-type': 'text/html' };

const faults: readonly (readonly [name: string, answer: RequestListener, fault: ModelListFault])[] = [
  ['status 404', respondWith(404, '{"error":"no"}'), { kind: 'not-found', status: 404 }],
  ['status 404 with a web page', respondWith(404, '<html>', html), { kind: 'not-found', status: 404 }],
  ['a rate limit', respondWith(429, ''), { kind: 'rate-limit', status: 429 }],
  ['a server error', respondWith(502, '<html>', html), { kind: 'server', status: 502 }],
  ['a web page', respondWith(200, '<!doctype html><p>Sign in', html), { kind: 'html', status: 200 }],
  ['a web page that claims to be JSON', respondWith(200, ' <html>'), { kind: 'html', status: 200 }],
  ['the web page of a firewall', respondWith(403, '<html>blocked', html), { kind: 'html', status: 403 }],
  ['JSON without a list', respondWith(200, '{"ok":true}'), { kind: 'not-a-list', status: 200 }],
  ['plain text', respondWith(200, 'hello'), { kind: 'not-a-list', status: 200 }],
  ['an unexpected status', respondWith(418, '{}'), { kind: 'status', status: 418 }],
  ['a body that exceeds the limit', respondWith(200, `["${'x'.repeat(2000)}"]`), { kind: 'unreadable', status: 200 }],
];

describe('request for the model list', () => {
  it('sends the API key and returns the ids of the models', async () => {
    const received: unknown[] = [];
    const result = await requestFrom((request, response) => {
      received.push(request.method, request.url, request.headers.authorization);
      response.end('{"data":[{"id":"b"},{"id":"a"}]}');
    });
    assert.deepEqual(received, ['GET', '/v1/models', `Bearer ${apiKey}`]);
    assert.ok(result.state === 'verified');
    assert.deepEqual(result.models, ['a', 'b']);
  });

  it('sends no Authorization header without an API key', async () => {
    const received: unknown[] = [];
    const listener: RequestListener = (request, response) => {
      received.push(request.headers.authorization);
      response.end('[]');
    };
    await withServer(createServer(listener), (baseUrl) =>
      requestModelList({ baseUrl, apiKey: undefined }, new KeyRedactor()),
    );
    assert.deepEqual(received, [undefined]);
  });

  for (const status of [401, 403]) {
    it(`reports a rejected key for status ${status}, with the gateway's message, from which the key is removed`, async () => {
      const body = JSON.stringify({ error: { message: `Invalid key\n${apiKey}` } });
      assert.deepEqual(await requestFrom(respondWith(status, body)), {
        state: 'rejected',
        status,
        detail: 'Invalid key [redacted]',
      });
    });
  }

  for (const [name, answer, kind, code] of [
    ['a body that never ends', (_q, response) => response.writeHead(200).write('{'), 'timeout', undefined],
    ['a missing response', () => undefined, 'timeout', undefined],
    ['a dropped connection', (request) => request.socket.destroy(), 'connection', 'UND_ERR_SOCKET'],
    ['a proxy that requires a sign-in', respondWith(407, ''), 'proxy', undefined],
  ] as const satisfies readonly (readonly [string, RequestListener, FaultKind, string | undefined])[]) {
    it(`reports ${name} as the same fault that a turn would have`, async () => {
      assert.deepEqual(networkFault(await requestFrom(answer, shortLimits)), [kind, code]);
    });
  }

  for (const [name, answer, fault] of faults) {
    it(`reports ${name} in place of a model list as a fault`, async () => {
      assert.deepEqual(await requestFrom(answer, shortLimits), { state: 'unverified', fault });
    });
  }

  it('does not follow a redirect and reports its target without the query', async () => {
    let requests = 0;
    const result = await requestFrom((_request, response) => {
      requests += 1;
      response.writeHead(302, { location: 'https://login.example.com/start?key=1' }).end();
    });
    assert.equal(requests, 1);
    assert.deepEqual(result, {
      state: 'unverified',
      fault: { kind: 'redirect', to: 'https://login.example.com/start' },
    });
  });

  it('reports a refused connection when no server listens on the port', async () => {
    const baseUrl = await withServer(createServer(), (url) => Promise.resolve(url));
    const result = await requestModelList({ baseUrl, apiKey }, new KeyRedactor());
    assert.deepEqual(networkFault(result), ['connection', 'ECONNREFUSED']);
  });

  it('recognizes a server that does not use HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const result = await withServer(server, (baseUrl) => requestModelList({ baseUrl, apiKey }, new KeyRedactor()));
    assert.equal(networkFault(result)[0], 'not-a-stream');
  });

  it('recognizes a server that uses HTTP when the base URL has HTTPS', async () => {
    const result = await withServer(createServer(respondWith(200, '[]')), (baseUrl) =>
      requestModelList({ baseUrl: baseUrl.replace('http:', 'https:'), apiKey }, new KeyRedactor()),
    );
    assert.ok(result.state === 'unverified');
    assert.equal(result.fault.kind, 'not-tls');
  });

  it('stops immediately when it is canceled', async () => {
    const abort = new AbortController();
    const server = createServer(() => abort.abort());
    const result = await withServer(server, (baseUrl) =>
      requestModelList({ baseUrl, apiKey }, new KeyRedactor(), abort.signal),
    );
    assert.deepEqual(result, { state: 'cancelled' });
    assert.deepEqual(
      await requestModelList({ baseUrl: 'http://127.0.0.1:1/v1', apiKey }, new KeyRedactor(), abort.signal),
      result,
    );
  });

  for (const [location, answer] of [
    ['an error message', respondWith(401, JSON.stringify({ error: { message: `no ${apiKey}, no ${otherKey}` } }))],
    ['a truncated error message', respondWith(401, JSON.stringify({ error: { message: 'x'.repeat(285) + otherKey } }))],
    ['the target of a redirect', respondWith(302, '', { location: `/v2/${encodeURIComponent(otherKey)}/${apiKey}` })],
    ['the id of a model', respondWith(200, JSON.stringify([otherKey, apiKey, 'gpt-4o']))],
  ] as const) {
    it(`removes the API keys of all gateways from ${location}`, async () => {
      const keys = new KeyRedactor([apiKey, otherKey]);
      const result = await withServer(createServer(answer), (baseUrl) => requestModelList({ baseUrl, apiKey }, keys));
      const text = JSON.stringify(result);
      const inUrl = encodeURIComponent(otherKey).slice(0, 12);
      for (const part of [apiKey.slice(0, 8), otherKey.slice(0, 8), inUrl]) assert.ok(!text.includes(part), text);
    });
  }

  it('removes invisible characters from an error message', async () => {
    const message = 'a\u202eb\u2066c\u200bd\u0007e\nf\u{e0041}g';
    const result = await requestFrom(respondWith(401, JSON.stringify({ error: { message } })));
    assert.deepEqual(result, { state: 'rejected', status: 401, detail: 'abcd e fg' });
  });

  it('uses the current global fetch, which VS Code may have replaced', async () => {
    const original = globalThis.fetch;
    globalThis.fetch = () => Promise.resolve(new Response('["patched"]'));
    try {
      const result = await requestModelList({ baseUrl: 'http://127.0.0.1:1/v1', apiKey }, new KeyRedactor());
      assert.ok(result.state === 'verified');
      assert.deepEqual(result.models, ['patched']);
    } finally {
      globalThis.fetch = original;
    }
  });
});
