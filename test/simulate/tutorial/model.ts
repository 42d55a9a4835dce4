import type { Clock } from '../../../src/engine/clock';
import { LiveBody, sseHeaders, status, type Reply, type SentRequest } from '../../support/scriptedFetch';

/** What the model says; in real ones a second answer has other words, which makes a doubled text only worse. */
export const answer =
  'Sheep graze on hills and in valleys, wherever the grass is short enough and the dog is awake. ' +
  'In summer they are taken up to where it is cool, and before the first snow they come down again.';

const pieces = answer.match(/.{1,20}/g) ?? [];

/** Everything before the middle of the answer, where streams break. */
export const half = pieces.slice(0, pieces.length / 2).join('');

const refusalMs = 80;
const headersMs = 300;
const pieceMs = 100;

/** How a stream ends in the middle: the socket breaks, nothing more comes, or it is closed as if all had been said. */
export type Ending = 'reset' | 'stall' | 'close';

/** A gateway and its model in virtual time: every reply takes as long as a real one does. */
export class Model {
  constructor(private readonly clock: Clock) {}

  /** All of the answer, or what is missing of it where the request brings the beginning along. */
  readonly answers: Reply = (request) => this.stream(request, { to: answer.length, end: 'finish' });

  /** Half of the answer, and then the end. */
  cut(end: Ending): Reply {
    return (request) => this.stream(request, { to: half.length, end });
  }

  refuses(code: number, error: object, headers: Readonly<Record<string, string>> = {}): Reply {
    return (request) => this.afterDelay(refusalMs, () => status(code, { error }, headers)(request));
  }

  /** The socket is closed before there is a byte of a response. */
  readonly resets: Reply = () =>
    this.afterDelay(refusalMs, () => {
      throw connectionReset('fetch failed');
    });

  /** The page of a hotel that wants its guests to sign in, instead of what was asked for. */
  readonly portal: Reply = (request) =>
    this.afterDelay(refusalMs, () =>
      status(200, '<!doctype html><title>Welcome</title><p>Please sign in.', { 'content-type': 'text/html' })(request),
    );

  private stream(request: SentRequest, { to, end }: { to: number; end: Ending | 'finish' }): Promise<Response> {
    const body = new LiveBody(request.signal);
    return this.afterDelay(headersMs, () => {
      const rest = answer.slice(partialAnswerIn(request).length, to).match(/.{1,20}/g) ?? [];
      rest.forEach((piece, index) => this.clock.after(index * pieceMs, () => body.delta(piece)));
      if (end !== 'stall') this.clock.after(rest.length * pieceMs, () => ends[end](body));
      return new Response(body.stream, { headers: sseHeaders });
    });
  }

  private afterDelay<T>(ms: number, reply: () => T | Promise<T>): Promise<T> {
    return new Promise<void>((resolve) => this.clock.after(ms, resolve)).then(reply);
  }
}

const ends = {
  finish: (body: LiveBody) => body.finish().done(),
  reset: (body: LiveBody) => body.break(connectionReset('terminated')),
  close: (body: LiveBody) => body.end(),
} as const;

/** As the runtime's own `fetch` tells it. */
function connectionReset(message: string): TypeError {
  return new TypeError(message, { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
}

/** The beginning of the answer that a request wants to be continued. */
function partialAnswerIn({ body }: SentRequest): string {
  const messages = body.messages as readonly { readonly role: string; readonly content: string }[];
  return messages.find(({ role }) => role === 'assistant')?.content ?? '';
}
