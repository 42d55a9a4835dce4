import { LoopbackGateway } from '../../src/demo/gateway';
import { type ErrorBody, failure, modelList } from '../../src/demo/replies';
import type { GatewayRequest, Script } from '../../src/demo/script';
import { answer } from './replies';

export type { ChatBody, ChatBodyMessage, Ending, GatewayRequest, Script, Step } from '../../src/demo/script';

export interface GatewayOptions {
  readonly script?: Script;
  readonly models?: readonly string[] | Script;
  /** Port to listen on. The default, 0, chooses a free port. */
  readonly port?: number;
  /** Key that requests must carry. Other requests get a 401 response. */
  readonly requireKey?: string | undefined;
  /** Whether to accept any `Host` header, for example of requests through a proxy, which name another host. */
  readonly anyHost?: boolean;
  /** Called when a script throws. If omitted, the process emits a warning instead. */
  readonly onError?: (error: unknown) => void;
}

const defaultModels = ['claude-opus-4', 'claude-sonnet-4', 'gpt-4o', 'gemini-3-pro', 'deepseek-r1', 'deepseek-v3'];

/** The gateway of the demo, which also records requests and checks keys. */
export class Gateway extends LoopbackGateway {
  /** Recorded chat completion requests, in the order of their arrival. */
  requests: readonly GatewayRequest[] = [];
  /** Recorded requests for the list of models. */
  modelRequests: readonly GatewayRequest[] = [];
  models: readonly string[] | Script;
  private waiters: { readonly n: number; readonly arrived: (request: GatewayRequest) => void }[] = [];

  constructor(private readonly options: GatewayOptions) {
    super(options.script ?? (() => answer('Hello!')), []);
    this.models = options.models ?? defaultModels;
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

  protected override acceptsHost(host: string): boolean {
    return this.options.anyHost === true || super.acceptsHost(host);
  }

  protected override scriptFor(request: GatewayRequest): Script {
    const script = super.scriptFor(request);
    const isChat = script === this.script;
    const isModelList = `${request.method} ${request.path}` === 'GET /v1/models';
    if (!isChat && !isModelList) return script;
    if (isChat) this.recordChat(request);
    else this.modelRequests = [...this.modelRequests, request];
    const refused = bearerFault(request.headers.authorization, this.options.requireKey);
    if (refused) return () => failure(401, refused);
    const { models } = this;
    if (isChat) return script;
    return typeof models === 'function' ? models : () => modelList(models);
  }

  protected override report(error: unknown): void {
    if (this.options.onError) this.options.onError(error);
    else super.report(error);
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
