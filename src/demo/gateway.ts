import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { headerFault, parseChatBody, readBody, refuse } from './incomingRequest';
import { failure, modelList } from './replies';
import type { GatewayRequest, Script } from './script';
import { play } from './scriptPlayer';
import { ReplySocket } from './replySocket';

/** An OpenAI-compatible gateway on the loopback address. A script determines every byte of its replies. */
export class LoopbackGateway {
  /** Number of requests so far, by method and path. */
  protected readonly counts = new Map<string, number>();
  private readonly open = new Map<ReplySocket, Promise<void>>();
  // Turns off the server's timeouts, because scripts determine how long a connection stays open.
  private readonly server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });

  /** @param script replies to the requests for chat completions */
  constructor(
    public script: Script,
    private readonly modelIds: readonly string[],
  ) {
    this.server.on('request', (incoming, response) => {
      this.handle(incoming, response).catch((error: unknown) => this.report(error));
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  /** Listens on a port. The default, 0, chooses a free port. @throws if the port is already in use */
  async listen(port = 0): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.open.keys()) socket.destroy();
    this.server.closeAllConnections();
    await Promise.all([closed, ...this.open.values()]);
  }

  protected acceptsHost(host: string): boolean {
    return [`127.0.0.1:${this.port}`, `localhost:${this.port}`].includes(host.toLowerCase());
  }

  protected scriptFor({ method, path }: GatewayRequest): Script {
    switch (`${method} ${path}`) {
      case 'POST /v1/chat/completions':
        return this.script;
      case 'GET /v1/models':
        return () => modelList(this.modelIds);
      default: {
        const message = `Unknown request URL: ${method} ${path}.`;
        return () => failure(404, { message, type: 'invalid_request_error', code: 'unknown_url' });
      }
    }
  }

  /** Reports an error in a script. The client gets a 500 response, or a reset if the reply has already started. */
  protected report(error: unknown): void {
    process.emitWarning(error instanceof Error ? error : String(error));
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const { headers, method = 'GET', url = '/' } = incoming;
    const fault = headerFault(headers, this.acceptsHost(headers.host ?? ''));
    if (fault) {
      refuse(incoming, response, 403, fault);
      return;
    }
    const result = await readBody(incoming);
    if (result === 'disconnected') return;
    if (result === 'too-large') {
      const message = 'The body is larger than 1 MB.';
      refuse(incoming, response, 413, { message, type: 'invalid_request_error', code: 'request_too_large' });
      return;
    }
    const body = result.text;
    const path = url.replace(/[?#].*/s, '');
    const route = `${method} ${path}`;
    const n = (this.counts.get(route) ?? 0) + 1;
    this.counts.set(route, n);
    const socket = new ReplySocket(response, incoming.socket, `req-${n}`);
    const request = { n, method, path, headers, body, json: parseChatBody(body), at, closed: socket.closed };
    const reply = this.reply(this.scriptFor(request), request, socket);
    this.open.set(socket, reply);
    await reply;
    this.open.delete(socket);
  }

  private async reply(script: Script, request: GatewayRequest, socket: ReplySocket): Promise<void> {
    const report = (error: unknown): void => this.report(error);
    try {
      await play(script, request, socket, report);
    } catch (error) {
      report(error);
      if (socket.hasStarted) {
        socket.reset();
        return;
      }
      const message = 'The script of this reply failed.';
      await play(() => failure(500, { message, type: 'server_error' }), request, socket, report);
    }
  }
}
