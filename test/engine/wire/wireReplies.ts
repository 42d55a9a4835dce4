import type { Ending, Script, Step } from '../../../src/demo/gateway';
import { answer, deltas, failure, replySequence, type ErrorBody } from '../../../src/demo/replies';
import type { WireFixture } from './wireFixture';
import { partialAnswer, continuation, completeAnswer } from './turnSummary';

export { answer, deltas, failure, replySequence as inTurn };

export const answers: Script = () => answer(completeAnswer);
export const answersContinuation: Script = () => answer(continuation);
export const hangs: Script = () => [{ end: 'stall' }];
export const resets: Script = () => [{ end: 'reset' }];

export const status =
  (code: number, error: ErrorBody = { message: 'no' }, headers: Readonly<Record<string, string>> = {}): Script =>
  () =>
    failure(code, error, headers);

/** Sends text, waits until the client has it, and continues. Unread bytes could be lost with the connection. */
export function sendsTextThen(fixture: WireFixture, then: Iterable<Step>, text = partialAnswer): Script {
  return function* () {
    yield* deltas(text);
    yield { until: fixture.turn.untilText(text) };
    yield* then;
  };
}

export const cutAfterText = (fixture: WireFixture, end: Ending, text = partialAnswer): Script =>
  sendsTextThen(fixture, [{ end }], text);

/** Returns an event of a stream as text, so that several events can be sent in one write. */
export function chunkEvent(delta: Readonly<Record<string, unknown>>, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
}

/** Sends the complete answer with its finish reason in one write, and continues. */
export const finishesThen = (then: Iterable<Step>): Script =>
  function* () {
    yield { send: chunkEvent({ content: completeAnswer }, 'stop') };
    yield* then;
  };

/** Returns the error of a failed `fetch`, with the code in its cause. */
export function fetchFailed(code: string, message = code): TypeError {
  const cause = new Error(message);
  return new TypeError('fetch failed', { cause: code === '' ? cause : Object.assign(cause, { code }) });
}

/** Rejects the first calls of `fetch` with the errors and performs the later ones. */
export function rejectFetch(fixture: WireFixture, ...errors: readonly Error[]): void {
  const remaining = [...errors];
  fixture.fetch = (url, init) => {
    const error = remaining.shift();
    return error ? Promise.reject(error) : globalThis.fetch(url, init);
  };
}
