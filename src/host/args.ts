import { isRecord, textIn } from '../engine/json';
import { effortChoiceIn, effortChoices, type ImagePart, type TextMessage } from '../engine/request';
import { base64Length, maxImageChars, maxImages, maxRequestImageChars } from '../shared/imageLimits';
import { ArgumentError } from './util/userError';

// The arguments of commands and of the API come from other extensions, keybindings and tasks. Error messages about
// these arguments are not translated, because their readers are developers. VS Code loads this file at startup, so it
// must be small and must not import valibot.

/**
 * Highest accepted `maxTokens`, which is also the maximum of the setting `holysheep.maxTokens`. No model answers with
 * more tokens.
 */
const maxMaxTokens = 1_000_000;

/** Function that returns a copy of a valid argument value, or undefined for an invalid value. */
type Reader = (value: unknown) => unknown;

/**
 * Maps each property of an argument to a function that validates the value, and to a description of valid values. Error
 * messages contain the description.
 */
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
  images: [
    readImages,
    'an array of up to 20 {mimeType, data}, each a PNG, JPEG, WebP or GIF image of up to 3.3 MB, 18 MB in total',
  ],
  signal: [(value) => (isSignal(value) ? value : undefined), 'an AbortSignal'],
} satisfies Properties;

type Read<Table extends Readonly<Record<Name, Properties[string]>>, Name extends string> = {
  readonly [N in Name]?: NonNullable<ReturnType<Table[N][0]>> | undefined;
};

/**
 * Reads and validates properties of an argument.
 * @param usage the error message if the argument is not an object
 * @throws ArgumentError if a property is invalid. The message names the property, but not the value, which might be an
 * API key.
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

const apiOptions = ['model', 'messages', 'temperature', 'maxTokens', 'reasoningEffort', 'images', 'signal'] as const;

/**
 * Returns copies of the arguments of `HolySheepApi.ask`, so that the caller's later changes to the objects have no
 * effect.
 */
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
  // The holes of a sparse array must be rejected. `Array.from` visits the holes, but `map` would skip them.
  const copies = Array.from(value, readMessage);
  return copies.every((message) => message !== undefined) ? copies : undefined;
}

function readMessage(value: unknown): TextMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { role, content } = value;
  if (typeof content !== 'string') return undefined;
  return role === 'system' || role === 'user' || role === 'assistant' ? { role, content } : undefined;
}

/** Patterns for the first bytes of image files, with one character for each byte. */
const imageSignatures: ReadonlyMap<unknown, RegExp> = new Map([
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
  ['image/gif', /^GIF8[79]a/],
]);

function readImages(value: unknown): readonly ImagePart[] | undefined {
  if (!Array.isArray(value) || value.length > maxImages) return undefined;
  const copies = Array.from(value, readImage).filter((image) => image !== undefined);
  const totalChars = copies.reduce((sum, { data }) => sum + data.length, 0);
  return copies.length === value.length && totalChars <= maxRequestImageChars ? copies : undefined;
}

/** Returns a copy of an image, or undefined if its content is not of the stated type or too large for a request. */
function readImage(value: unknown): ImagePart | undefined {
  if (!isRecord(value)) return undefined;
  const { mimeType, data } = value;
  if (typeof mimeType !== 'string' || !ArrayBuffer.isView(data) || base64Length(data.byteLength) > maxImageChars)
    return undefined;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const isImage = imageSignatures.get(mimeType)?.test(bytes.toString('latin1', 0, 16)) === true;
  return isImage ? { type: 'image', mimeType, data: bytes.toString('base64') } : undefined;
}

function readNumber(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && value >= min && value <= max ? value : undefined;
}

/** Returns whether a value has the methods of an AbortSignal. `instanceof` would reject the signal of another realm. */
function isSignal(value: unknown): value is AbortSignal {
  if (!isRecord(value)) return false;
  const { aborted, addEventListener, removeEventListener } = value;
  return (
    typeof aborted === 'boolean' &&
    [addEventListener, removeEventListener].every((method) => typeof method === 'function')
  );
}
