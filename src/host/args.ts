import { normalizeBaseUrl } from '../engine/gateway/baseUrl';
import { isRecord } from '../engine/json';
import { effortChoiceIn, effortChoices, type TextMessage } from '../engine/request';
import { maxCompared, minCompared } from '../shared/conversation';
import { textIn } from './settings/userPrompts';
import { ArgumentError } from './util/userError';

// The arguments of commands and of the API come from other extensions, keybindings and tasks. Messages about them are for
// the developer who wrote them, so they are not translated. The table has no valibot schemas, because VS Code loads it
// with the API when it activates the extension.

/** No model answers with more tokens. It is also the maximum of the setting `holysheep.maxTokens`. */
const maxMaxTokens = 1_000_000;

/** The languages in which a request can be copied. */
export const languageIds = ['curl', 'python', 'node'] as const;

export type LanguageId = (typeof languageIds)[number];

/** Returns a copy of a valid value, or undefined for an invalid value. */
type Reader = (value: unknown) => unknown;

/** What each property of an argument must be. */
const properties = {
  prompt: [(value) => (textIn(value) === undefined ? undefined : String(value)), 'a non-empty string'],
  model: [textIn, 'the ID of a model'],
  models: [readModels, 'a list of two to four different model IDs'],
  messages: [readMessages, 'an array of {role, content}'],
  temperature: [(value) => readNumber(value, 0, 2), 'a number from 0 to 2'],
  maxTokens: [
    (value) => (Number.isInteger(value) ? readNumber(value, 1, maxMaxTokens) : undefined),
    `an integer from 1 to ${maxMaxTokens}`,
  ],
  reasoningEffort: [effortChoiceIn, `one of ${effortChoices.join(', ')}`],
  signal: [(value) => (isSignal(value) ? value : undefined), 'an AbortSignal'],
  newConversation: [(value) => (typeof value === 'boolean' ? value : undefined), 'true or false'],
  key: [(value) => (typeof value === 'string' ? value : undefined), 'a string'],
  baseUrl: [readBaseUrl, 'a URL like https://api.holysheep.ai/v1'],
  title: [textIn, 'the title of a prompt'],
} satisfies Readonly<Record<string, readonly [Reader, string]>>;

type Properties = typeof properties;

type Read<Name extends keyof Properties> = {
  readonly [N in Name]?: NonNullable<ReturnType<Properties[N][0]>> | undefined;
};

/**
 * Reads properties of an argument.
 * @param usage the message for an argument that is not an object
 * @throws ArgumentError that names an invalid property, but not its value, which may be a key
 */
function read<Name extends keyof Properties>(argument: unknown, names: readonly Name[], usage: string): Read<Name> {
  if (!isRecord(argument)) throw new ArgumentError(usage);
  const entries = names.flatMap((name) => {
    if (argument[name] === undefined) return [];
    const [readProperty, expected] = properties[name];
    const value = readProperty(argument[name]);
    if (value === undefined) throw new ArgumentError(`“${name}” must be ${expected}.`);
    return [[name, value] as const];
  });
  return Object.fromEntries(entries) as Read<Name>;
}

function required<T>(value: T | undefined, usage: string): T {
  if (value === undefined) throw new ArgumentError(usage);
  return value;
}

const apiOptions = ['model', 'messages', 'temperature', 'maxTokens', 'reasoningEffort', 'signal'] as const;

/** Returns copies of the arguments of `HolySheepApi.ask`, so that later changes by the caller have no effect. */
export function parseApiArguments(prompt: unknown, options: unknown) {
  const noPrompt = `“prompt” must be ${properties.prompt[1]}.`;
  const copy = {
    prompt: required(read({ prompt }, ['prompt'], noPrompt).prompt, noPrompt),
    options: read(options, apiOptions, 'The options must be an object.'),
  };
  const unknown = Object.keys(options as object).find((name) => !apiOptions.some((known) => known === name));
  if (unknown !== undefined) throw new ArgumentError(`Unknown option “${unknown}”.`);
  return copy;
}

export function parseAskArgument(argument: unknown) {
  const usage = 'holysheep.ask expects a prompt, or an object with a “prompt” property.';
  const input = typeof argument === 'string' ? { prompt: argument } : argument;
  const { prompt, ...options } = read(input, ['prompt', 'model', 'reasoningEffort', 'newConversation'], usage);
  return { prompt: required(prompt, usage), ...options };
}

export function parseCompareArgument(argument: unknown) {
  const usage = 'holysheep.compareModels expects a prompt, or an object with a “prompt”, “models”, or both.';
  return read(typeof argument === 'string' ? { prompt: argument } : argument, ['prompt', 'models'], usage);
}

export function parseSetApiKeyArgument(argument: unknown) {
  const usage = 'holysheep.setApiKey expects an API key, or an object with a “key”, a “baseUrl”, or both.';
  const options = read(typeof argument === 'string' ? { key: argument } : argument, ['key', 'baseUrl'], usage);
  required(options.key ?? options.baseUrl, usage);
  return options;
}

/** Parses the title of a prompt, or a title with a source. An unknown source is ignored. */
export function parseRunPromptArgument(argument: unknown) {
  const usage = 'holysheep.runPrompt expects the title of a prompt.';
  const { title } = read(typeof argument === 'string' ? { title: argument } : argument, ['title'], usage);
  const source = isRecord(argument) ? argument.from : undefined;
  return { title: required(title, usage), from: (['user', 'workspace'] as const).find((known) => known === source) };
}

/** @returns undefined if the argument is not a string, because a menu passes the item on which it was opened */
export function parseCopyRequestArgument(argument: unknown): LanguageId | undefined {
  if (typeof argument !== 'string') return undefined;
  const language = languageIds.find((id) => id === argument);
  return required(language, 'holysheep.copyRequest expects “curl”, “python”, or “node”.');
}

function readModels(value: unknown): readonly string[] | undefined {
  const models = Array.isArray(value) ? new Set(value.map(textIn)) : new Set();
  const isValid = !models.has(undefined) && models.size >= minCompared && models.size <= maxCompared;
  return isValid && models.size === (value as unknown[]).length ? ([...models] as string[]) : undefined;
}

function readMessages(value: unknown): readonly TextMessage[] | undefined {
  if (!Array.isArray(value)) return undefined;
  // Uses `Array.from`, because `map` would skip the holes of a sparse array instead of checking them.
  const copies = Array.from(value, readMessage);
  return copies.every((message) => message !== undefined) ? copies : undefined;
}

function readMessage(value: unknown): TextMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { role, content } = value;
  if (typeof content !== 'string') return undefined;
  return role === 'system' || role === 'user' || role === 'assistant' ? { role, content } : undefined;
}

function readNumber(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && value >= min && value <= max ? value : undefined;
}

function readBaseUrl(value: unknown) {
  const baseUrl = normalizeBaseUrl(typeof value === 'string' ? value : '');
  return 'error' in baseUrl ? undefined : baseUrl;
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
