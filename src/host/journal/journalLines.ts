import { isTerminal, type RecordedEvent, type TextEvent, type ToolCallEvent } from '../../engine/events';
import { isRecord } from '../../engine/json';
import {
  carriesText,
  parseEvent,
  parseHeader,
  parseLine,
  journalSchema,
  type EventsLine,
  type HeaderLine,
  type JournalLine,
} from './journalSchema';

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
  /** Why part of the file could not be used. Absent: the file is whole. */
  readonly damage?: JournalFormatError | undefined;
}

/**
 * Limits for the exchanges of a conversation, and for the events of a turn other than text. The extension's own
 * journals stay below them.
 */
const maxExchanges = 5000;
const maxEvents = 10_000;
/** A run replaces the answer at most once. Each replacement counts as this many other events. */
const replacementCost = 100;

const headerStart = '{"type":"conversation"';

/** The first write never finished: nothing was in it yet. */
export function isEmptyJournal(content: Buffer): boolean {
  const start = content.toString('utf8', 0, headerStart.length);
  return !content.includes(0x0a) && headerStart.startsWith(start);
}

/**
 * Returns all lines that can be used. When a damaged line may have been part of an answer, the rest of that answer is
 * left out: a text with a gap would look complete.
 * @throws NewerJournalError when the header is of a later schema
 */
export function salvageJournal(content: Buffer): SalvagedJournal {
  const validBytes = content.lastIndexOf(0x0a) + 1;
  const [first = '', ...rest] = splitLines(content.subarray(0, validBytes));
  const salvage = new Salvager();
  let header: HeaderLine | undefined;
  try {
    header = decodeHeader(first);
  } catch (error) {
    if (!(error instanceof JournalFormatError)) throw error;
    return { lines: [], validBytes, damage: error };
  }
  for (const text of rest) salvage.read(text);
  return { header, lines: salvage.lines, validBytes, damage: salvage.damage };
}

class Salvager {
  readonly lines: JournalLine[] = [];
  damage: JournalFormatError | undefined;
  private readonly exchangeIds = new Set<string>();
  /** Exchanges whose turn has not ended. */
  private readonly unfinishedIds = new Set<string>();
  private readonly damagedIds = new Set<string>();
  /** Number of events other than text, by exchange. */
  private readonly costs = new Map<string, number>();

  read(text: string): void {
    try {
      const line = decodeLine(text, this.exchangeIds);
      if (line.type === 'events') this.readEvents(line);
      else if (line.type !== 'rerun' || !this.damagedIds.has(line.exchangeId)) this.lines.push(line);
      if (line.type === 'exchange') this.unfinishedIds.add(line.id);
      else if (line.type === 'rerun') this.unfinishedIds.add(line.exchangeId);
    } catch (error) {
      if (!(error instanceof JournalFormatError)) throw error;
      this.damage ??= error;
      // The exchange of the damaged line is unknown, so every unfinished answer may have a gap.
      for (const id of this.unfinishedIds) this.damagedIds.add(id);
    }
  }

  private readEvents({ exchangeId, events: all }: EventsLine): void {
    const events: RecordedEvent[] = [];
    for (const each of all) {
      if (this.damagedIds.has(exchangeId)) break;
      const event = parseEvent(each);
      if (event && this.isWithinLimit(exchangeId, event)) {
        events.push(event);
        if (isTerminal(event)) this.unfinishedIds.delete(exchangeId);
        else this.unfinishedIds.add(exchangeId);
        continue;
      }
      this.damage ??= new JournalFormatError('an event is not known');
      if (carriesText(each)) this.damagedIds.add(exchangeId);
    }
    if (events.length > 0) this.lines.push({ type: 'events', exchangeId, events });
  }

  private isWithinLimit(exchangeId: string, { type }: RecordedEvent): boolean {
    if (type === 'text' || type === 'reasoning' || type === 'tool-call') return true;
    const cost = (this.costs.get(exchangeId) ?? 0) + (type === 'replaced' ? replacementCost : 1);
    this.costs.set(exchangeId, cost);
    return cost <= maxEvents;
  }
}

/** Decodes each line by itself: the text of a whole file may be longer than a string can be. */
function splitLines(content: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0x0a, start);
    lines.push(content.toString('utf8', start, end));
    start = end + 1;
  }
  return lines;
}

/** @throws JournalFormatError, NewerJournalError */
export function decodeHeader(text: string): HeaderLine {
  const value = parse(text);
  const header = parseHeader(value, journalSchema);
  if (header) return header;
  if (parseHeader(value, Number.MAX_SAFE_INTEGER)) {
    throw new NewerJournalError('the conversation is of a later schema');
  }
  throw new JournalFormatError('the first line is not a header of a known schema');
}

/**
 * Decodes a line. The events in it are not checked yet.
 * @param asked ids of the exchanges so far
 * @throws JournalFormatError
 */
export function decodeLine(text: string, asked: Set<string>): JournalLine {
  const line = parseLine(migrateLine(parse(text)));
  if (!line) throw new JournalFormatError('a line is not known');
  if (line.type === 'title') return line;
  if (line.type !== 'exchange') {
    if (!asked.has(line.exchangeId)) throw new JournalFormatError('a line belongs to no exchange');
    return line;
  }
  if (asked.has(line.id)) throw new JournalFormatError('an exchange is there twice');
  if (asked.size >= maxExchanges) throw new JournalFormatError('there are too many exchanges');
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
function migrateLine(line: unknown): unknown {
  if (!isRecord(line) || line['type'] !== 'exchange' || line['attachment'] === undefined) return line;
  const { attachment, ...rest } = line;
  return { ...rest, attachments: [attachment] };
}

type Delta = TextEvent | ToolCallEvent;

/**
 * Joins neighbouring deltas of one attempt: of text, of reasoning, or of one tool call. Folding the result gives the
 * same state, but with a slightly less exact throughput.
 * @param belong returns whether two deltas may be joined, given when they arrived
 */
export function mergeDeltas(
  events: readonly RecordedEvent[],
  belong: (a: Delta, b: Delta) => boolean = () => true,
): readonly RecordedEvent[] {
  const merged: RecordedEvent[] = [];
  let run: Delta[] = [];
  const endRun = (): void => {
    const [first] = run;
    if (first) merged.push(run.length === 1 ? first : joinDeltas(first, run));
    run = [];
  };
  for (const event of events) {
    if (event.type !== 'text' && event.type !== 'reasoning' && event.type !== 'tool-call') {
      endRun();
      merged.push(event);
      continue;
    }
    const [first] = run;
    if (first && !(first.attempt === event.attempt && isSameKind(first, event) && belong(first, event))) endRun();
    run.push(event);
  }
  endRun();
  return merged;
}

function isSameKind(first: Delta, event: Delta): boolean {
  if (first.type !== 'tool-call' || event.type !== 'tool-call') return first.type === event.type;
  const isSame = <T>(own: T | undefined, other: T | undefined): boolean => other === undefined || other === own;
  return first.index === event.index && isSame(first.id, event.id) && isSame(first.name, event.name);
}

function joinDeltas(first: Delta, run: readonly Delta[]): Delta {
  const text = run.map((event) => (event.type === 'tool-call' ? event.arguments : event.text)).join('');
  return first.type === 'tool-call' ? { ...first, arguments: text } : { ...first, text };
}
