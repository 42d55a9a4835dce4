import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from './certificates';

/** A TLS server that forwards to a server on the loopback address. */
export interface SecureFront {
  readonly port: number;
  /** Bytes that clients have sent inside TLS. */
  readonly received: number;
  close(): Promise<void>;
}

/** @param behind port of the server without TLS to which the data is forwarded */
export async function startSecureFront(certificate: Certificate, behind: number): Promise<SecureFront> {
  const sockets = new Set<Socket>();
  let received = 0;
  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that does not trust the certificate closes the connection during the handshake.
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const server = createServer(certificate, (socket) => {
    const upstream = connect(behind, '127.0.0.1');
    own(socket).on('data', (chunk: Buffer) => (received += chunk.length));
    socket.pipe(own(upstream)).pipe(socket);
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  server.on('connection', own);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return received;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
