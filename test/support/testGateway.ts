import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseChatBody } from '../../src/demo/loopbackGateway';
import { type ErrorBody, failure, modelList } from '../../src/demo/replies';
import { ReplySocket } from './gateway/replySocket';
import type { GatewayRequest, Script } from './gateway/script';
import { play } from './gateway/scriptPlayer';
import { answer } from './replies';

export type { ChatBody } from '../../src/demo/script';
export type { Ending, GatewayRequest, Script, Step } from './gateway/script';

export interface GatewayOptions {
  readonly script?: Script;
  readonly models?: readonly string[] | Script;
  /** Port to listen on. The default, 0, chooses a free port. */
  readonly port?: number;
  /** Key that requests must carry. Other requests get a 401 response. */
  readonly requireKey?: string | undefined;
  /** Called when a script throws. If omitted, the process emits a warning instead. */
  readonly onError?: (error: unknown) => void;
}

const defaultModels = ['claude-opus-4', 'claude-sonnet-4', 'gpt-4o', 'gemini-3-pro', 'deepseek-r1', 'deepseek-v3'];

/** An OpenAI-compatible gateway on the loopback address. A script determines every byte of its replies. */
export class Gateway {
  /** Replies to the requests for chat completions. */
  script: Script;
  /** Recorded chat completion requests, in the order of their arrival. */
  requests: readonly GatewayRequest[] = [];
  /** Recorded requests for the list of models. */
  modelRequests: readonly GatewayRequest[] = [];
  models: readonly string[] | Script;
  private waiters: { readonly n: number; readonly arrived: (request: GatewayRequest) => void }[] = [];
  /** Number of requests so far, by method and path. */
  private readonly counts = new Map<string, number>();
  private readonly open = new Map<ReplySocket, Promise<void>>();
  // Turns off the server's timeouts, because scripts determine how long a connection stays open.
  private readonly server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });

  constructor(private readonly options: GatewayOptions) {
    this.script = options.script ?? (() => answer('Hello!'));
    this.models = options.models ?? defaultModels;
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

  /** @throws if the port is already in use */
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

  /** Resolves with the n-th chat completion request as soon as it has arrived. */
  request(n: number): Promise<GatewayRequest> {
    const existing = this.requests[n - 1];
    return existing ? Promise.resolve(existing) : new Promise((arrived) => this.waiters.push({ n, arrived }));
  }

  /** Removes all recorded requests and starts counting at 1 again. */
  reset(): void {
    this.counts.clear();
    this.requests = [];
    this.modelRequests = [];
  }

  private scriptFor(request: GatewayRequest): Script {
    const { method, path } = request;
    switch (`${method} ${path}`) {
      case 'POST /v1/chat/completions':
        this.recordChat(request);
        return this.unlessRefused(request, this.script);
      case 'GET /v1/models': {
        const { models } = this;
        this.modelRequests = [...this.modelRequests, request];
        return this.unlessRefused(request, typeof models === 'function' ? models : () => modelList(models));
      }
      default: {
        const message = `Unknown request URL: ${method} ${path}.`;
        return () => failure(404, { message, type: 'invalid_request_error', code: 'unknown_url' });
      }
    }
  }

  private unlessRefused({ headers }: GatewayRequest, script: Script): Script {
    const refused = bearerFault(headers.authorization, this.options.requireKey);
    return refused ? () => failure(401, refused) : script;
  }

  /** Reports an error in a script. The client gets a 500 response, or a reset if the reply has already started. */
  private report(error: unknown): void {
    if (this.options.onError) this.options.onError(error);
    else process.emitWarning(error instanceof Error ? error : String(error));
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const { headers, method = 'GET', url = '/' } = incoming;
    const body = await text(incoming).catch(() => undefined);
    // The client has disconnected before the end of the body.
    if (body === undefined) return;
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

  private recordChat(request: GatewayRequest): void {
    this.requests = [...this.requests, request];
    const { waiters } = this;
    this.waiters = waiters.filter(({ n }) => n !== request.n);
    for (const { n, arrived } of waiters) if (n === request.n) arrived(request);
  }
}

/** Starts a gateway. @throws if the port is already in use */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = new Gateway(options);
  await gateway.listen(options.port);
  return gateway;
}

/** Returns the error for a wrong `Authorization` header, or undefined if the header is accepted. */
function bearerFault(authorization: string | undefined, required: string | undefined): ErrorBody | undefined {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (required === undefined || key === required) return undefined;
  return key === undefined
    ? { message: "You didn't provide an API key.", type: 'invalid_request_error', code: 'missing_api_key' }
    : { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' };
}

/** Returns a base URL of a gateway for any host at which the extension needs a key, unlike at the loopback address. */
export function baseUrlWithKey({ baseUrl }: Pick<Gateway, 'baseUrl'>): string {
  return baseUrl.replace('127.0.0.1', '0.0.0.0');
}
