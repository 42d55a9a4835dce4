import { isRecord, textIn } from '../engine/json';
import { effortChoiceIn, effortChoices, type TextMessage } from '../engine/request';
import { ArgumentError } from './util/userError';

// The arguments of commands and of the API come from other extensions, keybindings and tasks. Messages about them are for
// the developer who wrote them, so they are not translated. The table has no valibot schemas, and the commands have a file
// of their own, because VS Code loads this file with the API when it activates the extension.

/** No model answers with more tokens. It is also the maximum of the setting `holysheep.maxTokens`. */
const maxMaxTokens = 1_000_000;

/** Returns a copy of a valid value, or undefined for an invalid value. */
type Reader = (value: unknown) => unknown;

/** What each property of an argument must be. */
export type Properties = Readonly<Record<string, readonly [Reader, string]>>;

export const apiProperties = {
  prompt: [(value) => (textIn(value) === undefined ? undefined : String(value)), 'a non-empty string'],
  model: [textIn, 'the ID of a model'],
  messages: [readMessages, 'an array of {role, content}'],
  temperature: [(value) => readNumber(value, 0, 2), 'a number from 0 to 2'],
  maxTokens: [
    (value) => (Number.isInteger(value) ? readNumber(value, 1, maxMaxTokens) : undefined),
    `an integer from 1 to ${maxMaxTokens}`,
  ],
  reasoningEffort: [effortChoiceIn, `one of ${effortChoices.join(', ')}`],
  signal: [(value) => (isSignal(value) ? value : undefined), 'an AbortSignal'],
} satisfies Properties;

type Read<Table extends Readonly<Record<Name, Properties[string]>>, Name extends string> = {
  readonly [N in Name]?: NonNullable<ReturnType<Table[N][0]>> | undefined;
};

/**
 * Reads properties of an argument.
 * @param usage the message for an argument that is not an object
 * @throws ArgumentError that names an invalid property, but not its value, which may be a key
 */
export function read<Name extends string, Table extends Readonly<Record<Name, Properties[string]>>>(
  properties: Table,
  argument: unknown,
  names: readonly Name[],
  usage: string,
): Read<Table, Name> {
  if (!isRecord(argument)) throw new ArgumentError(usage);
  const entries = names.flatMap((name) => {
    if (argument[name] === undefined) return [];
    const [readProperty, expected] = properties[name];
    const value = readProperty(argument[name]);
    if (value === undefined) throw new ArgumentError(`“${name}” must be ${expected}.`);
    return [[name, value] as const];
  });
  return Object.fromEntries(entries) as Read<Table, Name>;
}

export function required<T>(value: T | undefined, usage: string): T {
  if (value === undefined) throw new ArgumentError(usage);
  return value;
}

const apiOptions = ['model', 'messages', 'temperature', 'maxTokens', 'reasoningEffort', 'signal'] as const;

/** Returns copies of the arguments of `HolySheepApi.ask`, so that later changes by the caller have no effect. */
export function parseApiArguments(prompt: unknown, options: unknown) {
  const noPrompt = `“prompt” must be ${apiProperties.prompt[1]}.`;
  const copy = {
    prompt: required(read(apiProperties, { prompt }, ['prompt'], noPrompt).prompt, noPrompt),
    options: read(apiProperties, options, apiOptions, 'The options must be an object.'),
  };
  const unknown = Object.keys(options as object).find((name) => !apiOptions.some((known) => known === name));
  if (unknown !== undefined) throw new ArgumentError(`Unknown option “${unknown}”.`);
  return copy;
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

/** Checks the shape instead of the class, because the AbortSignal of another extension may come from another realm. */
function isSignal(value: unknown): value is AbortSignal {
  if (!isRecord(value)) return false;
  const { aborted, addEventListener, removeEventListener } = value;
  return (
    typeof aborted === 'boolean' &&
    [addEventListener, removeEventListener].every((method) => typeof method === 'function')
  );
}
