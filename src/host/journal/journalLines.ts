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

/** The damage of a file that a newer version of the extension has written. Such a file must not be changed. */
export const newerSchema = 'the file has a newer schema';

// Journals that the extension writes stay below these limits. A file that exceeds one of them counts as damaged.
const maxAnswers = 5000;
/** Maximum total weight of the events and restarts of an answer. */
const maxWeight = 10_000;
/** Weights that differ from 1. A replaced text and a restart weigh much, because each of them copies the answer. */
const weights: Readonly<Record<string, number>> = { text: 0, reasoning: 0, 'tool-call': 0, replaced: 100, rerun: 10 };
/** Number of invalid lines after which the rest of a file is not read, because it can hardly contain valid ones. */
const maxInvalidLines = 1000;

const schemasOfEvents = new Map<unknown, GenericSchema<unknown, RecordedEvent>>(Object.entries(eventSchemas));

const lineFeed = 0x0a;
const headerStart = '{"type":"conversation"';
const eventsStart = Buffer.from('{"type":"events"');

interface Turn {
  readonly isSummary: boolean;
  isUnfinished: boolean;
  /** Whether the answer may lack a part, so that nothing after it can be used. */
  hasGap: boolean;
  weight: number;
}

/** What the earlier records of a file have created. */
interface Known {
  readonly exchanges: Set<string>;
  /** The turns, keyed by the id of their answer. */
  readonly turns: Map<string, Turn>;
}

/**
 * Returns all valid records of a journal. If a damaged line may have been part of an answer, the later part of that
 * answer is left out, because a text with a gap would look complete.
 * @param withEvents false to skip the records with events, which make up most of a file
 */
export function salvageJournal(content: Buffer, { withEvents = true } = {}): SalvagedJournal {
  const validBytes = content.lastIndexOf(lineFeed) + 1;
  if (validBytes === 0 && headerStart.startsWith(content.toString('utf8', 0, headerStart.length)))
    return { records: [], validBytes };
  // Decodes each line separately, because the complete file may exceed the maximum length of a string.
  let end = content.indexOf(lineFeed);
  const header = parseOrUndefined(headerSchema, parseJson(content.toString('utf8', 0, Math.max(0, end))));
  if (!header) return { records: [], validBytes, damage: 'the first line is not a header' };
  if (header.schema !== journalSchema) return { records: [], validBytes, damage: newerSchema };
  const records: JournalRecord[] = [];
  const known: Known = { exchanges: new Set(), turns: new Map() };
  let damage: string | undefined;
  let invalidLines = 0;
  for (let number = 2; end + 1 < validBytes && invalidLines <= maxInvalidLines; number++) {
    const start = end + 1;
    end = content.indexOf(lineFeed, start);
    if (!withEvents && content.subarray(start, start + eventsStart.length).equals(eventsStart)) continue;
    const record = parseByType(recordSchemas, parseJson(content.toString('utf8', start, end)));
    const valid = record && validPart(record, known);
    const usable = valid && usablePart(valid, known);
    if (usable) records.push(usable);
    if (!valid || sizeOf(usable) < sizeOf(record)) damage ??= `line ${number} is invalid`;
    if (valid) continue;
    invalidLines++;
    // Every unfinished answer may have a gap here, because it is unknown to which answer the line belongs.
    for (const turn of known.turns.values()) {
      turn.hasGap ||= turn.isUnfinished;
    }
  }
  return { header, records, validBytes, damage };
}

/**
 * Returns a record if everything that it names was created earlier and what it creates is new, so that no file can
 * contain a circle. Leaves out answers that exist already.
 */
function validPart(record: JournalRecord, known: Known): JournalRecord | undefined {
  const { exchanges, turns } = known;
  const canPrecede = (id: string): boolean => id === '' || turns.get(id)?.isSummary === false;
  switch (record.type) {
    case 'title':
    case 'gateways':
      return record;
    case 'exchange': {
      const isValid = !exchanges.has(record.id) && canPrecede(record.after);
      const added = isValid ? withNewAnswers(record, known) : undefined;
      if (added) exchanges.add(record.id);
      return added;
    }
    case 'answers':
      return exchanges.has(record.exchange) ? withNewAnswers(record, known) : undefined;
    case 'summary':
      return canPrecede(record.upTo) && addTurn(record.answer.id, known, true) ? record : undefined;
    default:
      return turns.has(record.answer) ? record : undefined;
  }
}

function withNewAnswers<T extends RecordOf<'exchange' | 'answers'>>(record: T, known: Known): T | undefined {
  const answers = record.answers.filter(({ id }) => addTurn(id, known));
  return answers.length > 0 ? { ...record, answers } : undefined;
}

/** @returns false if the answer exists already */
function addTurn(answerId: string, { turns }: Known, isSummary = false): boolean {
  if (turns.has(answerId) || turns.size >= maxAnswers) return false;
  turns.set(answerId, { isSummary, isUnfinished: true, hasGap: false, weight: 0 });
  return true;
}

/** Returns how many parts a record has, of which each can be lost alone. */
function sizeOf(record: JournalRecord | undefined): number {
  if (record?.type === 'events') return record.events.length;
  return record && 'answers' in record ? record.answers.length : Number(record !== undefined);
}

function usablePart(record: JournalRecord, { turns }: Known): JournalRecord | undefined {
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

function parseByType<T>(schemas: ReadonlyMap<unknown, GenericSchema<unknown, T>>, value: unknown): T | undefined {
  const schema = isRecord(value) ? schemas.get(value['type']) : undefined;
  return schema && parseOrUndefined(schema, value);
}
