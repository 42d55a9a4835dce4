import type { EarlierAnswer } from '../../core/engine';
import type { StreamEvent } from '../../core/events';
import type { PromptInput } from './exchange';

/** Raised when a line changes its meaning; an older extension then leaves the file alone. */
export const journalSchema = 1;

export interface HeaderLine {
  readonly type: 'conversation';
  readonly schema: typeof journalSchema;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface ExchangeLine extends PromptInput {
  readonly type: 'exchange';
  readonly id: string;
}

export interface EventsLine {
  readonly type: 'events';
  readonly exchangeId: string;
  readonly events: readonly StreamEvent[];
}

/** The turn starts again and keeps its text. */
export interface RerunLine {
  readonly type: 'rerun';
  readonly exchangeId: string;
  readonly model?: string | undefined;
  /** Absent: `restart`. */
  readonly go?: EarlierAnswer['go'] | undefined;
}

/** Somebody has found the turn broken off by a reload or a crash; until then nobody was told. */
export interface InterruptedLine {
  readonly type: 'interrupted';
  readonly exchangeId: string;
}

export type JournalLine = ExchangeLine | EventsLine | RerunLine | InterruptedLine;

export class JournalFormatError extends Error {
  override readonly name = 'JournalFormatError';
}

/** Written by a later version of the extension; nothing is wrong with it. */
export class NewerJournalError extends Error {
  override readonly name = 'NewerJournalError';
}

export function encodeLine(line: HeaderLine | JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}

export interface DecodedJournal {
  readonly header: HeaderLine;
  readonly lines: readonly JournalLine[];
  /** Bytes up to the end of the last whole line; what follows is a write that never finished. */
  readonly validBytes: number;
}

/**
 * @throws JournalFormatError when anything but the last, unfinished line can't be read
 * @throws NewerJournalError when the header is of a later schema
 */
export function decodeJournal(content: Buffer): DecodedJournal {
  const validBytes = content.lastIndexOf(0x0a) + 1;
  const [first, ...rest] = content.subarray(0, validBytes).toString('utf8').split('\n').slice(0, -1);
  const header = parse(first ?? '');
  if (isNewer(header)) throw new NewerJournalError('the conversation is of a later schema');
  if (!isHeader(header)) throw new JournalFormatError('the first line is not a header of a known schema');
  const lines = rest.map((text, index) => {
    const line = parse(text);
    if (!isLine(line)) throw new JournalFormatError(`line ${index + 2} is not known`);
    return line;
  });
  return { header, lines, validBytes };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JournalFormatError('a line is not JSON', { cause: error });
  }
}

function isNewer(value: unknown): boolean {
  if (!isObject(value) || value['type'] !== 'conversation') return false;
  return typeof value['schema'] === 'number' && value['schema'] > journalSchema;
}

function isHeader(value: unknown): value is HeaderLine {
  return (
    isObject(value) && value['type'] === 'conversation' && value['schema'] === journalSchema && isText(value['id'])
  );
}

function isLine(value: unknown): value is JournalLine {
  if (!isObject(value)) return false;
  switch (value['type']) {
    case 'exchange':
      return isExchange(value);
    case 'events':
      return isText(value['exchangeId']) && Array.isArray(value['events']) && value['events'].every(isEvent);
    case 'rerun':
      return isText(value['exchangeId']) && isOptionalText(value['model']) && isOptionalGo(value['go']);
    case 'interrupted':
      return isText(value['exchangeId']);
    default:
      return false;
  }
}

function isExchange(value: Readonly<Record<string, unknown>>): boolean {
  const { id, prompt, content, model, attachment, target, demo } = value;
  return (
    isText(id) &&
    isText(prompt) &&
    isOptionalText(content) &&
    isOptionalText(model) &&
    (demo === undefined || typeof demo === 'boolean') &&
    (attachment === undefined || hasTexts(attachment, ['label', 'languageId', 'code'])) &&
    (target === undefined || (hasTexts(target, ['uri']) && hasNumbers(target, targetNumbers)))
  );
}

const targetNumbers = ['startLine', 'startCharacter', 'endLine', 'endCharacter'];

/** Texts that the fold appends or shows; the rest of an event is only displayed. */
const eventTexts: Readonly<Record<StreamEvent['type'], readonly string[]>> = {
  attempt: ['model', 'why'],
  headers: [],
  text: ['text'],
  reasoning: ['text'],
  waiting: ['message', 'reason', 'source'],
  quiet: [],
  'tool-call': ['arguments'],
  ended: ['how'],
  cut: ['message', 'reason'],
  resumed: ['how'],
  replaced: ['text'],
  model: ['from', 'to'],
  usage: [],
  done: ['text', 'finishReason'],
  stopped: ['text'],
  failed: ['text', 'kind', 'message'],
};

function isEvent(value: unknown): value is StreamEvent {
  if (!isObject(value) || !hasNumbers(value, ['attempt', 'at'])) return false;
  const { type } = value;
  if (!isText(type) || !Object.hasOwn(eventTexts, type)) return false;
  if (type === 'tool-call' && !(hasNumbers(value, ['index']) && isOptionalText(value['name']))) return false;
  if ((type === 'failed' || type === 'waiting') && !Array.isArray(value['actions'])) return false;
  return hasTexts(value, eventTexts[type as StreamEvent['type']]);
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => isText(value[name]));
}

function hasNumbers(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => typeof value[name] === 'number');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isOptionalGo(value: unknown): value is RerunLine['go'] {
  return value === undefined || value === 'continue' || value === 'restart';
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || isText(value);
}
