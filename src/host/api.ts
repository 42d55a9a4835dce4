import type { Engine } from '../core/engine';
import type { StreamEvent } from '../core/events';
import { lateStream } from '../core/lateStream';
import type { TextMessage } from '../core/request';
import type { RequestDefaults } from './conversation/chatRequest';
import { ArgumentError } from './userError';

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
   * @throws TypeError for an argument or option that is unknown or of a wrong type
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
      check(prompt, options);
      const started = load().then((ask) => ask(prompt, options));
      // Whoever runs the loop hears of a failure; until then it must not count as unhandled.
      started.catch(() => undefined);
      return lateStream(started);
    },
  });
}

export function askOn(engine: Engine, defaults: () => RequestDefaults): Ask {
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

const optionRules: { readonly [K in keyof Required<AskOptions>]: readonly [(value: unknown) => boolean, string] } = {
  model: [(value) => typeof value === 'string' && value.trim() !== '', 'the id of a model'],
  messages: [(value) => Array.isArray(value) && value.every(isMessage), 'an array of {role, content}'],
  temperature: [(value) => typeof value === 'number' && Number.isFinite(value), 'a finite number'],
  maxTokens: [(value) => Number.isInteger(value) && Number(value) > 0, 'a positive integer'],
  // Another extension's AbortSignal may come from another realm.
  signal: [(value) => isFields(value) && typeof value['aborted'] === 'boolean', 'an AbortSignal'],
};

function check(prompt: unknown, options: unknown): void {
  if (typeof prompt !== 'string' || !prompt.trim()) throw new ArgumentError('"prompt" must be a non-empty string.');
  if (!isFields(options)) throw new ArgumentError('The options must be an object.');
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name)) throw new ArgumentError(`There is no option "${name}".`);
    const [isValid, expected] = optionRules[name];
    if (value !== undefined && !isValid(value)) throw new ArgumentError(`The option "${name}" must be ${expected}.`);
  }
}

function isOption(name: string): name is keyof AskOptions {
  return Object.hasOwn(optionRules, name);
}

function isMessage(value: unknown): value is TextMessage {
  if (!isFields(value) || typeof value['content'] !== 'string') return false;
  const { role } = value;
  return role === 'system' || role === 'user' || role === 'assistant';
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
