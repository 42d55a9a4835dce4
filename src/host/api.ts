import type { Engine } from '../engine/engine';
import type { StreamEvent } from '../engine/events';
import { isRecord } from '../engine/json';
import type { TextMessage } from '../engine/request';
import type { RequestDefaults } from './conversation/turnRunner';
import { ArgumentError } from './util/userError';

export interface AskOptions {
  readonly model?: string | undefined;
  /** Precede the prompt. */
  readonly messages?: readonly TextMessage[] | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `activate()` returns to other extensions. */
export interface HolySheepApi {
  readonly version: 1;
  /**
   * One turn with the user's settings and key, without the panel. Ends with exactly one of `done`, `stopped`, `failed`;
   * leaving the loop stops it.
   * The options are copied by the call: changing them afterwards has no effect.
   * @throws TypeError at once for an option that is unknown, of a wrong type or out of range
   */
  ask(prompt: string, options?: AskOptions): AsyncIterable<StreamEvent>;
}

/** Carries out what has been checked. */
export type Ask = (prompt: string, options: AskOptions) => AsyncIterable<StreamEvent>;

/** @param load whatever answers; called with the first question, which has started when the call returns */
export function createApi(load: () => Promise<Ask>): HolySheepApi {
  return Object.freeze({
    version: 1,
    ask(prompt: string, options: AskOptions = {}): AsyncIterable<StreamEvent> {
      if (!isText(prompt)) throw new ArgumentError('"prompt" must be a non-empty string.');
      const copy = copyOptions(options);
      const started = load().then((ask) => ask(prompt, copy));
      // Whoever runs the loop hears of a failure; until then it must not count as unhandled.
      started.catch(() => undefined);
      return deferredStream(started);
    },
  });
}

/**
 * A stream that is still being fetched. Leaving it reaches the stream at once, also while its next item is awaited:
 * the `return` of a generator would stand in line behind that.
 */
export function deferredStream<T>(started: Promise<AsyncIterable<T>>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<T> {
      const iterator = started.then((stream) => stream[Symbol.asyncIterator]());
      // Whoever asks for the next item hears of a failure; until then it must not count as unhandled.
      iterator.catch(() => undefined);
      return {
        next: async () => (await iterator).next(),
        return: async () => {
          const left = await (await iterator).return?.();
          return left ?? { done: true, value: undefined };
        },
      };
    },
  };
}

export function createAsk(engine: Engine, defaults: () => RequestDefaults): Ask {
  return (prompt, options) => {
    const { model, systemPrompt, temperature, maxTokens } = defaults();
    const system: TextMessage[] = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt }] : [];
    const request = {
      model: options.model ?? model,
      messages: [...system, ...(options.messages ?? []), { role: 'user', content: prompt } as const],
      temperature: options.temperature ?? temperature,
      maxTokens: options.maxTokens ?? maxTokens,
    };
    return engine.stream(request, { signal: options.signal });
  };
}

/** Copies a valid value; returns undefined for an invalid one. */
type Reader<T> = readonly [copy: (value: unknown) => T | undefined, expected: string];

const readers: { readonly [K in keyof Required<AskOptions>]: Reader<NonNullable<AskOptions[K]>> } = {
  model: [(value) => (isText(value) ? value : undefined), 'the id of a model'],
  messages: [copyMessages, 'an array of {role, content}'],
  temperature: [
    (value) => (typeof value === 'number' && value >= 0 && value <= 2 ? value : undefined),
    'a number from 0 to 2',
  ],
  maxTokens: [
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined),
    'a positive integer',
  ],
  signal: [(value) => (isSignal(value) ? value : undefined), 'an AbortSignal'],
};

/**
 * Returns a copy of the options, so that later changes by the caller have no effect.
 * @throws ArgumentError that names the invalid option
 */
function copyOptions(options: unknown): AskOptions {
  if (!isRecord(options)) throw new ArgumentError('The options must be an object.');
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(readers, name)) throw new ArgumentError(`Unknown option "${name}".`);
  }
  const copy = <K extends keyof AskOptions>(name: K): NonNullable<AskOptions[K]> | undefined => {
    const value = options[name];
    if (value === undefined) return undefined;
    const [read, expected]: Reader<NonNullable<AskOptions[K]>> = readers[name];
    const copied = read(value);
    if (copied === undefined) throw new ArgumentError(`The option "${name}" must be ${expected}.`);
    return copied;
  };
  return {
    model: copy('model'),
    messages: copy('messages'),
    temperature: copy('temperature'),
    maxTokens: copy('maxTokens'),
    signal: copy('signal'),
  };
}

function copyMessages(value: unknown): readonly TextMessage[] | undefined {
  if (!Array.isArray(value)) return undefined;
  // Unlike `map`, this visits the holes of an array.
  const copies = Array.from(value, copyMessage);
  return copies.every((message) => message !== undefined) ? copies : undefined;
}

function copyMessage(value: unknown): TextMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { role, content } = value;
  if (typeof content !== 'string') return undefined;
  return role === 'system' || role === 'user' || role === 'assistant' ? { role, content } : undefined;
}

/** Checks the shape, because the AbortSignal of another extension may come from another realm. */
function isSignal(value: unknown): value is AbortSignal {
  if (!isRecord(value)) return false;
  const { aborted, addEventListener, removeEventListener } = value;
  return (
    typeof aborted === 'boolean' && [addEventListener, removeEventListener].every((it) => typeof it === 'function')
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
