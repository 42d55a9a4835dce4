import type { Ending, Script, Step } from '../../../src/demo/gateway';
import { answer, deltas, failure, inTurn, type ErrorBody } from '../../../src/demo/replies';
import type { Stage } from './stage';
import { partial, rest, whole } from './story';

export { answer, deltas, failure, inTurn };

export const answers: Script = () => answer(whole);
export const answersRest: Script = () => answer(rest);
export const hangs: Script = () => [{ end: 'stall' }];
export const breaks: Script = () => [{ end: 'reset' }];

export const status =
  (code: number, error: ErrorBody = { message: 'no' }, headers: Readonly<Record<string, string>> = {}): Script =>
  () =>
    failure(code, error, headers);

/** Text, and once the client has it what follows; bytes that were not read could be lost with a connection. */
export function shown(stage: Stage, then: Iterable<Step>, text = partial): Script {
  return function* () {
    yield* deltas(text);
    yield { until: stage.run.shows(text) };
    yield* then;
  };
}

export const cut = (stage: Stage, end: Ending, text = partial): Script => shown(stage, [{ end }], text);

/** One event, as text: several of them in one write are read together. */
export function event(delta: Readonly<Record<string, unknown>>, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
}

/** The whole answer and its finish reason in one write, then whatever may come. */
export const finished = (then: Iterable<Step>): Script =>
  function* () {
    yield { send: event({ content: whole }, 'stop') };
    yield* then;
  };

/** What `fetch` rejects with: the reason is the cause. */
export function fetchFailed(code: string, message = code): TypeError {
  const cause = new Error(message);
  return new TypeError('fetch failed', { cause: code === '' ? cause : Object.assign(cause, { code }) });
}

/** The first calls of `fetch` are rejected, the others go out. */
export function rejects(stage: Stage, ...errors: readonly Error[]): void {
  const left = [...errors];
  stage.fetch = (url, init) => {
    const error = left.shift();
    return error ? Promise.reject(error) : globalThis.fetch(url, init);
  };
}
