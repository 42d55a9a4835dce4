import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { watchConnection } from '../../../src/host/engine/connectionWatch';

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Sends a request whose connection is watched. The steps end with the status of the response, or with `aborted`. */
const sendWatched = (url: string, signal?: AbortSignal, fetchOnce: typeof fetch = fetch) => {
  const steps: (string | number)[] = [];
  const init = { method: 'POST', body: '{}', ...(signal && { signal }) };
  const ended = watchConnection(() => fetchOnce(url, init), {
    onConnecting: () => steps.push('connecting'),
    onSent: () => steps.push('sent'),
  }).then(
    async (response) => {
      steps.push(response.status);
      await response.text();
    },
    () => steps.push('aborted'),
  );
  return { steps, ended };
};

describe('progress of an HTTP request', () => {
  let http: HttpServer;
  let httpHost: string;
  /** Accepts connections, but never answers the first message of the TLS handshake. */
  let silent: Server;
  let silentHost: string;
  beforeEach(async () => {
    http = createHttpServer((request, response) => request.resume().on('end', () => response.end('answer')));
    httpHost = await listen(http);
    silent = createServer((socket) => socket.on('error', () => socket.destroy()));
    silentHost = await listen(silent);
  });
  afterEach(() => {
    http.close();
    http.closeAllConnections();
    silent.close();
  });

  it('is "connecting" and then "sent", over a new connection and over a reused connection', async () => {
    for (let sent = 0; sent < 2; sent++) {
      const { steps, ended } = sendWatched(`http://${httpHost}/v1/chat/completions`);
      await ended;
      assert.deepEqual(steps, ['connecting', 'sent', 200]);
    }
  });

  it('is "connecting" until the TLS handshake is complete, even while other requests are sent', async () => {
    const controller = new AbortController();
    const connected = once(silent, 'connection') as Promise<[Socket]>;
    const { steps, ended } = sendWatched(`https://${silentHost}/v1/chat/completions`, controller.signal);
    const [socket] = await connected;
    await once(socket, 'data');
    const other = sendWatched(`http://${httpHost}/v1/chat/completions`);
    await other.ended;
    await (await fetch(`http://${httpHost}/v1/models`, { method: 'POST', body: '{}' })).text();
    assert.deepEqual(steps, ['connecting']);
    assert.deepEqual(other.steps, ['connecting', 'sent', 200]);
    controller.abort();
    await ended;
    socket.destroy();
    assert.deepEqual(steps, ['connecting', 'aborted']);
  });

  it('is unknown if the request does not use undici, the HTTP client of Node.js', async () => {
    const { steps, ended } = sendWatched('http://gateway.test', undefined, () => Promise.resolve(new Response('ok')));
    await ended;
    assert.deepEqual(steps, [200]);
  });

  it('ignores the CONNECT request to a proxy', async () => {
    const { steps, ended } = sendWatched('https://gateway.test', undefined, () => {
      const message = { request: { method: 'CONNECT' } };
      for (const name of ['undici:request:create', 'undici:client:sendHeaders']) channel(name).publish(message);
      return Promise.resolve(new Response('ok'));
    });
    await ended;
    assert.deepEqual(steps, [200]);
  });

  it('is no longer observed after the request has ended', async () => {
    await sendWatched(`http://${httpHost}/v1/chat/completions`).ended;
    await sendWatched('http://127.0.0.1:1/').ended;
    for (const name of ['undici:request:create', 'undici:client:sendHeaders'])
      assert.equal(channel(name).hasSubscribers, false, name);
  });
});
