import type { Ending, Script, Step } from './gateway/script';

/**
 * Streams a text and then breaks off the connection. The client has `settleMs` milliseconds (by default 20) to read the
 * text.
 */
export function* cutAfter(
  text: string,
  ending: Ending,
  options: Pick<AnswerOptions, 'chunkChars' | 'everyMs'> & { readonly settleMs?: number } = {},
): Iterable<Step> {
  yield* deltas(text, options);
  // Gives the client time to read, because a client drops unread bytes when the connection fails.
  yield { waitMs: options.settleMs ?? 20 };
  yield { end: ending };
}

/** Sends a web page instead of an API response, as a sign-in portal or an ordinary web server does. */
export function* html(page: string, status = 200): Iterable<Step> {
  yield { status, headers: { 'content-type': 'text/html; charset=utf-8' } };
  yield { send: page };
}

/** A script, or the steps of a reply that is the same for each request. */
export type Reply = Script | Iterable<Step>;

/** Returns a script that gives the n-th request the n-th reply, and all further requests the last reply. */
export function replySequence(...replies: readonly Reply[]): Script {
  const scripts = replies.map((reply): Script => {
    if (typeof reply === 'function') return reply;
    const steps = [...reply];
    return () => steps;
  });
  return (request) => scripts[Math.min(request.n, scripts.length) - 1]!(request);
}

interface AnswerOptions {
  /** Length of a delta, in code points. The default is 4. */
  readonly chunkChars?: number;
  /** Time between two deltas, in milliseconds. */
  readonly everyMs?: number;
  /** Reasoning that precedes the text. */
  readonly reasoning?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
  /** Finish reason. The default is `stop`. */
  readonly finish?: string;
}

/** Streams a complete answer: deltas, the finish reason and `[DONE]`. */
export function* answer(text: string, options: AnswerOptions = {}): Iterable<Step> {
  const { chunkChars, everyMs, usage, finish = 'stop' } = options;
  for (const reasoning of splitText(options.reasoning ?? '', chunkChars)) yield* withPause({ reasoning }, everyMs);
  yield* deltas(text, options);
  yield usage ? { finish, usage } : { finish };
  yield { done: true };
}

/** Streams the deltas of a text, without a finish reason or `[DONE]`. */
export function* deltas(text: string, options: Pick<AnswerOptions, 'chunkChars' | 'everyMs'> = {}): Iterable<Step> {
  for (const delta of splitText(text, options.chunkChars)) yield* withPause({ delta }, options.everyMs);
}

/** Sends a JSON response with the status 200. */
export function* json(value: unknown): Iterable<Step> {
  yield { status: 200, headers: { 'content-type': 'application/json' } };
  yield { send: JSON.stringify(value) };
}

function* withPause(step: Step, everyMs = 0): Iterable<Step> {
  yield step;
  if (everyMs > 0) yield { waitMs: everyMs };
}

function* splitText(text: string, size = 4): Iterable<string> {
  const characters = Array.from(text);
  for (let from = 0; from < characters.length; from += size) yield characters.slice(from, from + size).join('');
}
