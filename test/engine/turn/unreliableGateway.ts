import { LiveBody, sseHeaders, type Reply, type SentRequest } from '../../support/scriptedFetch';

/** What the gateway does with a request. `sent`: number of characters that it sends before the failure. */
export type GatewayBehavior =
  | { readonly kind: 'answers' }
  | { readonly kind: 'whole JSON' }
  | {
      readonly kind: 'breaks' | 'ends early' | 'stalls' | 'fails in-band' | 'garbles' | 'calls a tool';
      readonly sent: number;
    }
  | { readonly kind: 'status'; readonly status: number; readonly hintSeconds?: number }
  | { readonly kind: 'rejects'; readonly code: string }
  | { readonly kind: 'hangs' | 'web page' | 'empty' | 'refuses the shape' };

interface OpenRequest {
  readonly signal: AbortSignal;
  isFinished: boolean;
}

/**
 * A model with a fixed answer behind a gateway that fails as its list of behaviors says, and answers reliably after
 * that. For a resume request, the model repeats a little of the partial answer and continues it; otherwise it starts
 * the answer.
 */
export class UnreliableGateway {
  /** Number of requests that were in flight when another request arrived. It must stay 0. */
  concurrentRequests = 0;
  private readonly open: OpenRequest[] = [];

  constructor(
    readonly answer: string,
    private readonly behaviors: GatewayBehavior[],
    private readonly repeatedChars: number,
  ) {}

  readonly reply: Reply = (request) => {
    if (request.url.endsWith('/models')) return new Response(null);
    for (const earlier of this.open) if (!earlier.isFinished && !earlier.signal.aborted) this.concurrentRequests++;
    const connection: OpenRequest = { signal: request.signal, isFinished: false };
    this.open.push(connection);
    const onFinish = (): void => void (connection.isFinished = true);
    return this.respond(this.behaviors.shift() ?? { kind: 'answers' }, request, onFinish);
  };

  private respond(behavior: GatewayBehavior, request: SentRequest, onFinish: () => void): Response | Promise<Response> {
    const remainder = this.continuationFor(request);
    switch (behavior.kind) {
      case 'status': {
        onFinish();
        const hint = behavior.hintSeconds === undefined ? {} : { 'retry-after': String(behavior.hintSeconds) };
        const body = JSON.stringify({ error: { message: 'no' } });
        return new Response(body, {
          status: behavior.status,
          headers: { 'content-type': 'application/json', ...hint },
        });
      }
      case 'refuses the shape':
        onFinish();
        return new Response(JSON.stringify({ error: { message: 'the last message must be from the user' } }), {
          status: 400,
          headers: { 'content-type': 'application/json' },
        });
      case 'rejects':
        onFinish();
        return Promise.reject(
          new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: behavior.code }) }),
        );
      case 'hangs':
        return new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        });
      case 'web page':
        onFinish();
        return new Response('<!doctype html><p>hello', { headers: { 'content-type': 'text/html' } });
      case 'empty':
        onFinish();
        return new Response('', { headers: sseHeaders });
      case 'whole JSON':
        onFinish();
        return Response.json({ choices: [{ index: 0, message: { content: remainder }, finish_reason: 'stop' }] });
      default: {
        const body = new LiveBody(request.signal);
        this.stream(behavior, remainder, body, onFinish);
        return new Response(body.stream, { headers: sseHeaders });
      }
    }
  }

  private stream(
    behavior: Extract<GatewayBehavior, { readonly sent: number }> | { readonly kind: 'answers' },
    remainder: string,
    body: LiveBody,
    onFinish: () => void,
  ): void {
    // A stall within the overlap would make the engine show the repeated text after a while, so a stall comes after it.
    const minSent = behavior.kind === 'stalls' ? this.repeatedChars + 1 : 0;
    const text = behavior.kind === 'answers' ? remainder : remainder.slice(0, minSent + behavior.sent);
    for (let from = 0; from < text.length; from += 7) body.delta(text.slice(from, from + 7));
    switch (behavior.kind) {
      case 'answers':
        body.finish().done();
        onFinish();
        return;
      case 'breaks':
        // The engine reads the text before the connection breaks.
        setImmediate(() => setImmediate(() => body.break()));
        onFinish();
        return;
      case 'ends early':
        body.end();
        onFinish();
        return;
      case 'fails in-band':
        body.event({ error: { message: 'upstream failed', code: 500 } }).end();
        onFinish();
        return;
      case 'garbles':
        body.send('data: {"choi\n\ndata: ces":\n\ndata: }\n\n').end();
        onFinish();
        return;
      case 'calls a tool':
        body.event({
          choices: [
            { index: 0, delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a' } }] } },
          ],
        });
        body.end();
        onFinish();
        return;
      case 'stalls':
        return;
    }
  }

  /** Returns the text that the model sends: the answer, or its continuation if the request has a partial answer. */
  private continuationFor({ body }: SentRequest): string {
    const messages = body.messages as readonly { readonly role: string; readonly content: string }[];
    const partial = messages.find(({ role }) => role === 'assistant')?.content;
    if (partial === undefined) return this.answer;
    const from = this.answer.startsWith(partial) ? partial.length : this.answer.length;
    // A prefilled model repeats nothing. An overlap of a few characters could not be recognized.
    const repeats = messages.at(-1)?.role === 'user' && partial.length >= 16;
    return this.answer.slice(repeats ? Math.max(0, from - this.repeatedChars) : from);
  }
}
