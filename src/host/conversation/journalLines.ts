import type { EarlierAnswer } from '../../core/engine';
import type { StreamEvent } from '../../core/events';
import type { PromptInput } from './exchange';
import { isHeader, isLine, isObject } from './journalCheck';

/** Raised when a line changes its meaning; an older extension then leaves the file alone. */
export const journalSchema = 2;

export interface HeaderLine {
  readonly type: 'conversation';
  /** 1: an exchange had one `attachment`, and no other version. */
  readonly schema: 1 | typeof journalSchema;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface ExchangeLine extends PromptInput {
  readonly type: 'exchange';
  readonly id: string;
  /** The one it was asked after; '': it is a first one; absent: the last one of the path that was shown then. */
  readonly after?: string | undefined;
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

/** Another version is shown: the path goes through this exchange. */
export interface ShowLine {
  readonly type: 'show';
  readonly exchangeId: string;
}

/** Given by the person; '' takes it away. */
export interface TitleLine {
  readonly type: 'title';
  readonly title: string;
}

/** What became of a turn. */
export type TurnLine = EventsLine | RerunLine | InterruptedLine;

export type JournalLine = ExchangeLine | TurnLine | ShowLine | TitleLine;

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

export function encodeJournal(header: HeaderLine, lines: readonly JournalLine[]): Buffer {
  return Buffer.from([header, ...lines].map(encodeLine).join(''));
}

/** What can be read of a damaged file: everything before the damage. */
export interface SalvagedJournal {
  readonly header?: HeaderLine | undefined;
  readonly lines: readonly JournalLine[];
  readonly validBytes: number;
  /** Absent: the file is whole. */
  readonly damage?: JournalFormatError | undefined;
}

const headerStart = '{"type":"conversation"';

/** The first write never finished: nothing was in it yet. */
export function isUnbegun(content: Buffer): boolean {
  const start = content.toString('utf8', 0, headerStart.length);
  return !content.includes(0x0a) && headerStart.startsWith(start);
}

/** @throws NewerJournalError when the header is of a later schema */
export function salvageJournal(content: Buffer): SalvagedJournal {
  const validBytes = content.lastIndexOf(0x0a) + 1;
  const [first = '', ...rest] = content.subarray(0, validBytes).toString('utf8').split('\n').slice(0, -1);
  const lines: JournalLine[] = [];
  let header: HeaderLine | undefined;
  try {
    header = decodeHeader(first);
    const asked = new Set<string>();
    for (const text of rest) lines.push(decodeLine(text, asked));
    return { header, lines, validBytes };
  } catch (error) {
    if (!(error instanceof JournalFormatError)) throw error;
    return { header, lines, validBytes, damage: error };
  }
}

/** @throws JournalFormatError, NewerJournalError */
export function decodeHeader(text: string): HeaderLine {
  const header = parse(text);
  if (isHeader(header, journalSchema)) return header;
  if (isHeader(header, Number.POSITIVE_INFINITY)) {
    throw new NewerJournalError('the conversation is of a later schema');
  }
  throw new JournalFormatError('the first line is not a header of a known schema');
}

/**
 * @param asked ids of the exchanges so far
 * @throws JournalFormatError
 */
export function decodeLine(text: string, asked: Set<string>): JournalLine {
  const line = migrated(parse(text));
  if (!isLine(line)) throw new JournalFormatError('a line is not known');
  if (line.type === 'title') return line;
  if (line.type !== 'exchange') {
    if (!asked.has(line.exchangeId)) throw new JournalFormatError('a line belongs to no exchange');
    return line;
  }
  if (asked.has(line.id)) throw new JournalFormatError('an exchange is there twice');
  if (line.after && !asked.has(line.after)) throw new JournalFormatError('an exchange follows none that is there');
  asked.add(line.id);
  return line;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JournalFormatError('a line is not JSON', { cause: error });
  }
}

/** A line of schema 1 as it is written now. */
function migrated(line: unknown): unknown {
  if (!isObject(line) || line['type'] !== 'exchange' || line['attachment'] === undefined) return line;
  const { attachment, ...rest } = line;
  return { ...rest, attachments: [attachment] };
}
