import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { runDirectSteps, type DirectStep } from '../../../src/host/connection/directSteps';
import { selfSigned } from '../../support/network/certificates';
import { startSecureFront } from '../../support/network/secureFront';

const signal = new AbortController().signal;

const summary = (steps: readonly DirectStep[]): readonly string[] =>
  steps.map(({ name, error }) => (error === undefined ? name : `${name}: ${error}`));

async function listen(onConnection: (socket: Socket) => void): Promise<readonly [server: Server, port: number]> {
  const server = createServer(onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, (server.address() as AddressInfo).port];
}

describe('steps of the connection test that bypass the proxy', () => {
  const sockets: Socket[] = [];
  const received: Buffer[] = [];
  let server: Server;
  let port: number;
  before(async () => {
    [server, port] = await listen((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined).on('data', (chunk: Buffer) => received.push(chunk));
    });
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('resolve the host name and connect, without sending a request', async () => {
    const steps = await runDirectSteps(`http://localhost:${port}/v1`, signal);
    assert.deepEqual(summary(steps), ['nameResolution', 'connection']);
    assert.ok(steps[0]?.addresses?.includes('127.0.0.1'));
    assert.deepEqual(received, []);
  });

  it('stop after the failed connection when no server listens on the port', async () => {
    const [closed, closedPort] = await listen(() => undefined);
    closed.close();
    const steps = await runDirectSteps(`https://127.0.0.1:${closedPort}/v1`, signal);
    assert.deepEqual(summary(steps), ['connection: ECONNREFUSED']);
  });

  it('stop after the failed name resolution when the host does not exist', async () => {
    const [step, ...others] = summary(await runDirectSteps('https://no-such-host.invalid/v1', signal));
    assert.match(step ?? '', /^nameResolution: (?:ENOTFOUND|EAI_AGAIN)$/);
    assert.deepEqual(others, []);
  });

  it('stop after the failed TLS handshake when the certificate is not trusted', async () => {
    const front = await startSecureFront(selfSigned('localhost'), port);
    const steps = await runDirectSteps(`https://localhost:${front.port}/v1`, signal);
    assert.deepEqual(summary(steps), ['nameResolution', 'connection', 'tls: DEPTH_ZERO_SELF_SIGNED_CERT']);
    await front.close();
  });

  it('time out when the server never answers the TLS handshake', async () => {
    const steps = await runDirectSteps(`https://127.0.0.1:${port}/v1`, signal, 50);
    assert.deepEqual(summary(steps), ['connection', 'tls: ETIMEDOUT']);
  });

  it('end at once when the user cancels the test', async () => {
    const abort = new AbortController();
    abort.abort();
    const [step] = await runDirectSteps(`http://localhost:${port}/v1`, abort.signal);
    assert.ok(step?.error !== undefined);
  });
});
