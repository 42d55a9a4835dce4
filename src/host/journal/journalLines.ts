import { isTerminal, type RecordedEvent, type TextEvent } from '../../engine/events/events';
import { isRecord, parseJson } from '../../engine/json';
import { maxCompared } from '../../shared/conversation';
import { eventSchemas } from '../../engine/events/schemas';
import { maxMs } from '../../engine/events/kinds';
import { parseOrUndefined } from '../util/schemas';
import {
  headerSchema,
  journalSchema,
  lineSchemas,
  type EventsLine,
  type HeaderLine,
  type JournalLine,
  type Schemas,
} from './journalSchema';

export function encodeLine(line: HeaderLine | JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}

export function encodeJournal(header: HeaderLine, lines: readonly JournalLine[]): Buffer {
  return Buffer.from([header, ...lines].map(encodeLine).join(''));
}

export interface SalvagedJournal {
  readonly header?: HeaderLine | undefined;
  readonly lines: readonly JournalLine[];
  readonly validBytes: number;
  readonly damage?: string | undefined;
}

/** The damage of a file that a newer version of the extension has written. Such a file must not be changed. */
export const newerSchema = 'the file has a newer schema';

// Journals that the extension writes stay below these limits. A file that exceeds one of them counts as damaged.
const maxExchanges = 5000;
/** Maximum total cost of the events and restarts of an exchange. */
const maxCost = 10_000;
/** Costs that differ from 1. A replaced text and a restart are expensive, because each of them copies the answer. */
const costs: Readonly<Record<string, number>> = { text: 0, reasoning: 0, 'tool-call': 0, replaced: 100, rerun: 10 };
/** Number of invalid lines after which the rest of a file is not read, because it can hardly contain valid ones. */
const maxInvalidLines = 1000;

const schemasOfEvents: Schemas<RecordedEvent> = new Map(Object.entries(eventSchemas));

const lineFeed = 0x0a;
const headerStart = '{"type":"conversation"';
const eventsStart = Buffer.from('{"type":"events"');

interface Turn {
  isUnfinished: boolean;
  /** Whether the answer may lack a part, so that nothing after it can be used. */
  hasGap: boolean;
  cost: number;
}

/**
 * Returns all valid lines of a journal. If a damaged line may have been part of an answer, the later part of that
 * answer is left out, because a text with a gap would look complete.
 * @param withEvents false to skip the lines with events, which make up most of a file
 */
export function salvageJournal(content: Buffer, { withEvents = true } = {}): SalvagedJournal {
  const validBytes = content.lastIndexOf(lineFeed) + 1;
  if (validBytes === 0 && headerStart.startsWith(content.toString('utf8', 0, headerStart.length)))
    return { lines: [], validBytes };
  // Decodes each line separately, because the complete file may exceed the maximum length of a string.
  let end = content.indexOf(lineFeed);
  const header = parseOrUndefined(headerSchema, parseJson(content.toString('utf8', 0, Math.max(0, end))));
  if (!header) return { lines: [], validBytes, damage: 'the first line is not a header' };
  if (header.schema !== journalSchema) return { lines: [], validBytes, damage: newerSchema };
  const lines: JournalLine[] = [];
  const turns = new Map<string, Turn>();
  const columnCounts = new Map<string, number>();
  let damage: string | undefined;
  let invalidLines = 0;
  for (let number = 2; end + 1 < validBytes && invalidLines <= maxInvalidLines; number++) {
    const start = end + 1;
    end = content.indexOf(lineFeed, start);
    if (!withEvents && content.subarray(start, start + eventsStart.length).equals(eventsStart)) continue;
    const line = decodeLine(content.toString('utf8', start, end), turns, columnCounts);
    const usable = line && usablePart(line, turns);
    if (usable) lines.push(usable);
    if (!line || sizeOf(usable) < sizeOf(line)) damage ??= `line ${number} is invalid`;
    if (line) continue;
    invalidLines++;
    // Every unfinished answer may have a gap here, because it is unknown to which exchange the line belongs.
    for (const turn of turns.values()) {
      turn.hasGap ||= turn.isUnfinished;
    }
  }
  return { header, lines, validBytes, damage };
}

/**
 * Decodes a line, but not the events in it. Adds the turn of a new exchange to `turns`.
 * @param columnCounts the number of columns of each comparison, which a new column increases
 */
function decodeLine(
  text: string,
  turns: Map<string, Turn>,
  columnCounts: Map<string, number>,
): JournalLine | undefined {
  const line = parseByType(lineSchemas, parseJson(text));
  if (!line || line.type === 'title') return line;
  if (line.type !== 'exchange') return turns.has(line.exchangeId) ? line : undefined;
  if (turns.has(line.id) || turns.size >= maxExchanges || (line.after && !turns.has(line.after))) return undefined;
  if (line.comparison !== undefined) {
    const columns = (columnCounts.get(line.comparison) ?? 0) + 1;
    if (columns > maxCompared) return undefined;
    columnCounts.set(line.comparison, columns);
  }
  turns.set(line.id, { isUnfinished: true, hasGap: false, cost: 0 });
  return line;
}

function sizeOf(line: JournalLine | undefined): number {
  return line?.type === 'events' ? line.events.length : Number(line !== undefined);
}

function usablePart(line: JournalLine, turns: ReadonlyMap<string, Turn>): JournalLine | undefined {
  const turn = line.type === 'events' || line.type === 'rerun' ? turns.get(line.exchangeId) : undefined;
  if (!turn) return line;
  if (line.type === 'events') return usableEvents(line, turn);
  turn.hasGap ||= !isWithinLimit(turn, line.type);
  turn.isUnfinished = true;
  return turn.hasGap ? undefined : line;
}

function usableEvents(line: EventsLine, turn: Turn): EventsLine | undefined {
  const events: RecordedEvent[] = [];
  for (const value of line.events) {
    if (turn.hasGap) break;
    const event = parseText(value) ?? parseByType(schemasOfEvents, value);
    if (event && isWithinLimit(turn, event.type)) {
      events.push(event);
      turn.isUnfinished = !isTerminal(event);
    } else if (carriesText(value)) turn.hasGap = true;
  }
  return events.length > 0 ? { ...line, events } : undefined;
}

function isWithinLimit(turn: Turn, type: string): boolean {
  const cost = costs[type] ?? 1;
  turn.cost += cost;
  return cost === 0 || turn.cost <= maxCost;
}

/** Whether the loss of an event would leave a gap in the answer. */
function carriesText(value: unknown): boolean {
  const type = isRecord(value) ? value['type'] : undefined;
  return type === 'text' || type === 'reasoning' || type === 'replaced' || type === 'tool-call';
}

/** Checks text and reasoning without a schema, which would take a hundred times as long for most of a journal. */
function parseText(value: unknown): TextEvent | undefined {
  if (!isRecord(value)) return undefined;
  const { type, attempt, at, text } = value;
  if ((type !== 'text' && type !== 'reasoning') || typeof text !== 'string') return undefined;
  return isMs(attempt) && Number.isInteger(attempt) && isMs(at) ? { type, attempt, at, text } : undefined;
}

function isMs(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= maxMs;
}

function parseByType<T>(schemas: Schemas<T>, value: unknown): T | undefined {
  const schema = isRecord(value) ? schemas.get(value['type']) : undefined;
  return schema && parseOrUndefined(schema, value);
}
