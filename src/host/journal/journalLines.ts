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
  type RerunLine,
} from './journalSchema';

/** Thrown when a line of a journal is invalid. */
export class JournalFormatError extends Error {
  override readonly name = 'JournalFormatError';
}

/** Thrown when a newer version of the extension has written the file in a schema that this version does not know. */
export class NewerJournalError extends Error {
  override readonly name = 'NewerJournalError';
}

export function encodeLine(line: HeaderLine | JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}

export function encodeJournal(header: HeaderLine, lines: readonly JournalLine[]): Buffer {
  return Buffer.from([header, ...lines].map(encodeLine).join(''));
}

/** The readable part of a journal file. */
export interface SalvagedJournal {
  readonly header?: HeaderLine | undefined;
  readonly lines: readonly JournalLine[];
  /** Length of the file in bytes without an incomplete last line. */
  readonly validBytes: number;
  /** Why part of the file could not be read. Absent when the file is not damaged. */
  readonly damage?: JournalFormatError | undefined;
}

/**
 * Maximum number of exchanges of a conversation. Journals that the extension writes stay below this limit and
 * {@link maxEvents}. A file that exceeds one of them counts as damaged.
 */
const maxExchanges = 5000;
/** Maximum number of events of an exchange. Events with text, reasoning or tool calls do not count. */
const maxEvents = 10_000;
/**
 * One `replaced` event counts as this many events towards {@link maxEvents}. Each attempt replaces the answer at most
 * once, so journals that the extension writes have few of these events.
 */
const replacementCost = 100;
/** One line that starts a turn again counts as this many events. Each of them adds to the data that the next one copies. */
const rerunCost = 10;

/** Number of invalid lines after which the rest of a file is not read, because it can hardly contain valid ones. */
export const maxInvalidLines = 1000;

const headerStart = '{"type":"conversation"';

/** Returns whether the file lacks a complete header because its first write was interrupted. */
export function isEmptyJournal(content: Buffer): boolean {
  const start = content.toString('utf8', 0, headerStart.length);
  return !content.includes(0x0a) && headerStart.startsWith(start);
}

/**
 * Returns all valid lines of a journal. If a damaged line may have been part of an answer, the later part of that
 * answer is left out, because a text with a gap would look complete.
 * @throws NewerJournalError when the header has a newer schema
 */
export function salvageJournal(content: Buffer): SalvagedJournal {
  const validBytes = content.lastIndexOf(0x0a) + 1;
  const texts = splitLines(content.subarray(0, validBytes));
  const salvager = new Salvager();
  let header: HeaderLine | undefined;
  try {
    header = decodeHeader(texts.next().value ?? '');
  } catch (error) {
    if (!(error instanceof JournalFormatError)) throw error;
    return { lines: [], validBytes, damage: error };
  }
  for (const text of texts) {
    salvager.read(text);
    if (salvager.invalidLines > maxInvalidLines) break;
  }
  return { header, lines: salvager.lines, validBytes, damage: salvager.damage };
}

class Salvager {
  readonly lines: JournalLine[] = [];
  damage: JournalFormatError | undefined;
  /** Number of lines so far that could not be decoded. */
  invalidLines = 0;
  private readonly exchangeIds = new Set<string>();
  /** Ids of the exchanges whose turn has not ended. */
  private readonly unfinishedIds = new Set<string>();
  /** Ids of the exchanges whose answer may have a gap. */
  private readonly damagedIds = new Set<string>();
  /** Number of events that count towards {@link maxEvents}. The key is the id of the exchange. */
  private readonly costs = new Map<string, number>();

  read(text: string): void {
    try {
      const line = decodeLine(text, this.exchangeIds);
      if (line.type === 'events') this.readEvents(line);
      else if (line.type === 'rerun') this.readRerun(line);
      else this.lines.push(line);
      if (line.type === 'exchange') this.unfinishedIds.add(line.id);
      else if (line.type === 'rerun') this.unfinishedIds.add(line.exchangeId);
    } catch (error) {
      if (!(error instanceof JournalFormatError)) throw error;
      this.damage ??= error;
      this.invalidLines++;
      // Marks every unfinished answer as incomplete, because the exchange to which the damaged line belongs is unknown.
      for (const id of this.unfinishedIds) this.damagedIds.add(id);
      this.unfinishedIds.clear();
    }
  }

  private readRerun(line: RerunLine): void {
    const { exchangeId } = line;
    if (this.damagedIds.has(exchangeId)) return;
    if (this.isWithinLimit(exchangeId, rerunCost)) {
      this.lines.push(line);
      return;
    }
    this.damage ??= new JournalFormatError('the turn of an exchange was started too often');
    this.damagedIds.add(exchangeId);
  }

