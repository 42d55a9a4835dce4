import type { GenericSchema } from 'valibot';
import { isTerminal, type RecordedEvent, type TextEvent } from '../../engine/events/events';
import { isRecord, parseJson } from '../../engine/json';
import { parseOrUndefined } from '../util/validation';
import { eventSchemas } from '../../engine/events/schemas';
import { maxMs } from '../../engine/events/kinds';
import {
  headerSchema,
  journalSchema,
  recordSchemas,
  type JournalHeader,
  type JournalRecord,
  type RecordOf,
} from './records';

export function encodeRecord(record: JournalHeader | JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

export function encodeJournal(header: JournalHeader, records: readonly JournalRecord[]): Buffer {
  return Buffer.from([header, ...records].map(encodeRecord).join(''));
}

interface SalvagedJournal {
  readonly header?: JournalHeader | undefined;
  readonly records: readonly JournalRecord[];
  readonly validBytes: number;
  readonly damage?: string | undefined;
}

/** Value of `damage` for a file that a newer version of the extension has written. The file must not be changed. */
export const newerSchema = 'the file has a newer schema';

// The extension writes only journals below the following limits. The part of a file that exceeds a limit is treated as
// damaged.
const maxAnswers = 5000;
/** Maximum size of an answer's events and restarts in the journal, as the sum of their {@link weights}. */
const maxWeight = 10_000;
/**
 * How much each event or record counts toward {@link maxWeight}, by its type. Unlisted types count as 1. A replaced
 * text and a restart count more, because each of them copies the answer.
 */
const weights: Readonly<Record<string, number>> = { text: 0, reasoning: 0, 'tool-call': 0, replaced: 100, rerun: 10 };
/**
 * Maximum number of invalid lines. After more invalid lines, reading stops, because the rest of the file is unlikely to
 * contain valid lines.
 */
const maxInvalidLines = 1000;

const schemasOfEvents = new Map<unknown, GenericSchema<unknown, RecordedEvent>>(Object.entries(eventSchemas));

const lineFeed = 0x0a;
const headerStart = '{"type":"conversation"';
const eventsStart = Buffer.from('{"type":"events"');

interface Turn {
  readonly isSummary: boolean;
  isUnfinished: boolean;
  /** Whether a part of the answer might be missing. If so, all later parts of the answer are ignored. */
  hasGap: boolean;
  weight: number;
}

/** Exchanges and turns that were found in the lines read so far. */
interface CreatedItems {
  readonly exchanges: Set<string>;
  /** Turns, keyed by the ids of their answers. */
  readonly turns: Map<string, Turn>;
}

/**
 * Returns all valid records of a journal. If a damaged line might have contained a part of an answer, the later parts
 * of that answer are left out. Otherwise, a text with a gap would look complete.
 * @param withEvents whether to read the records with events, which are the largest part of a file
 */
export function salvageJournal(content: Buffer, { withEvents = true } = {}): SalvagedJournal {
  const validBytes = content.lastIndexOf(lineFeed) + 1;
  if (validBytes === 0 && headerStart.startsWith(content.toString('utf8', 0, headerStart.length)))
    return { records: [], validBytes };
  // Each line is decoded separately, because the complete file can exceed the maximum length of a string.
  let end = content.indexOf(lineFeed);
  const header = parseOrUndefined(headerSchema, parseJson(content.toString('utf8', 0, Math.max(0, end))));
  if (!header) return { records: [], validBytes, damage: 'the first line is not a header' };
  if (header.schema !== journalSchema) return { records: [], validBytes, damage: newerSchema };
  const records: JournalRecord[] = [];
  const createdItems: CreatedItems = { exchanges: new Set(), turns: new Map() };
  let damage: string | undefined;
  let invalidLines = 0;
  for (let number = 2; end + 1 < validBytes && invalidLines <= maxInvalidLines; number++) {
    const start = end + 1;
    end = content.indexOf(lineFeed, start);
    if (!withEvents && content.subarray(start, start + eventsStart.length).equals(eventsStart)) continue;
    const record = parseByType(recordSchemas, parseJson(content.toString('utf8', start, end)));
    const valid = record && validPart(record, createdItems);
    const usableRecord = valid && usablePart(valid, createdItems);
    if (usableRecord) records.push(usableRecord);
    if (!valid || sizeOf(usableRecord) < sizeOf(record)) damage ??= `line ${number} is invalid`;
    if (valid) continue;
    invalidLines++;
    // The damaged line might belong to any unfinished answer, so each unfinished answer might have a gap.
    for (const turn of createdItems.turns.values()) {
      turn.hasGap ||= turn.isUnfinished;
    }
  }
  return { header, records, validBytes, damage };
}

/**
 * Returns the record without answers that already exist. Returns undefined if the record is not new, or if no earlier
 * line has created its exchange or answer. This also prevents cycles of exchanges.
 */
function validPart(record: JournalRecord, createdItems: CreatedItems): JournalRecord | undefined {
  const { exchanges, turns } = createdItems;
  const canPrecede = (id: string): boolean => id === '' || turns.get(id)?.isSummary === false;
  switch (record.type) {
    case 'title':
    case 'gateways':
      return record;
    case 'exchange': {
      const isValid = !exchanges.has(record.id) && canPrecede(record.parentAnswer);
      const validRecord = isValid ? withNewAnswers(record, createdItems) : undefined;
      if (validRecord) exchanges.add(record.id);
      return validRecord;
    }
    case 'answers':
      return exchanges.has(record.exchange) ? withNewAnswers(record, createdItems) : undefined;
    case 'deletion':
      return exchanges.has(record.exchange) ? record : undefined;
    case 'summary':
      return canPrecede(record.upTo) && addTurn(record.answer.id, createdItems, true) ? record : undefined;
    default:
      return turns.has(record.answer) ? record : undefined;
  }
}

function withNewAnswers<T extends RecordOf<'exchange' | 'answers'>>(
  record: T,
  createdItems: CreatedItems,
): T | undefined {
  const answers = record.answers.filter(({ id }) => addTurn(id, createdItems));
  return answers.length > 0 ? { ...record, answers } : undefined;
}

/**
 * Adds a turn for an answer.
 * @returns false if the answer already exists or the file has too many answers
 */
function addTurn(answerId: string, { turns }: CreatedItems, isSummary = false): boolean {
  if (turns.has(answerId) || turns.size >= maxAnswers) return false;
  turns.set(answerId, { isSummary, isUnfinished: true, hasGap: false, weight: 0 });
  return true;
}

/**
 * Returns the number of events or answers in a record. Records of other types have the size 1. Without a record, the
 * size is 0.
 */
function sizeOf(record: JournalRecord | undefined): number {
  if (record?.type === 'events') return record.events.length;
  return record && 'answers' in record ? record.answers.length : Number(record !== undefined);
}

function usablePart(record: JournalRecord, { turns }: CreatedItems): JournalRecord | undefined {
  const turn = record.type === 'events' || record.type === 'rerun' ? turns.get(record.answer) : undefined;
  if (!turn) return record;
  if (record.type === 'events') return usableEvents(record, turn);
  turn.hasGap ||= !isWithinLimit(turn, record.type);
  turn.isUnfinished = true;
  return turn.hasGap ? undefined : record;
}

function usableEvents(record: RecordOf<'events'>, turn: Turn): RecordOf<'events'> | undefined {
  const events: RecordedEvent[] = [];
  for (const value of record.events) {
    if (turn.hasGap) break;
    const event = parseText(value) ?? parseByType(schemasOfEvents, value);
    if (event && isWithinLimit(turn, event.type)) {
      events.push(event);
      turn.isUnfinished = !isTerminal(event);
    } else if (carriesText(value)) turn.hasGap = true;
  }
  return events.length > 0 ? { ...record, events } : undefined;
}

function isWithinLimit(turn: Turn, type: string): boolean {
  const weight = weights[type] ?? 1;
  turn.weight += weight;
  return weight === 0 || turn.weight <= maxWeight;
}

/** Returns whether the event contains a part of the answer. Without the event, the answer would have a gap. */
function carriesText(value: unknown): boolean {
  const type = isRecord(value) ? value['type'] : undefined;
  return type === 'text' || type === 'reasoning' || type === 'replaced' || type === 'tool-call';
}

/**
 * Checks an event with text or reasoning without using a schema. Most events of a journal are of these types, and a
 * schema would take a hundred times as long.
 */
function parseText(value: unknown): TextEvent | undefined {
  if (!isRecord(value)) return undefined;
  const { type, attempt, at, text } = value;
  if ((type !== 'text' && type !== 'reasoning') || typeof text !== 'string') return undefined;
  return isMs(attempt) && Number.isInteger(attempt) && isMs(at) ? { type, attempt, at, text } : undefined;
}

function isMs(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= maxMs;
}

function parseByType<T>(schemas: ReadonlyMap<unknown, GenericSchema<unknown, T>>, value: unknown): T | undefined {
  const schema = isRecord(value) ? schemas.get(value['type']) : undefined;
  return schema && parseOrUndefined(schema, value);
}
