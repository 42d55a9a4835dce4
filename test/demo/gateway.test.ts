import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as sendRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { LoopbackGateway } from '../../src/demo/loopbackGateway';
import { chunk, endOfStream } from '../../src/demo/replies';
import type { ChatBody, Step } from '../../src/demo/script';

const maxBytes = 1_000_000;

describe('demo gateway', () => {
  let gateway: LoopbackGateway;
  let requests: (ChatBody | undefined)[];
  let steps: Iterable<Step>;

  beforeEach(async () => {
    requests = [];
    steps = [chunk({ content: 'Hello' })];
    const script = (body: ChatBody | undefined): Iterable<Step> => {
      requests.push(body);
      return steps;
    };
    gateway = new LoopbackGateway(script, ['demo-steady']);
    await gateway.listen();
  });
  afterEach(() => gateway.close());

  const portOf = (): number => Number(new URL(gateway.baseUrl).port);

  /** Sends a chat completion request, or without a body a request for the list of models. */
  async function send(
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<{ readonly status: number; readonly code: unknown; readonly headers: IncomingMessage['headers'] }> {
    const [method, path] = body === undefined ? ['GET', '/models'] : ['POST', '/chat/completions'];
    const request = sendRequest(gateway.baseUrl + path, { method, headers, agent: false }).end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    // The gateway can close the connection while the client is still sending a refused body.
    request.on('error', () => undefined);
    const reply = await text(response);
    const json = reply.startsWith('{') ? (JSON.parse(reply) as { error?: { code: unknown } }) : {};
    return { status: response.statusCode!, code: json.error?.code, headers: response.headers };
  }

  const hostFor = (host: string): string => host.replace('PORT', String(portOf()));
  const chat = '{"model":"m","messages":[]}';

  for (const host of ['127.0.0.1:PORT', 'localhost:PORT', 'LocalHost:PORT']) {
    it(`accepts a request for the host ${host}`, async () => {
      assert.equal((await send({ host: hostFor(host) })).status, 200);
      assert.equal((await send({ host: hostFor(host) }, chat)).status, 200);
    });
  }

  for (const host of [
    'attacker.example',
    'attacker.example:PORT',
    '127.0.0.1.attacker.example:PORT',
    'localhost.attacker.example:PORT',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    'localhost:443',
    '127.0.0.2:PORT',
    '0.0.0.0:PORT',
    '[::]:PORT',
    '127.0.0.1:PORT@attacker.example',
    'user@127.0.0.1:PORT',
    '127.0.0.1:PORT.',
    '127.0.0.1:0PORT',
    '2130706433:PORT',
  ]) {
    it(`refuses a request for the host ${host}`, async () => {
      for (const body of [undefined, chat]) {
        const { status, code } = await send({ host: hostFor(host) }, body);
        assert.deepEqual([status, code], [403, 'forbidden']);
      }
      assert.deepEqual(requests, []);
    });
  }

  it('refuses a request without a Host header', async () => {
    const socket = connect(portOf(), '127.0.0.1');
    socket.write('GET /v1/models HTTP/1.0\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 403 /);
  });

  for (const origin of ['https://attacker.example', 'null', '', 'http://127.0.0.1:PORT', 'http://localhost:PORT']) {
    it(`refuses a request from a web page with the origin ${JSON.stringify(origin)}`, async () => {
      for (const body of [undefined, chat]) {
        const { status, code, headers } = await send({ origin: hostFor(origin) }, body);
        assert.deepEqual([status, code], [403, 'forbidden']);
        assert.equal(headers['access-control-allow-origin'], undefined);
      }
      assert.deepEqual(requests, []);
    });
  }

  it('accepts a request body of 1 MB', async () => {
    assert.equal((await send({}, chat.padEnd(maxBytes))).status, 200);
    assert.equal(requests.length, 1);
  });

  for (const [transfer, headers] of [
    ['with a Content-Length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ] as const) {
    it(`refuses a request body of more than 1 MB ${transfer}`, async () => {
      for (const length of [maxBytes + 1, 8 * maxBytes]) {
        const { status, code } = await send(headers, chat.padEnd(length));
        assert.deepEqual([status, code], [413, 'request_too_large']);
      }
      assert.deepEqual(requests, []);
    });
  }

  it('accepts connections only on the loopback address 127.0.0.1', async () => {
    const port = portOf();
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address, family, scopeid } of addresses) {
      if (address === '127.0.0.1' || scopeid) continue;
      const host = family === 'IPv6' ? `[${address}]` : address;
      await assert.rejects(fetch(`http://${host}:${port}/v1/models`), { name: 'TypeError' });
    }
  });

  const ask = (body: unknown = { model: 'm', messages: [] }): Promise<Response> =>
    fetch(`${gateway.baseUrl}/chat/completions`, { method: 'POST', body: JSON.stringify(body) });

  it('streams reasoning, deltas, the finish reason and the usage as events', async () => {
    const deltas = [chunk({ reasoning_content: 'Hm' }), { waitMs: 1 }, chunk({ content: 'Hello' }), chunk({}, 'stop')];
    steps = [...deltas, ...endOfStream(1, 2)];
    const response = await ask();
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(response.headers.get('x-request-id'), 'req-1');
    const events = (await response.text()).split('\n\n').map((event) => event.replace('data: ', ''));
    assert.deepEqual(events.slice(-2), ['[DONE]', '']);
    const chunks = events.slice(0, -2).map((event) => JSON.parse(event) as Record<string, unknown>);
    assert.deepEqual(
      chunks.map(({ choices, usage }) => [choices, usage]),
      [
        [[{ index: 0, delta: { reasoning_content: 'Hm' }, finish_reason: null }], undefined],
        [[{ index: 0, delta: { content: 'Hello' }, finish_reason: null }], undefined],
        [[{ index: 0, delta: {}, finish_reason: 'stop' }], undefined],
        [[], { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }],
      ],
    );
  });

  it('sends the status, headers and body that its script yields', async () => {
    steps = [{ status: 429, headers: { 'retry-after': '5' } }, { send: '{}' }];
    const response = await ask();
    assert.deepEqual([response.status, response.headers.get('retry-after'), await response.text()], [429, '5', '{}']);
  });

  it('resets the connection when its script ends with a reset', async () => {
    steps = [{ end: 'reset' }];
    await assert.rejects(ask(), { name: 'TypeError' });
  });

  it('keeps the connection open without data when its script ends with a stall', async () => {
    steps = [chunk({ content: 'half' }), { end: 'stall' }];
    const reader = (await ask()).body!.getReader();
    assert.match(Buffer.from((await reader.read()).value!).toString(), /half/);
    const next = reader.read().catch(() => 'closed');
    await gateway.close();
    assert.equal(await next, 'closed');
    await gateway.listen();
  });

  it('ends its script when the client disconnects', async () => {
    const returned = new Promise<void>((resolve) => {
      steps = (function* () {
        try {
          yield chunk({ content: 'half' });
          yield { waitMs: 2 ** 30 };
        } finally {
          resolve();
        }
      })();
    });
    await (await ask()).body!.cancel();
    await returned;
  });

  for (const body of ['', [], null, { model: 'm' }, { messages: [] }, { model: 1, messages: [] }]) {
    it(`passes undefined to the script for the invalid body ${JSON.stringify(body)}`, async () => {
      await (await ask(body)).text();
      assert.deepEqual(requests, [undefined]);
    });
  }

  it('lists its models', async () => {
    const list = (await (await fetch(`${gateway.baseUrl}/models`)).json()) as { data: { id: string }[] };
    assert.deepEqual(
      list.data.map(({ id }) => id),
      ['demo-steady'],
    );
  });

  it('responds with 404 to unknown methods and paths', async () => {
    for (const [method, path] of [
      ['GET', '/chat/completions'],
      ['POST', '/models'],
      ['POST', '/completions'],
    ] as const) {
      const response = await fetch(gateway.baseUrl + path, { method });
      const { error } = (await response.json()) as { error: { code: string } };
      assert.deepEqual([response.status, error.code], [404, 'unknown_url']);
    }
    assert.deepEqual(requests, []);
  });
});
