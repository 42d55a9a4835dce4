import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How the route to a gateway fails: the server accepts connections but never responds (`dark`), resets them before any
 * byte (`reset`), or responds with a web page (`web-page`).
 */
type RouteFailure = 'dark' | 'reset' | 'web-page';

/** A request, as the server has received it. */
interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A server on a fixed loopback port in front of a gateway. It records all requests, also while the route fails. */
export interface UnreliableServer {
  readonly origin: string;
  /** Base URL of the gateway over this server: its origin followed by `/v1`. */
  readonly baseUrl: string;
  readonly port: number;
  /** How the route fails. Undefined while the server forwards requests to the gateway. */
  failure: RouteFailure | undefined;
  /** Recorded requests for answers. */
  readonly chatRequests: readonly ReceivedRequest[];
  /** Recorded probes and network checks. */
  readonly probes: readonly ReceivedRequest[];
  /** Resolves when a probe has been answered by the gateway. */
  probeAnswered(): Promise<void>;
  /** Removes all recorded requests and ends the failure. */
  reset(): Promise<void>;
  /** Refuses connections until `reset` or `accept` is called. */
  refuse(): Promise<void>;
  /** Accepts connections again. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** @param gatewayPort loopback port of the gateway, which must accept any `Host` header */
export async function startUnreliableServer(gatewayPort: number): Promise<UnreliableServer> {
  const server = new Server(gatewayPort);
  await server.accept();
  return server;
}

class Server implements UnreliableServer {
  failure: RouteFailure | undefined;
  port = 0;
  private received: ReceivedRequest[] = [];
  private onProbeAnswered: () => void = () => undefined;
  private readonly server = createServer({ keepAliveTimeout: 0 });

  constructor(private readonly gatewayPort: number) {
    this.server.on('request', (incoming, response) => this.handle(incoming, response));
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  get chatRequests(): readonly ReceivedRequest[] {
    return this.received.filter(({ method, path }) => method === 'POST' && path === '/v1/chat/completions');
  }

  get probes(): readonly ReceivedRequest[] {
    return this.received.filter(({ method }) => method === 'HEAD');
  }

  probeAnswered(): Promise<void> {
    return new Promise((resolve) => (this.onProbeAnswered = resolve));
  }

  async reset(): Promise<void> {
    this.failure = undefined;
    this.received = [];
    await this.accept();
  }

  async refuse(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async accept(): Promise<void> {
    if (this.server.listening) return;
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (this.server.listening) await this.refuse();
  }

  private handle(incoming: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = incoming;
    this.received.push({ method, path: url, authorization: headers.authorization });
    switch (this.failure) {
      case 'dark':
        return;
      case 'reset':
        incoming.socket.resetAndDestroy();
        return;
      case 'web-page':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>');
        return;
      case undefined:
        this.forward(incoming, response);
    }
  }

  private forward(incoming: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = incoming;
    const upstream = request({ host: '127.0.0.1', port: this.gatewayPort, method, path: url, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
      reply.on('error', () => response.destroy());
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    if (method === 'HEAD') response.on('finish', () => this.onProbeAnswered());
    incoming.pipe(upstream);
  }
}
