import { type AnswerOptions, deltas } from '../../src/demo/replies';
import type { Ending, Script, Step } from '../../src/demo/script';

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

/** Sends the data lines of a recorded stream unchanged, and then `[DONE]`. */
export function* recordedStream(lines: readonly string[], options: { readonly everyMs?: number } = {}): Iterable<Step> {
  for (const line of lines) {
    yield { send: `data: ${line}\n\n` };
    if (options.everyMs) yield { waitMs: options.everyMs };
  }
  yield { send: 'data: [DONE]\n\n' };
}

/** Sends a web page instead of an API response, as a sign-in portal or an ordinary web server does. */
export function* html(page: string, status = 200): Iterable<Step> {
  yield { status, headers: { 'content-type': 'text/html; charset=utf-8' } };
  yield { send: page };
}

/** Returns a script that gives the n-th request the n-th reply, and all further requests the last reply. */
export function replySequence(first: Script, ...following: readonly Script[]): Script {
  const replies = [first, ...following];
  return (request) => (replies[Math.min(request.n, replies.length) - 1] ?? first)(request);
}
