import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearerFault, headerFault, parseChatBody, readBody, refuse } from './incomingRequest';
import { answer, failure, json } from './replies';
import type { GatewayRequest, Script } from './script';
import { play } from './scriptPlayer';
import { ReplySocket } from './replySocket';

export type { ChatBody, ChatBodyMessage, ClosedBy, Ending, GatewayRequest, Script, Step } from './script';

/** The options of the demo gateway. */
export interface GatewayOptions {
  readonly script?: Script;
  readonly models?: readonly string[] | Script;
  /** Port to listen on. The default, 0, chooses a free port. */
  readonly port?: number;
  /** Key that requests must carry, or true to accept any bearer key. Other requests get a 401 response. */
  readonly requireKey?: boolean | string;
  /**
   * Whether to accept requests with any `Host` header, such as requests through a proxy, which name another host. By
   * default, the host must be `127.0.0.1` or `localhost`.
   */
  readonly anyHost?: boolean;
  /** Whether the gateway records requests for inspection. The default is true. */
  readonly keepsRequests?: boolean;
  /**
   * Called when a script throws. If omitted, the process emits a warning instead. Either way, the client gets a 500
   * response, or its connection is reset if the reply has already started.
   */
  readonly onError?: (error: unknown) => void;
}

/** An OpenAI-compatible gateway on the loopback address. A script determines every byte of its replies. */
export interface Gateway {
  /** Origin of the gateway: `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Base URL of the gateway: its origin followed by `/v1`. */
  readonly baseUrl: string;
  /** Recorded chat completion requests, in the order of their arrival. */
  readonly requests: readonly GatewayRequest[];
  /** Recorded requests for the list of models. */
  readonly modelRequests: readonly GatewayRequest[];
  /** Script of the chat completions. It may be replaced at any time and applies to requests that arrive later. */
  script: Script;
  /** IDs of the models, or a script that replies to requests for the list of models. */
  models: readonly string[] | Script;
  /** Resolves with the n-th chat completion request as soon as it has arrived. */
  request(n: number): Promise<GatewayRequest>;
  /** Removes all recorded requests and starts counting at 1 again. */
  reset(): void;
  /** Closes every socket and stops the gateway. */
  close(): Promise<void>;
}

const defaultModels = ['claude-opus-4', 'claude-sonnet-4', 'gpt-4o', 'gemini-3-pro', 'deepseek-r1', 'deepseek-v3'];

/** Starts a gateway. @throws if the port is already in use */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = new LoopbackGateway(options);
  await gateway.listen(options.port ?? 0);
  return gateway;
}

/** The requests for one path since the last reset. */
interface RequestLog {
  count: number;
  readonly requests: GatewayRequest[];
}

const emptyLog = (): RequestLog => ({ count: 0, requests: [] });

class LoopbackGateway implements Gateway {
  script: Script;
  models: readonly string[] | Script;
  private chat = emptyLog();
  private modelLists = emptyLog();
  private waiters: { readonly n: number; readonly arrived: (request: GatewayRequest) => void }[] = [];
  private readonly open = new Map<ReplySocket, Promise<void>>();
  // Turns off the server's timeouts, because scripts determine how long a connection stays open.
  private readonly server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });

  constructor(private readonly options: GatewayOptions) {
    this.script = options.script ?? (() => answer('Hello!'));
    this.models = options.models ?? defaultModels;
    this.server.on('request', (incoming, response) => {
      this.handle(incoming, response).catch(this.report);
    });
  }

  get requests(): readonly GatewayRequest[] {
    return this.chat.requests;
  }

  get modelRequests(): readonly GatewayRequest[] {
    return this.modelLists.requests;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  request(n: number): Promise<GatewayRequest> {
    const existing = this.requests[n - 1];
    return existing ? Promise.resolve(existing) : new Promise((arrived) => this.waiters.push({ n, arrived }));
  }

  reset(): void {
    this.chat = emptyLog();
    this.modelLists = emptyLog();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.open.keys()) socket.destroy();
    this.server.closeAllConnections();
    await Promise.all([closed, ...this.open.values()]);
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private readonly report = (error: unknown): void => {
    if (this.options.onError) this.options.onError(error);
    else process.emitWarning(error instanceof Error ? error : String(error));
  };

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const acceptedHosts = [`127.0.0.1:${this.port}`, `localhost:${this.port}`];
    const fault = headerFault(incoming.headers, this.options.anyHost ? undefined : acceptedHosts);
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
    const path = (incoming.url ?? '/').replace(/[?#].*/s, '');
    const method = incoming.method ?? 'GET';
    const route = `${method} ${path}`;
    const log =
      route === 'POST /v1/chat/completions' ? this.chat : route === 'GET /v1/models' ? this.modelLists : undefined;
    const n = log ? ++log.count : 1;
    const socket = new ReplySocket(response, incoming.socket, `req-${n}`);
    const { headers } = incoming;
    const request = { n, method, path, headers, body, json: parseChatBody(body), at, closed: socket.closed };
    const script = this.scriptFor(request, log);
    if (this.options.keepsRequests ?? true) log?.requests.push(request);
    if (log === this.chat) this.notifyWaiters(request);
    const reply = this.reply(script, request, socket);
    this.open.set(socket, reply);
    await reply;
    this.open.delete(socket);
  }

  private scriptFor(request: GatewayRequest, log: RequestLog | undefined): Script {
    if (!log) {
      const message = `Unknown request URL: ${request.method} ${request.path}.`;
      return () => failure(404, { message, type: 'invalid_request_error', code: 'unknown_url' });
    }
    const refused = bearerFault(request.headers.authorization, this.options.requireKey ?? false);
    if (refused) return () => failure(401, refused);
    if (log === this.chat) return this.script;
    const { models } = this;
    if (typeof models === 'function') return models;
    const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'demo' }));
    return () => json({ object: 'list', data });
  }

  private notifyWaiters(request: GatewayRequest): void {
    const { waiters } = this;
    this.waiters = waiters.filter(({ n }) => n !== request.n);
    for (const { n, arrived } of waiters) if (n === request.n) arrived(request);
  }

  private async reply(script: Script, request: GatewayRequest, socket: ReplySocket): Promise<void> {
    try {
      await play(script, request, socket, this.report);
    } catch (error) {
      this.report(error);
      if (socket.hasStarted) {
        socket.reset();
        return;
      }
      const message = 'The script of this reply failed.';
      await play(() => failure(500, { message, type: 'server_error' }), request, socket, this.report);
    }
  }
}
