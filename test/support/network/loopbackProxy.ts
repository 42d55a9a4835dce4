import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ProxyOptions {
  /** Loopback ports by host name. The proxy replies 502 for any other name. */
  readonly hosts: Readonly<Record<string, number>>;
  /** Required credentials as `user:password`. If undefined, the proxy accepts all clients. */
  readonly credentials?: string;
  /** HTTP status with which the proxy refuses every request, even with valid credentials. */
  readonly refuses?: number;
}

/**
 * An HTTP proxy like those of companies: it resolves host names, tunnels and forwards requests, and may require
 * credentials.
 */
export interface LoopbackProxy {
  readonly port: number;
  /** One line for each request, e.g. `CONNECT gateway.test:443 200`, `POST http://gateway.test/v1/chat/completions 407`. */
  readonly log: readonly string[];
  /** Returns all bytes from clients as text, including those sent through tunnels. */
  heard(): string;
  reset(): void;
  close(): Promise<void>;
}

export async function startProxy(options: ProxyOptions): Promise<LoopbackProxy> {
  const proxy = new Proxy(options);
  await proxy.listen();
  return proxy;
}

class Proxy implements LoopbackProxy {
  port = 0;
  log: string[] = [];
  private heardText = '';
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer();

  constructor(private readonly options: ProxyOptions) {
    this.server.on('connection', (socket: Socket) => {
      this.own(socket);
      socket.prependListener('data', (chunk: Buffer) => (this.heardText += chunk.toString('latin1')));
    });
    this.server.on('connect', (incoming: IncomingMessage, socket: Duplex) => this.tunnel(incoming, socket));
    this.server.on('request', (incoming, response) => this.forward(incoming, response));
  }

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  heard(): string {
    return this.heardText;
  }

  reset(): void {
    this.log = [];
    this.heardText = '';
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private tunnel(incoming: IncomingMessage, socket: Duplex): void {
    const target = new URL(`http://${incoming.url}`);
    const status = this.judge(incoming, target.hostname);
    if (status !== 200) {
      const signIn = status === 407 ? 'Proxy-Authenticate: Basic realm="office"\r\n' : '';
      socket.end(`HTTP/1.1 ${status} No\r\n${signIn}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const upstream = this.own(connect(this.options.hosts[target.hostname] ?? 0, '127.0.0.1'));
    upstream.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.on('data', (chunk: Buffer) => (this.heardText += chunk.toString('latin1')));
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    const target = new URL(incoming.url ?? '/', 'http://nowhere.test');
    const status = this.judge(incoming, target.hostname);
    if (status !== 200) {
      response.writeHead(status, status === 407 ? { 'proxy-authenticate': 'Basic realm="office"' } : {}).end();
      return;
    }
    const { method, headers } = incoming;
    const port = this.options.hosts[target.hostname];
    const path = target.pathname + target.search;
    const upstream = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    incoming.pipe(upstream);
  }

  private judge({ method, url, headers }: IncomingMessage, host: string): number {
    const { credentials, hosts, refuses } = this.options;
    const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
    const signedIn = wanted === undefined || headers['proxy-authorization'] === wanted;
    const status = signedIn ? (refuses ?? (hosts[host] === undefined ? 502 : 200)) : 407;
    this.log.push(`${method} ${url} ${status}`);
    return status;
  }

  private own(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // Ignores errors of a client that has closed the connection.
    socket.on('error', () => socket.destroy());
    return socket;
  }
}
