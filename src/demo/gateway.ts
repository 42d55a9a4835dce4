import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearerFault, headerFault, parseChatBody, readBody, refuse } from './incomingRequest';
import { answer, failure, json } from './replies';
import type { GatewayRequest, Script } from './script';
import { play } from './scriptPlayer';
import { Wire } from './wire';

export type { ChatBody, ChatBodyMessage, ClosedBy, Ending, GatewayRequest, Script, Step } from './script';

export interface GatewayOptions {
  readonly script?: Script;
  readonly models?: readonly string[] | Script;
  /** 0, the default: one that is free. */
  readonly port?: number;
  /** true: some bearer key; a string: this one. Without it 401. */
  readonly requireKey?: boolean | string;
  /** Accepts requests for any host, as from a proxy; by default only for `127.0.0.1` and `localhost` with its port. */
  readonly anyHost?: boolean;
  /** Whether requests are kept for inspection; true by default. */
  readonly keepsRequests?: boolean;
  /** Told what a script throws; a warning of the process by default. The client has got a 500 or a broken reply. */
  readonly onError?: (error: unknown) => void;
}

/** An OpenAI-compatible server on the loopback address whose every reply is scripted, down to the byte. */
export interface Gateway {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The origin and `/v1`. */
  readonly baseUrl: string;
  /** Chat completions in the order of their arrival. */
  readonly requests: readonly GatewayRequest[];
  /** `GET /v1/models` */
  readonly modelRequests: readonly GatewayRequest[];
  /** Both may be replaced at any time; a request goes by what is set when it arrives. */
  script: Script;
  models: readonly string[] | Script;
  /** The n-th chat completion, at once if it has arrived, else when it does. */
  request(n: number): Promise<GatewayRequest>;
  /** Forgets the requests; the next one is the first. */
  reset(): void;
  /** Ends every socket. */
  close(): Promise<void>;
}

const defaultModels = ['claude-opus-4', 'claude-sonnet-4', 'gpt-4o', 'gemini-3-pro', 'deepseek-r1', 'deepseek-v3'];

/** @throws when the port is taken */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const gateway = new LoopbackGateway(options);
  await gateway.listen(options.port ?? 0);
  return gateway;
}

/** Requests for one path since the last reset. */
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
  private readonly open = new Map<Wire, Promise<void>>();
  // No limits of its own: how long a connection lives is what the scripts and the tests are about.
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
    const there = this.requests[n - 1];
    return there ? Promise.resolve(there) : new Promise((arrived) => this.waiters.push({ n, arrived }));
  }

  reset(): void {
    this.chat = emptyLog();
    this.modelLists = emptyLog();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const wire of this.open.keys()) wire.destroy();
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
    const ownHosts = [`127.0.0.1:${this.port}`, `localhost:${this.port}`];
    const fault = headerFault(incoming.headers, this.options.anyHost ? undefined : ownHosts);
    if (fault) {
      refuse(incoming, response, 403, fault);
      return;
    }
    const read = await readBody(incoming);
    if (read === 'left') return;
    if (read === 'too-large') {
      const message = 'The body is larger than 1 MB.';
      refuse(incoming, response, 413, { message, type: 'invalid_request_error', code: 'request_too_large' });
      return;
    }
    const body = read.text;
    const path = (incoming.url ?? '/').replace(/[?#].*/s, '');
    const method = incoming.method ?? 'GET';
    const route = `${method} ${path}`;
    const arrivals =
      route === 'POST /v1/chat/completions' ? this.chat : route === 'GET /v1/models' ? this.modelLists : undefined;
    const n = arrivals ? ++arrivals.count : 1;
    const wire = new Wire(response, incoming.socket, `req-${n}`);
    const { headers } = incoming;
    const request = { n, method, path, headers, body, json: parseChatBody(body), at, closed: wire.closed };
    const script = this.scriptFor(request, arrivals);
    if (this.options.keepsRequests ?? true) arrivals?.requests.push(request);
    if (arrivals === this.chat) this.notifyWaiters(request);
    const played = this.reply(script, request, wire);
    this.open.set(wire, played);
    await played;
    this.open.delete(wire);
  }

  private scriptFor(request: GatewayRequest, arrivals: RequestLog | undefined): Script {
    if (!arrivals) {
      const message = `Unknown request URL: ${request.method} ${request.path}.`;
      return () => failure(404, { message, type: 'invalid_request_error', code: 'unknown_url' });
    }
    const refused = bearerFault(request.headers.authorization, this.options.requireKey ?? false);
    if (refused) return () => failure(401, refused);
    if (arrivals === this.chat) return this.script;
    const { models } = this;
    if (typeof models === 'function') return models;
    const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'demo' }));
    return () => json({ object: 'list', data });
  }

  private notifyWaiters(request: GatewayRequest): void {
    const { waiters: awaited } = this;
    this.waiters = awaited.filter(({ n }) => n !== request.n);
    for (const { n, arrived } of awaited) if (n === request.n) arrived(request);
  }

  private async reply(script: Script, request: GatewayRequest, wire: Wire): Promise<void> {
    try {
      await play(script, request, wire, this.report);
    } catch (error) {
      this.report(error);
      if (wire.hasStarted) {
        wire.reset();
        return;
      }
      const message = 'The script of this reply failed.';
      await play(() => failure(500, { message, type: 'server_error' }), request, wire, this.report);
    }
  }
}
