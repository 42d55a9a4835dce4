import type { Clock } from '../../../src/engine/clock';
import { LiveBody, sseHeaders, status, type Reply, type SentRequest } from '../../support/scriptedFetch';

/** The answer of the model. A real model would word a second answer differently, so a doubled text would be even worse. */
export const answer =
  'Sheep graze on hills and in valleys, wherever the grass is short enough and the dog is awake. ' +
  'In summer they are taken up to where it is cool, and before the first snow they come down again.';

const pieces = answer.match(/.{1,20}/g) ?? [];

/** The first half of the answer. Streams break after it. */
export const half = pieces.slice(0, pieces.length / 2).join('');

const refusalMs = 80;
const headersMs = 300;
const pieceMs = 100;

/** How a stream breaks: the connection is reset, the stream stalls, or the stream is closed without a finish reason. */
type Ending = 'reset' | 'stall' | 'close';

/** A gateway and its model in virtual time. Replies take a realistic time. */
export class Model {
  constructor(private readonly clock: Clock) {}

  /** Streams the answer, or its continuation if the request has a partial answer. */
  readonly answers: Reply = (request) => this.stream(request, { to: answer.length, end: 'finish' });

  /** Returns a reply that streams half of the answer and then breaks. */
  cut(end: Ending): Reply {
    return (request) => this.stream(request, { to: half.length, end });
  }

  /** Returns a reply with an error status. */
  refuses(code: number, error: object, headers: Readonly<Record<string, string>> = {}): Reply {
    return (request) => this.afterDelay(refusalMs, () => status(code, { error }, headers)(request));
  }

  /** Resets the connection before the first byte of the response. */
  readonly resets: Reply = () =>
    this.afterDelay(refusalMs, () => {
      throw connectionReset('fetch failed');
    });

  /** Sends the sign-in page of a network portal. */
  readonly portal: Reply = (request) =>
    this.afterDelay(refusalMs, () =>
      status(200, '<!doctype html><title>Welcome</title><p>Please sign in.', { 'content-type': 'text/html' })(request),
    );

  private stream(request: SentRequest, { to, end }: { to: number; end: Ending | 'finish' }): Promise<Response> {
    const body = new LiveBody(request.signal);
    return this.afterDelay(headersMs, () => {
      const remaining = answer.slice(partialAnswerIn(request).length, to).match(/.{1,20}/g) ?? [];
      remaining.forEach((piece, index) => this.clock.callAfter(index * pieceMs, () => body.delta(piece)));
      if (end !== 'stall') this.clock.callAfter(remaining.length * pieceMs, () => ends[end](body));
      return new Response(body.stream, { headers: sseHeaders });
    });
  }

  private afterDelay<T>(ms: number, reply: () => T | Promise<T>): Promise<T> {
    return new Promise<void>((resolve) => this.clock.callAfter(ms, resolve)).then(reply);
  }
}

const ends = {
  finish: (body: LiveBody) => body.finish().done(),
  reset: (body: LiveBody) => body.break(connectionReset('terminated')),
  close: (body: LiveBody) => body.end(),
} as const;

/** Returns the error with which `fetch` reports a reset connection. */
function connectionReset(message: string): TypeError {
  return new TypeError(message, { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
}

/** Returns the partial answer in a request, or an empty string. */
function partialAnswerIn({ body }: SentRequest): string {
  const messages = body.messages as readonly { readonly role: string; readonly content: string }[];
  return messages.find(({ role }) => role === 'assistant')?.content ?? '';
}
