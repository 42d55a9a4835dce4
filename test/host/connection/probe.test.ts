import assert from 'node:assert/strict';
import { createServer, Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import type { FaultKind } from '../../../src/engine/events';
import { KnownKeys } from '../../../src/engine/gateway/knownKeys';
import { probeModels, type ProbeFault, type ProbeLimits, type ProbeResult } from '../../../src/host/connection/probe';

const apiKey = 'hsa-0123456789abcdef';
const otherKey = 'K7/of+another-route-99';
const quick: ProbeLimits = { headersMs: 100, bodyMs: 100, bodyBytes: 1000 };

async function withServer<T>(server: Server, run: (baseUrl: string) => Promise<T>): Promise<T> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    return await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  } finally {
    if (server instanceof HttpServer) server.closeAllConnections();
    server.close();
  }
}

function probe(answer: RequestListener, limits?: ProbeLimits): Promise<ProbeResult> {
  return withServer(createServer(answer), (baseUrl) =>
    probeModels({ baseUrl, apiKey }, new KnownKeys(), undefined, limits),
  );
}

function replying(status: number, body: string, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** Kind and code of a fault that a turn could have, too. */
function networkFault(result: ProbeResult): readonly [kind: FaultKind, code: string | undefined] {
  assert.ok(result.state === 'unverified' && result.fault.kind === 'network', JSON.stringify(result));
  return [result.fault.fault.kind, result.fault.code];
}

const html = { 'content-type': 'text/html' };

const faults: readonly (readonly [name: string, answer: RequestListener, fault: ProbeFault])[] = [
  ['a missing path', replying(404, '{"error":"no"}'), { kind: 'not-found', status: 404 }],
  ['a missing path with a page', replying(404, '<html>', html), { kind: 'not-found', status: 404 }],
  ['a rate limit', replying(429, ''), { kind: 'rate-limit', status: 429 }],
  ['a server error', replying(502, '<html>', html), { kind: 'server', status: 502 }],
  ['a web page', replying(200, '<!doctype html><p>Sign in', html), { kind: 'html', status: 200 }],
  ['a web page that claims to be JSON', replying(200, ' <html>'), { kind: 'html', status: 200 }],
  ["a firewall's page", replying(403, '<html>blocked', html), { kind: 'html', status: 403 }],
  ['JSON that is no list', replying(200, '{"ok":true}'), { kind: 'not-a-list', status: 200 }],
  ['text', replying(200, 'hello'), { kind: 'not-a-list', status: 200 }],
  ['an odd status', replying(418, '{}'), { kind: 'status', status: 418 }],
  ['a body over the limit', replying(200, `["${'x'.repeat(2000)}"]`), { kind: 'unreadable', status: 200 }],
];

describe('probeModels', () => {
  it('asks for the list with the key and tells its models', async () => {
    const seen: unknown[] = [];
    const result = await probe((request, response) => {
      seen.push(request.method, request.url, request.headers.authorization);
      response.end('{"data":[{"id":"b"},{"id":"a"}]}');
    });
    assert.deepEqual(seen, ['GET', '/v1/models', `Bearer ${apiKey}`]);
    assert.ok(result.state === 'verified');
    assert.deepEqual(result.models, ['a', 'b']);
  });

  it('sends no credentials without a key', async () => {
    const seen: unknown[] = [];
    const listen: RequestListener = (request, response) => {
      seen.push(request.headers.authorization);
      response.end('[]');
    };
    await withServer(createServer(listen), (baseUrl) => probeModels({ baseUrl, apiKey: undefined }, new KnownKeys()));
    assert.deepEqual(seen, [undefined]);
  });

  for (const status of [401, 403]) {
    it(`says that the key was rejected on a ${status}, in the gateway's words without the key`, async () => {
      const body = JSON.stringify({ error: { message: `Invalid key\n${apiKey}` } });
      assert.deepEqual(await probe(replying(status, body)), {
        state: 'rejected',
        status,
        detail: 'Invalid key [redacted]',
      });
    });
  }

  for (const [name, answer, kind, code] of [
    ['a body without an end', (_q, response) => response.writeHead(200).write('{'), 'timeout', undefined],
    ['no answer', () => undefined, 'timeout', undefined],
    ['a dropped connection', (request) => request.socket.destroy(), 'connection', 'UND_ERR_SOCKET'],
    ['a proxy that wants a sign-in', replying(407, ''), 'proxy', undefined],
  ] as const satisfies readonly (readonly [string, RequestListener, FaultKind, string | undefined])[]) {
    it(`classifies ${name} as a turn does`, async () => {
      assert.deepEqual(networkFault(await probe(answer, quick)), [kind, code]);
    });
  }

  for (const [name, answer, fault] of faults) {
    it(`knows ${name}`, async () => {
      assert.deepEqual(await probe(answer, quick), { state: 'unverified', fault });
    });
  }

  it('follows no redirect, and names its target without the query', async () => {
    let asked = 0;
    const result = await probe((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: 'https://login.example.com/start?key=1' }).end();
    });
    assert.equal(asked, 1);
    assert.deepEqual(result, {
      state: 'unverified',
      fault: { kind: 'redirect', to: 'https://login.example.com/start' },
    });
  });

  it('knows a port that nobody listens on', async () => {
    const baseUrl = await withServer(createServer(), (url) => Promise.resolve(url));
    const result = await probeModels({ baseUrl, apiKey }, new KnownKeys());
    assert.deepEqual(networkFault(result), ['connection', 'ECONNREFUSED']);
  });

  it('knows a server that speaks no HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const result = await withServer(server, (baseUrl) => probeModels({ baseUrl, apiKey }, new KnownKeys()));
    assert.equal(networkFault(result)[0], 'not-a-stream');
  });

  it('knows a server that speaks HTTP where TLS is expected', async () => {
    const result = await withServer(createServer(replying(200, '[]')), (baseUrl) =>
      probeModels({ baseUrl: baseUrl.replace('http:', 'https:'), apiKey }, new KnownKeys()),
    );
    assert.ok(result.state === 'unverified');
    assert.equal(result.fault.kind, 'not-tls');
  });

  it('stops at once when it is cancelled', async () => {
    const abort = new AbortController();
    const server = createServer(() => abort.abort());
    const result = await withServer(server, (baseUrl) =>
      probeModels({ baseUrl, apiKey }, new KnownKeys(), abort.signal),
    );
    assert.deepEqual(result, { state: 'cancelled' });
    assert.deepEqual(
      await probeModels({ baseUrl: 'http://127.0.0.1:1/v1', apiKey }, new KnownKeys(), abort.signal),
      result,
    );
  });

  for (const [where, answer] of [
    ['an error', replying(401, JSON.stringify({ error: { message: `no ${apiKey}, no ${otherKey}` } }))],
    ['an error that is cut', replying(401, JSON.stringify({ error: { message: 'x'.repeat(285) + otherKey } }))],
    ['a redirect', replying(302, '', { location: `/v2/${encodeURIComponent(otherKey)}/${apiKey}` })],
    ['the name of a model', replying(200, JSON.stringify([otherKey, apiKey, 'gpt-4o']))],
  ] as const) {
    it(`removes the keys of all routes from ${where}`, async () => {
      const keys = new KnownKeys([apiKey, otherKey]);
      const result = await withServer(createServer(answer), (baseUrl) => probeModels({ baseUrl, apiKey }, keys));
      const text = JSON.stringify(result);
      const inUrl = encodeURIComponent(otherKey).slice(0, 12);
      for (const part of [apiKey.slice(0, 8), otherKey.slice(0, 8), inUrl]) assert.ok(!text.includes(part), text);
    });
  }

  it('leaves hidden characters out of an error', async () => {
    const message = 'a\u202eb\u2066c\u200bd\u0007e\nf\u{e0041}g';
    const result = await probe(replying(401, JSON.stringify({ error: { message } })));
    assert.deepEqual(result, { state: 'rejected', status: 401, detail: 'abcd e fg' });
  });

  it('uses the fetch of the moment, which VS Code replaces', async () => {
    const original = globalThis.fetch;
    globalThis.fetch = () => Promise.resolve(new Response('["patched"]'));
    try {
      const result = await probeModels({ baseUrl: 'http://127.0.0.1:1/v1', apiKey }, new KnownKeys());
      assert.ok(result.state === 'verified');
      assert.deepEqual(result.models, ['patched']);
    } finally {
      globalThis.fetch = original;
    }
  });
});