  private readEvents({ exchangeId, events: values }: EventsLine): void {
    const events: RecordedEvent[] = [];
    for (const value of values) {
      if (this.damagedIds.has(exchangeId)) break;
      const event = parseEvent(value);
      if (event && this.isWithinLimit(exchangeId, costOf(event))) {
        events.push(event);
        if (isTerminal(event)) this.unfinishedIds.delete(exchangeId);
        else this.unfinishedIds.add(exchangeId);
        continue;
      }
      this.damage ??= new JournalFormatError('an event has an unknown type or invalid fields');
      if (carriesText(value)) this.damagedIds.add(exchangeId);
    }
    if (events.length > 0) this.lines.push({ type: 'events', exchangeId, events });
  }

  private isWithinLimit(exchangeId: string, cost: number): boolean {
    const total = (this.costs.get(exchangeId) ?? 0) + cost;
    this.costs.set(exchangeId, total);
    return cost === 0 || total <= maxEvents;
  }
}

/** Returns the number of events as which an event counts towards {@link maxEvents}. */
function costOf({ type }: RecordedEvent): number {
  if (type === 'text' || type === 'reasoning' || type === 'tool-call') return 0;
  return type === 'replaced' ? replacementCost : 1;
}

/** Decodes each line separately, because the complete file may exceed the maximum length of a string. */
function* splitLines(content: Buffer): Generator<string, undefined> {
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0x0a, start);
    yield content.toString('utf8', start, end);
    start = end + 1;
  }
}

/**
 * Decodes the first line of a file.
 * @throws JournalFormatError when the line is not a header
 * @throws NewerJournalError when the header has a newer schema
 */
export function decodeHeader(text: string): HeaderLine {
  const value = parse(text);
  const header = parseHeader(value, journalSchema);
  if (header) return header;
  if (parseHeader(value, Number.MAX_SAFE_INTEGER)) {
    throw new NewerJournalError('the conversation has a newer schema');
  }
  throw new JournalFormatError('the first line is not a header of a known schema');
}

/**
 * Decodes a line other than the header. The events in the line are not checked yet.
 * @param exchangeIds ids of the exchanges of previous lines. The id of a new exchange is added.
 * @throws JournalFormatError when the line is invalid
 */
export function decodeLine(text: string, exchangeIds: Set<string>): JournalLine {
  const line = parseLine(migrateLine(parse(text)));
  if (!line) throw new JournalFormatError('a line has an unknown type or invalid fields');
  if (line.type === 'title') return line;
  if (line.type !== 'exchange') {
    if (!exchangeIds.has(line.exchangeId))
      throw new JournalFormatError('a line refers to an exchange that does not exist');
    return line;
  }
  if (exchangeIds.has(line.id)) throw new JournalFormatError('an exchange id is used twice');
  if (exchangeIds.size >= maxExchanges) throw new JournalFormatError('there are too many exchanges');
  if (line.after && !exchangeIds.has(line.after))
    throw new JournalFormatError('an exchange follows an exchange that does not exist');
  exchangeIds.add(line.id);
  return line;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JournalFormatError('a line is not JSON', { cause: error });
  }
}

/** Converts a line of schema 1, in which an exchange had one `attachment`, to the current schema. */
function migrateLine(line: unknown): unknown {
  if (!isRecord(line) || line['type'] !== 'exchange' || line['attachment'] === undefined) return line;
  const { attachment, ...rest } = line;
  return { ...rest, attachments: [attachment] };
}

type Delta = TextEvent | ToolCallEvent;

/**
 * Joins consecutive deltas of one attempt that belong to the same part: the text, the reasoning or one tool call. The
 * joined deltas lead to the same state, but the throughput becomes slightly less exact.
 * @param canJoin returns whether two deltas may be joined, e.g. whether their times are close enough
 */
export function mergeDeltas(
  events: readonly RecordedEvent[],
  canJoin: (a: Delta, b: Delta) => boolean = () => true,
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
    if (first && !(first.attempt === event.attempt && isSameKind(first, event) && canJoin(first, event))) endRun();
    run.push(event);
  }
  endRun();
  return merged;
}

function isSameKind(first: Delta, event: Delta): boolean {
  if (first.type !== 'tool-call' || event.type !== 'tool-call') return first.type === event.type;
  const isSame = <T>(value: T | undefined, next: T | undefined): boolean => next === undefined || next === value;
  return first.index === event.index && isSame(first.id, event.id) && isSame(first.name, event.name);
}

function joinDeltas(first: Delta, run: readonly Delta[]): Delta {
  const text = run.map((event) => (event.type === 'tool-call' ? event.arguments : event.text)).join('');
  return first.type === 'tool-call' ? { ...first, arguments: text } : { ...first, text };
}
