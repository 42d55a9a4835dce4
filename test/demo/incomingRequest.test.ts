import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as sendRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { startGateway, type Gateway, type GatewayOptions } from '../support/testGateway';

const maxBytes = 1_000_000;

describe('request validation of the demo gateway', () => {
  let gateway: Gateway;
  const start = async (options?: GatewayOptions): Promise<void> => {
    gateway = await startGateway(options);
  };
  afterEach(() => gateway.close());

  const portOf = (): number => Number(new URL(gateway.origin).port);

  /** Sends a chat completion request, or without a body a request for the list of models. */
  async function send(
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<{ readonly status: number; readonly code: unknown; readonly headers: IncomingMessage['headers'] }> {
    const [method, path] = body === undefined ? ['GET', '/models'] : ['POST', '/chat/completions'];
    const request = sendRequest(gateway.baseUrl + path, { method, headers, agent: false }).end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    // The gateway may close the connection while the client is still sending a refused body.
    request.on('error', () => undefined);
    const reply = await text(response);
    const json = reply.startsWith('{') ? (JSON.parse(reply) as { error?: { code: unknown } }) : {};
    return { status: response.statusCode!, code: json.error?.code, headers: response.headers };
  }

  const hostFor = (host: string): string => host.replace('PORT', String(portOf()));
  const chat = '{"model":"m","messages":[]}';

  for (const host of ['127.0.0.1:PORT', 'localhost:PORT', 'LocalHost:PORT']) {
    it(`accepts a request for the host ${host}`, async () => {
      await start();
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
      await start();
      for (const body of [undefined, chat]) {
        const { status, code } = await send({ host: hostFor(host) }, body);
        assert.deepEqual([status, code], [403, 'forbidden']);
      }
      assert.deepEqual([gateway.requests, gateway.modelRequests], [[], []]);
    });
  }

  it('refuses a request without a Host header', async () => {
    await start();
    const socket = connect(portOf(), '127.0.0.1');
    socket.write('GET /v1/models HTTP/1.0\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 403 /);
  });

  it('accepts a request for any host when that is configured', async () => {
    await start({ anyHost: true });
    assert.equal((await send({ host: 'gateway.test' })).status, 200);
  });

  for (const origin of ['https://attacker.example', 'null', '', 'http://127.0.0.1:PORT', 'http://localhost:PORT']) {
    it(`refuses a request from a web page with the origin ${JSON.stringify(origin)}`, async () => {
      await start({ anyHost: true });
      for (const body of [undefined, chat]) {
        const { status, code, headers } = await send({ origin: hostFor(origin) }, body);
        assert.deepEqual([status, code], [403, 'forbidden']);
        assert.equal(headers['access-control-allow-origin'], undefined);
      }
      assert.deepEqual([gateway.requests, gateway.modelRequests], [[], []]);
    });
  }

  it('accepts a body of 1 MB', async () => {
    await start();
    assert.equal((await send({}, chat.padEnd(maxBytes))).status, 200);
    assert.equal(gateway.requests[0]!.body.length, maxBytes);
  });

  for (const [transfer, headers] of [
    ['with a Content-Length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ] as const) {
    it(`refuses a body of more than 1 MB ${transfer}`, async () => {
      await start();
      for (const length of [maxBytes + 1, 8 * maxBytes]) {
        const { status, code, headers: reply } = await send(headers, chat.padEnd(length));
        assert.deepEqual([status, code, reply.connection], [413, 'request_too_large', 'close']);
      }
      assert.deepEqual(gateway.requests, []);
    });
  }

  it('refuses a request whose Content-Length is too large before its body arrives, and closes the connection', async () => {
    await start();
    const socket = connect(portOf(), '127.0.0.1');
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${portOf()}\r\nContent-Length: 999999999\r\n\r\n{`,
    );
    assert.match(await text(socket), /^HTTP\/1\.1 413 /);
  });

  it('closes the connection of a client that sends an endless body', async () => {
    await start();
    const socket = connect({ port: portOf(), host: '127.0.0.1', allowHalfOpen: true });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${portOf()}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const sendMore = (): void => void socket.write(chunk, (error) => error ?? setImmediate(sendMore));
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    sendMore();
    socket.resume();
    await closed;
    assert.deepEqual(gateway.requests, []);
  });
});
