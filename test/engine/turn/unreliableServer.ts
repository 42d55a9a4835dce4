import type { Reply, SentRequest } from '../../support/scriptedFetch';
import { LiveBody, sseHeaders } from '../../support/scriptedFetch';

/** What the server does to one request. `sent`: how many characters of the rest of the answer it sends before that. */
export type ServerBehavior =
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
 * A model with one answer, behind a gateway that does what its moods say and is reliable once they are used up.
 * Asked for the rest of a partial answer, it repeats a little and goes on; asked anything else it starts.
 */
export class UnreliableServer {
  /** Requests in flight when another one came; there must never be any. */
  concurrentRequests = 0;
  private readonly open: OpenRequest[] = [];

  constructor(
    readonly answer: string,
    private readonly behaviors: ServerBehavior[],
    private readonly repeatedChars: number,
  ) {}

  readonly reply: Reply = (request) => {
    if (request.url.endsWith('/models')) return new Response(null);
    for (const each of this.open) if (!each.isFinished && !each.signal.aborted) this.concurrentRequests++;
    const connection: OpenRequest = { signal: request.signal, isFinished: false };
    this.open.push(connection);
    const over = (): void => void (connection.isFinished = true);
    return this.respond(this.behaviors.shift() ?? { kind: 'answers' }, request, over);
  };

  private respond(mood: ServerBehavior, request: SentRequest, over: () => void): Response | Promise<Response> {
    const rest = this.continuationFor(request);
    switch (mood.kind) {
      case 'status': {
        over();
        const hint = mood.hintSeconds === undefined ? {} : { 'retry-after': String(mood.hintSeconds) };
        const body = JSON.stringify({ error: { message: 'no' } });
        return new Response(body, { status: mood.status, headers: { 'content-type': 'application/json', ...hint } });
      }
      case 'refuses the shape':
        over();
        return new Response(JSON.stringify({ error: { message: 'the last message must be from the user' } }), {
          status: 400,
          headers: { 'content-type': 'application/json' },
        });
      case 'rejects':
        over();
        return Promise.reject(
          new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: mood.code }) }),
        );
      case 'hangs':
        return new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        });
      case 'web page':
        over();
        return new Response('<!doctype html><p>hello', { headers: { 'content-type': 'text/html' } });
      case 'empty':
        over();
        return new Response('', { headers: sseHeaders });
      case 'whole JSON':
        over();
        return Response.json({ choices: [{ index: 0, message: { content: rest }, finish_reason: 'stop' }] });
      default: {
        const body = new LiveBody(request.signal);
        this.stream(mood, rest, body, over);
        return new Response(body.stream, { headers: sseHeaders });
      }
    }
  }

  private stream(
    mood: Extract<ServerBehavior, { readonly sent: number }> | { readonly kind: 'answers' },
    rest: string,
    body: LiveBody,
    over: () => void,
  ): void {
    // An echo that stalls in its middle is taken for new text after a while: that is the price of showing something.
    const least = mood.kind === 'stalls' ? this.repeatedChars + 1 : 0;
    const text = mood.kind === 'answers' ? rest : rest.slice(0, least + mood.sent);
    for (let from = 0; from < text.length; from += 7) body.delta(text.slice(from, from + 7));
    switch (mood.kind) {
      case 'answers':
        body.finish().done();
        over();
        return;
      case 'breaks':
        // What was sent is read before the break, as on a socket that is drained.
        setImmediate(() => setImmediate(() => body.break()));
        over();
        return;
      case 'ends early':
        body.end();
        over();
        return;
      case 'fails in-band':
        body.event({ error: { message: 'upstream failed', code: 500 } }).end();
        over();
        return;
      case 'garbles':
        body.send('data: {"choi\n\ndata: ces":\n\ndata: }\n\n').end();
        over();
        return;
      case 'calls a tool':
        body.event({
          choices: [
            { index: 0, delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{"a' } }] } },
          ],
        });
        body.end();
        over();
        return;
      case 'stalls':
        return;
    }
  }

  /** The partial answer a request carries, as an assistant message after the user's first one. */
  private continuationFor({ body }: SentRequest): string {
    const messages = body.messages as readonly { readonly role: string; readonly content: string }[];
    const partial = messages.find(({ role }) => role === 'assistant')?.content;
    if (partial === undefined) return this.answer;
    const from = this.answer.startsWith(partial) ? partial.length : this.answer.length;
    // Who goes on in its own message repeats nothing; and of a few characters nobody can tell that they are repeated.
    const repeats = messages.at(-1)?.role === 'user' && partial.length >= 16;
    return this.answer.slice(repeats ? Math.max(0, from - this.repeatedChars) : from);
  }
}
