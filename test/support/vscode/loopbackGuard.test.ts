import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as sendRequest, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from '../temporaryFolder';
import { startLoopbackGuard, type LoopbackGuard } from './loopbackGuard';

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function send(guard: LoopbackGuard, { body = '', ...options }: Sent = {}): Promise<Reply> {
  const request = sendRequest(guard.url, { ...options, agent: false }).end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

/** Asks for a WebSocket and returns everything the server sends until it closes the connection. */
async function upgrade(guard: LoopbackGuard, headers: readonly string[]): Promise<string> {
  const { hostname, port, host } = new URL(guard.url);
  const socket = connect(Number(port), hostname);
  const lines = ['GET /socket HTTP/1.1', `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket', ...headers];
  socket.write([...lines, '', 'after the head'].join('\r\n'));
  return text(socket);
}

describe('loopback guard', () => {
  let guarded: Server;
  let guard: LoopbackGuard;
  let received: string[];

  beforeEach(async () => {
    received = [];
    const socketPath = path.join(temporaryFolder(), 'socket');
    guarded = createServer((request, response) => {
      void text(request).then((body) => {
        received.push([request.method, request.url, body].join(' ').trim());
        response.writeHead(200, { 'x-served': 'yes' }).end('The page');
      });
    });
    guarded.on('upgrade', (request, socket, head) => {
      received.push(`upgrade ${request.url}`);
      socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${head.toString()} comes an echo`);
    });
    guarded.listen(socketPath);
    await once(guarded, 'listening');
    guard = await startLoopbackGuard(socketPath);
  });
  afterEach(async () => {
    await guard.close();
    guarded.closeAllConnections();
    guarded.close();
  });

  /** Opens the start page as a browser does. */
  const cookieOf = async (): Promise<string> => {
    const { headers } = await send(guard, { path: guard.address({}).slice(guard.url.length) });
    return headers['set-cookie']![0]!.split(';')[0]!;
  };
  const token = (): string => new URL(guard.address({})).searchParams.get('tkn')!;

  it('refuses a request whose cookie has a wrong name or value', async () => {
    const [name = '', value = ''] = (await cookieOf()).split('=');
    for (const cookie of ['', name, `${name}=`, `${name}=${value}x`, `${name}=${value.slice(1)}`, `other=${value}`]) {
      assert.equal((await send(guard, { headers: { cookie } })).status, 403, cookie);
    }
    assert.deepEqual(received, []);
  });

  it('refuses the access token in every address except the start page', async () => {
    for (const sent of [
      { path: `/vscode-remote-resource?tkn=${token()}` },
      { path: `//example.com/?tkn=${token()}` },
      { path: `/?tkn=${token()}`, method: 'POST' },
    ]) {
      assert.equal((await send(guard, sent)).status, 403, sent.path);
    }
    assert.deepEqual(received, []);
  });

  it('refuses a WebSocket from a page of another server, even with the right cookie', async () => {
    const cookie = `Cookie: ${await cookieOf()}`;
    const port = Number(new URL(guard.url).port);
    for (const origin of [`http://127.0.0.1:${port + 1}`, `http://localhost:${port}`, `${guard.url}.evil`, 'null']) {
      assert.match(await upgrade(guard, [cookie, `Origin: ${origin}`]), /^HTTP\/1\.1 403 /, origin);
    }
    assert.deepEqual(received, []);
    assert.match(await upgrade(guard, [cookie, `Origin: ${guard.url}`]), /^HTTP\/1\.1 101 /);
  });

  it('checks the cookie of every request on a connection', async () => {
    const { hostname, port, host } = new URL(guard.url);
    const socket = connect(Number(port), hostname);
    const head = (path: string, ...headers: string[]): string =>
      [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...headers, '', ''].join('\r\n');
    socket.write(head('/first', `Cookie: ${await cookieOf()}`) + head('/second', 'Connection: close'));
    const replies = await text(socket);
    assert.deepEqual(replies.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 403']);
    assert.deepEqual(received, ['GET /first']);
  });

  it('forwards a request with the right cookie', async () => {
    const headers = { cookie: `theme=dark; ${await cookieOf()}` };
    const reply = await send(guard, { method: 'POST', path: '/mint-key?x=1', headers, body: 'Hello' });
    assert.deepEqual([reply.status, reply.headers['x-served'], reply.body], [200, 'yes', 'The page']);
    assert.deepEqual(received, ['POST /mint-key?x=1 Hello']);
  });

  it('forwards a WebSocket with the right cookie in both directions', async () => {
    const reply = await upgrade(guard, [`Cookie: ${await cookieOf()}`]);
    assert.equal(reply, 'HTTP/1.1 101 Switching Protocols\r\n\r\nafter the head comes an echo');
    assert.deepEqual(received, ['upgrade /socket']);
  });
});
