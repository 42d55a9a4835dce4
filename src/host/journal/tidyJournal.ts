import { rm, truncate } from 'node:fs/promises';
import type { RecordedEvent } from '../../engine/events';
import { replaceFile } from '../util/files';
import { setModifiedTime } from './journalFile';
import type { JournalEntry, JournalFolder } from './journalFolder';
import { encodeJournal, type SalvagedJournal, mergeDeltas } from './journalLines';
import { journalSchema, type HeaderLine, type JournalLine } from './journalSchema';

/** Smaller files are not worth rewriting, and larger ones only where that at least halves them. */
const minCompactBytes = 512 * 1024;

/** A file that was read whole, but for a torn last line. */
interface ReadableJournal extends Pick<SalvagedJournal, 'lines' | 'validBytes'> {
  readonly header: HeaderLine;
  readonly content: Buffer;
}

/**
 * Cuts off a torn line; rewrites a file of an older schema, or one that is much larger than it need be.
 * @returns the size of the file
 */
export async function tidyJournal(
  folder: JournalFolder,
  { id, modifiedAt: at }: JournalEntry,
  { header, lines, validBytes, content }: ReadableJournal,
): Promise<number> {
  const isOlder = header.schema < journalSchema;
  if (isOlder || validBytes > minCompactBytes) {
    const compacted = encodeJournal({ ...header, schema: journalSchema }, compactJournal(lines));
    if (isOlder || compacted.length * 2 <= validBytes) {
      try {
        await replaceFile(folder.path(id), compacted, { at });
        return compacted.length;
      } catch {
        // A full disk, perhaps; the file is as good as before, and writing to it will tell.
      }
    }
  }
  if (validBytes < content.length) {
    await truncate(folder.path(id), validBytes);
    await setModifiedTime(folder.path(id), at);
  }
  return validBytes;
}

/**
 * Puts a damaged file aside and what could be read of it in its place.
 * @returns where the damaged file is kept, and the size of the one in its place; 0: there is none
 */
export async function replaceDamaged(
  folder: JournalFolder,
  { id, modifiedAt: at }: JournalEntry,
  header: HeaderLine,
  lines: SalvagedJournal['lines'],
): Promise<{ readonly savedAs: string; readonly size: number }> {
  if (!lines.length) return { savedAs: await folder.moveAside(id), size: 0 };
  let keptAs: string | undefined;
  try {
    // A copy, so that there is a file under this name at any moment.
    keptAs = await folder.copyAside(id);
    const content = encodeJournal(header, lines);
    await replaceFile(folder.path(id), content, { at });
    return { savedAs: keptAs, size: content.length };
  } catch {
    // No room for a second file: the damaged one itself is put aside.
    if (keptAs !== undefined) await rm(keptAs, { force: true });
    return { savedAs: await folder.moveAside(id), size: 0 };
  }
}

interface Segment {
  readonly type: 'run';
  readonly exchangeId: string;
  /** When the turn last began, in the time of its events. */
  readonly startedAt: number;
  readonly events: RecordedEvent[];
}

/**
 * The same conversation in fewer lines: what a run of a turn has brought, piece by piece, in one, a second of text in one
 * event. Only the order of lines that have nothing to do with each other changes.
 */
export function compactJournal(lines: readonly JournalLine[]): readonly JournalLine[] {
  const compacted: (JournalLine | Segment)[] = [];
  const runs = new Map<string, Segment>();
  const starts = new Map<string, number>();
  for (const line of lines) {
    if (line.type !== 'events') {
      // What comes next has another state to start from.
      if (line.type === 'rerun' || line.type === 'interrupted') runs.delete(line.exchangeId);
      if (line.type === 'rerun') starts.delete(line.exchangeId);
      compacted.push(line);
      continue;
    }
    const { exchangeId, events } = line;
    const startedAt = starts.get(exchangeId) ?? events[0]?.at;
    if (startedAt === undefined) continue;
    starts.set(exchangeId, startedAt);
    let run = runs.get(exchangeId);
    if (!run) {
      run = { type: 'run', exchangeId, startedAt, events: [] };
      runs.set(exchangeId, run);
      compacted.push(run);
    }
    for (const event of events) run.events.push(event);
  }
  return compacted.map((line) => (line.type === 'run' ? toEventsLine(line) : line));
}

/** By the second: what is shown of how fast an answer came is no finer. */
function toEventsLine({ exchangeId, startedAt, events }: Segment): JournalLine {
  const second = ({ at }: RecordedEvent): number => Math.floor((at - startedAt) / 1000);
  return { type: 'events', exchangeId, events: mergeDeltas(events, (a, b) => second(a) === second(b)) };
}
