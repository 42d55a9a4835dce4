import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { failure, modelList } from './replies';
import type { ChatBody, Script, Step } from './script';

/** Maximum size of a request body, in bytes. The prompts of the demo are far shorter. */
const maxBodyBytes = 1_000_000;

/** An OpenAI-compatible gateway on the loopback address. A script determines its replies to prompts. */
export class LoopbackGateway {
  // Idle connections remain open. Otherwise, a client could send a request while the gateway closes the connection.
  private readonly server = createServer({ keepAliveTimeout: 0 });
  private requestCount = 0;

  constructor(
    readonly script: Script,
    private readonly modelIds: readonly string[],
  ) {
    this.server.on('request', (incoming, response) => {
      // If the reply fails, for example because the client has disconnected, the response can't be completed.
      this.handle(incoming, response).catch(() => response.destroy());
    });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Starts to listen on a free port. */
  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    response.setHeader('x-request-id', `req-${++this.requestCount}`);
    await play(this.stepsFor(incoming, body), response);
  }

  /**
   * Returns the steps of the reply to a request. Refuses requests that a web page could have sent: requests with an
   * `Origin` header, and requests for another host name that resolves to this computer (DNS rebinding).
   */
  private stepsFor({ method = '', url = '', headers }: IncomingMessage, body: string | undefined): Iterable<Step> {
    const refuse = (status: number, code: string, message: string): Iterable<Step> =>
      failure(status, { message, type: 'invalid_request_error', code });
    if (headers.origin !== undefined) return refuse(403, 'forbidden', 'Web pages may not use this gateway.');
    const hosts = [`127.0.0.1:${this.port}`, `localhost:${this.port}`];
    if (!hosts.includes((headers.host ?? '').toLowerCase()))
      return refuse(403, 'forbidden', 'The request is for another host.');
    if (body === undefined) return refuse(413, 'request_too_large', 'The body is larger than 1 MB.');
    switch (`${method} ${url}`) {
      case 'POST /v1/chat/completions':
        return this.script(parseChatBody(body));
      case 'GET /v1/models':
        return modelList(this.modelIds);
      default:
        return refuse(404, 'unknown_url', `Unknown request URL: ${method} ${url}.`);
    }
  }
}

/** Returns the body of a request, or undefined if the body is too large. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    // The rest of a body that is too large is read but not kept, because the client reads the reply only after it has
    // sent the body.
    if (bytes <= maxBodyBytes) parts.push(part);
  }
  return bytes <= maxBodyBytes ? Buffer.concat(parts).toString() : undefined;
}

/**
 * Parses the body of a chat completion request.
 * @returns undefined if the body is not an object with a model and messages
 */
export function parseChatBody(body: string): ChatBody | undefined {
  try {
    const value = JSON.parse(body) as Partial<ChatBody> | null;
    return typeof value?.model === 'string' && Array.isArray(value.messages) ? (value as ChatBody) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sends a reply step by step.
 * @throws AbortError when the client disconnects during a pause
 */
async function play(steps: Iterable<Step>, response: ServerResponse): Promise<void> {
  const closing = new AbortController();
  response.once('close', () => closing.abort());
  for (const step of steps) {
    if ('waitMs' in step) await setTimeout(step.waitMs, undefined, { signal: closing.signal });
    else if ('end' in step) {
      if (step.end === 'reset') response.socket?.resetAndDestroy();
      return;
    } else if ('status' in step) response.writeHead(step.status, step.headers);
    else {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.write(step.send);
    }
  }
  response.end();
}
