import type { Engine } from '../engine/engine';
import type { GatewayRef, StreamEvent } from '../engine/events/events';
import { isRecord } from '../engine/json';
import { effortChoiceIn, effortChoices, type EffortChoice, type TextMessage } from '../engine/request';
import type { RequestChoice, RequestDefaults } from './connection/connections';
import type { Budget } from './health/budget';
import { systemClock } from './util/systemClock';
import { ArgumentError } from './util/userError';

/** Options of {@link HolySheepApi.ask}. A missing option gets its value from the user's settings. */
export interface AskOptions {
  readonly model?: string | undefined;
  /** Earlier messages of the conversation. They are sent before the prompt. */
  readonly messages?: readonly TextMessage[] | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** `default` sends nothing about the reasoning. */
  readonly reasoningEffort?: EffortChoice | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `activate()` returns to other extensions. */
export interface HolySheepApi {
  readonly version: 1;
  /**
   * Runs a turn with the user's settings and API key, without the panel. The events end with exactly one `done`,
   * `stopped` or `failed`. Leaving the loop over the events stops the turn. The options are copied: later changes to
   * them have no effect.
   * @throws TypeError immediately, if the prompt is empty or an option is unknown, has a wrong type or is out of range
   */
  ask(prompt: string, options?: AskOptions): AsyncIterable<ApiEvent>;
}

/** A flat event, in which the origin of a gateway takes its place. */
export type ApiEvent = ReturnType<typeof toApiEvent>;

function toApiEvent(event: StreamEvent) {
  const originOf = ({ id }: GatewayRef): string => new URL(id).origin;
  switch (event.type) {
    case 'attempt': {
      const { gateway, ...rest } = event;
      return { ...rest, origin: originOf(gateway) };
    }
    case 'gateway':
      return { ...event, from: originOf(event.from), to: originOf(event.to) };
    case 'failed':
      return { ...event, nextGateway: undefined };
    default:
      return event;
  }
}

/** Runs a turn. The prompt and the options have been validated. */
export type Ask = (prompt: string, options: AskOptions) => Promise<AsyncIterable<StreamEvent>>;

/**
 * Creates the API that other extensions use.
 * @param load loads the function that runs a turn. Each call of `ask` calls `load` at once, before the events are read.
 */
export function createApi(load: () => Promise<Ask>): HolySheepApi {
  return Object.freeze({
    version: 1,
    ask(prompt: string, options: AskOptions = {}): AsyncIterable<ApiEvent> {
      if (!isText(prompt)) throw new ArgumentError('"prompt" must be a non-empty string.');
      const copy = copyOptions(options);
      const started = load().then((ask) => ask(prompt, copy));
      // Handles a rejection without doing anything, because the caller's loop over the events throws the same error.
      // Without this, Node.js would report an unhandled rejection if the caller has no such loop.
      started.catch(() => undefined);
      return apiStream(started);
    },
  });
}

/**
 * Returns a stream that waits until the promise of a turn resolves, and then emits the events of that turn. When the consumer's loop ends early, the turn stops at once. Therefore this is not an async generator, which
 * would stop only after the next event.
 */
export function apiStream(promise: Promise<AsyncIterable<StreamEvent>>): AsyncIterable<ApiEvent> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<ApiEvent> {
      const iterator = promise.then((stream) => stream[Symbol.asyncIterator]());
      // Handles a rejection without doing anything, because `next` rejects with the same error. Without this, Node.js
      // would report an unhandled rejection before the consumer calls `next`.
      iterator.catch(() => undefined);
      return {
        next: async () => {
          const result = await (await iterator).next();
          return result.done ? result : { done: false, value: toApiEvent(result.value) };
        },
        return: async () => {
          await (await iterator).return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** Creates the function that runs turns of other extensions. `defaults` returns the values for missing options. */
export function createAsk(
  engine: Engine,
  budget: Pick<Budget, 'mayOthersStart' | 'refusal'>,
  defaults: (choice: RequestChoice) => RequestDefaults,
): Ask {
  return async (prompt, options) => {
    if (!(await budget.mayOthersStart())) {
      return streamOf({ ...budget.refusal(), attempt: 0, at: systemClock.monotonicNow() });
    }
    const { model, systemPrompt, ...parameters } = defaults(options);
    const system: TextMessage[] = systemPrompt.trim() ? [{ role: 'system', content: systemPrompt }] : [];
    const request = {
      model: options.model ?? model,
      messages: [...system, ...(options.messages ?? []), { role: 'user', content: prompt } as const],
      ...parameters,
      temperature: options.temperature ?? parameters.temperature,
      maxTokens: options.maxTokens ?? parameters.maxTokens,
    };
    return engine.stream(request, { signal: options.signal });
  };
}

async function* streamOf(event: StreamEvent): AsyncGenerator<StreamEvent> {
  yield await Promise.resolve(event);
}

/** No model answers with more tokens. It is also the maximum of the setting `holysheep.maxTokens`. */
const maxMaxTokens = 1_000_000;

/**
 * Validates an option. `copy` returns a copy of a valid value, or undefined for an invalid value. `expected` describes
 * the valid values in the error message.
 */
type Reader<T> = readonly [copy: (value: unknown) => T | undefined, expected: string];

const readers: { readonly [K in keyof Required<AskOptions>]: Reader<NonNullable<AskOptions[K]>> } = {
  model: [(value) => (isText(value) ? value : undefined), 'the id of a model'],
  messages: [copyMessages, 'an array of {role, content}'],
  temperature: [
    (value) => (typeof value === 'number' && value >= 0 && value <= 2 ? value : undefined),
    'a number from 0 to 2',
  ],
  maxTokens: [
    (value) =>
      typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= maxMaxTokens ? value : undefined,
    `an integer from 1 to ${maxMaxTokens}`,
  ],
  reasoningEffort: [effortChoiceIn, `one of ${effortChoices.join(', ')}`],
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
    reasoningEffort: copy('reasoningEffort'),
    signal: copy('signal'),
  };
}

function copyMessages(value: unknown): readonly TextMessage[] | undefined {
  if (!Array.isArray(value)) return undefined;
  // Uses `Array.from`, because `map` would skip the holes of a sparse array instead of checking them.
  const copies = Array.from(value, copyMessage);
  return copies.every((message) => message !== undefined) ? copies : undefined;
}

function copyMessage(value: unknown): TextMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { role, content } = value;
  if (typeof content !== 'string') return undefined;
  return role === 'system' || role === 'user' || role === 'assistant' ? { role, content } : undefined;
}

/** Checks the shape instead of the class, because the AbortSignal of another extension may come from another realm. */
function isSignal(value: unknown): value is AbortSignal {
  if (!isRecord(value)) return false;
  const { aborted, addEventListener, removeEventListener } = value;
  return (
    typeof aborted === 'boolean' &&
    [addEventListener, removeEventListener].every((method) => typeof method === 'function')
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
