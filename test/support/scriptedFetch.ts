/** A `fetch` that replies from a script in virtual time, so that the test controls every step. */

export interface SentRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: { readonly model: string; readonly messages: readonly unknown[] } & Record<string, unknown>;
  readonly redirect: RequestInit['redirect'];
  readonly signal: AbortSignal;
}

/** A response body that the test writes to. Aborting the request errors it, as undici does. */
export class LiveBody {
  readonly stream: ReadableStream<Uint8Array>;
  canceled = false;
  private controller!: ReadableStreamDefaultController<Uint8Array>;
  private open = true;

  constructor(signal?: AbortSignal) {
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.controller = controller;
      },
      cancel: () => {
        this.canceled = true;
        this.open = false;
      },
    });
    signal?.addEventListener('abort', () => this.break(new DOMException('This operation was aborted', 'AbortError')));
  }

  send(text: string | Uint8Array): this {
    if (this.open) this.controller.enqueue(typeof text === 'string' ? new TextEncoder().encode(text) : text);
    return this;
  }

  event(value: unknown): this {
    return this.send(`data: ${JSON.stringify(value)}\n\n`);
  }

  delta(content: string): this {
    return this.event({ choices: [{ index: 0, delta: { content } }] });
  }

  finish(reason = 'stop', usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number }): this {
    return this.event({ choices: [{ index: 0, delta: {}, finish_reason: reason }], ...(usage ? { usage } : {}) });
  }

  done(): this {
    return this.send('data: [DONE]\n\n').end();
  }

  end(): this {
    if (this.open) this.controller.close();
    this.open = false;
    return this;
  }

  break(error: unknown = new TypeError('terminated')): this {
    if (this.open) this.controller.error(error);
    this.open = false;
    return this;
  }
}

export type Reply = (request: SentRequest) => Response | Promise<Response>;

export class ScriptedFetch {
  readonly requests: SentRequest[] = [];

  /** Sends the replies in order. The last reply is used for all further requests. */
  constructor(private readonly replies: readonly Reply[]) {}

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request: SentRequest = {
      url: input instanceof Request ? input.url : String(input),
      headers: new Headers(init.headers),
      body: JSON.parse(typeof init.body === 'string' ? init.body : '{}') as SentRequest['body'],
      redirect: init.redirect,
      signal: init.signal ?? new AbortController().signal,
    };
    this.requests.push(request);
    const reply = this.replies[Math.min(this.requests.length, this.replies.length) - 1];
    if (!reply) throw new Error('the script has no reply');
    return reply(request);
  };
}

export const sseHeaders = { 'content-type': 'text/event-stream', 'x-request-id': 'req-1' };

/** Replies with a stream. `write` receives the body when the request has arrived. */
export function streaming(
  write: (body: LiveBody, request: SentRequest) => void,
  headers: NonNullable<ConstructorParameters<typeof Headers>[0]> = sseHeaders,
): Reply {
  return (request) => {
    const body = new LiveBody(request.signal);
    write(body, request);
    return new Response(body.stream, { headers });
  };
}

export const answering = (...deltas: readonly string[]): Reply =>
  streaming((body) => {
    for (const delta of deltas) body.delta(delta);
    body.finish().done();
  });

/** Replies with a stream whose connection breaks after the client has read what `write` sends. */
export const cutStream = (write: (body: LiveBody) => unknown): Reply =>
  streaming((body) => {
    write(body);
    setImmediate(() => setImmediate(() => body.break()));
  });

/** Replies with a stream whose connection breaks after these deltas. */
export const cutAfter = (...deltas: readonly string[]): Reply =>
  cutStream((body) => {
    for (const delta of deltas) body.delta(delta);
  });

export const status = (code: number, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Reply => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return () =>
    new Response([204, 304].includes(code) ? null : text, {
      status: code,
      headers: { 'content-type': 'application/json', ...headers },
    });
};

export const rateLimited = (seconds: number): Reply =>
  status(429, { error: { message: 'slow down' } }, { 'retry-after': String(seconds) });

export const rejecting =
  (code: string, message = 'fetch failed'): Reply =>
  () =>
    Promise.reject(new TypeError(message, { cause: Object.assign(new Error(code), { code }) }));

export const refused = rejecting('ECONNREFUSED');

/** Never replies. Only an abort ends the request. */
export const silent: Reply = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('This operation was aborted', 'AbortError')));
  });
