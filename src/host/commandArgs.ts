import { normalizeBaseUrl } from '../engine/gateway/baseUrl';
import { isRecord, textIn } from '../engine/json';
import { maxCompared, minCompared } from '../shared/exchanges';
import { apiProperties, read, required, type Properties } from './args';

/** Languages for *Copy Request as Code*. */
export const languageIds = ['curl', 'python', 'node'] as const;

export type LanguageId = (typeof languageIds)[number];

/**
 * Maps each property of a command's argument to a function that validates the value, and to a description of valid
 * values. Error messages contain the description.
 */
const properties = {
  ...apiProperties,
  models: [readModels, 'a list of two to four different model IDs'],
  newConversation: [(value) => (typeof value === 'boolean' ? value : undefined), 'true or false'],
  key: [(value) => (typeof value === 'string' ? value : undefined), 'a string'],
  baseUrl: [readBaseUrl, 'a URL like https://api.holysheep.ai/v1'],
  title: [textIn, 'the title of a prompt'],
} satisfies Properties;

export function parseAskArgument(argument: unknown) {
  const usage = 'holysheep.ask expects a prompt, or an object with a “prompt” property.';
  const input = typeof argument === 'string' ? { prompt: argument } : argument;
  const { prompt, ...options } = read(
    properties,
    input,
    ['prompt', 'model', 'reasoningEffort', 'newConversation'],
    usage,
  );
  return { prompt: required(prompt, usage), ...options };
}

export function parseCompareArgument(argument: unknown) {
  const usage = 'holysheep.compareModels expects a prompt, or an object with a “prompt”, “models”, or both.';
  return read(properties, typeof argument === 'string' ? { prompt: argument } : argument, ['prompt', 'models'], usage);
}

export function parseSetApiKeyArgument(argument: unknown) {
  const usage = 'holysheep.setApiKey expects an API key, or an object with a “key”, a “baseUrl”, or both.';
  const options = read(
    properties,
    typeof argument === 'string' ? { key: argument } : argument,
    ['key', 'baseUrl'],
    usage,
  );
  required(options.key ?? options.baseUrl, usage);
  return options;
}

/**
 * Parses the argument of `holysheep.runPrompt`: the title of a prompt, or an object with the title and the source
 * (`user` or `workspace`). An unknown source is ignored.
 */
export function parseRunPromptArgument(argument: unknown) {
  const usage = 'holysheep.runPrompt expects the title of a prompt.';
  const { title } = read(properties, typeof argument === 'string' ? { title: argument } : argument, ['title'], usage);
  const source = isRecord(argument) ? argument.from : undefined;
  return { title: required(title, usage), from: (['user', 'workspace'] as const).find((known) => known === source) };
}

/**
 * Returns the language that the argument names. Returns undefined if the argument is not a string: a context menu
 * passes the item on which the user opened the menu.
 */
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

function readBaseUrl(value: unknown) {
  const baseUrl = normalizeBaseUrl(typeof value === 'string' ? value : '');
  return 'error' in baseUrl ? undefined : baseUrl;
}
