import { rm, truncate } from 'node:fs/promises';
import type { RecordedEvent } from '../../engine/events';
import { replaceFile } from '../util/files';
import { setModifiedTime } from './journalFile';
import type { JournalEntry, JournalFolder } from './journalFolder';
import { encodeJournal, type SalvagedJournal, mergeDeltas } from './journalLines';
import { journalSchema, type HeaderLine, type JournalLine } from './journalSchema';

/** Size, in bytes, above which a file may be compacted. The file is compacted only if this at least halves its size. */
const minCompactBytes = 512 * 1024;

/** A file without damage, except for a possibly incomplete last line. */
interface ReadableJournal extends Pick<SalvagedJournal, 'lines' | 'validBytes'> {
  readonly header: HeaderLine;
  readonly content: Buffer;
}

/**
 * Removes an incomplete last line, and rewrites a file that has an older schema or is much larger than necessary.
 * @returns the size of the file in bytes
 */
export async function tidyJournal(
  folder: JournalFolder,
  { id, modifiedAt }: JournalEntry,
  { header, lines, validBytes, content }: ReadableJournal,
): Promise<number> {
  const isOlderSchema = header.schema < journalSchema;
  if (isOlderSchema || validBytes > minCompactBytes) {
    const compacted = encodeJournal({ ...header, schema: journalSchema }, compactJournal(lines));
    if (isOlderSchema || compacted.length * 2 <= validBytes) {
      try {
        await replaceFile(folder.path(id), compacted, { at: modifiedAt });
        return compacted.length;
      } catch {
        // Ignores the error, because the old file can still be used. If the disk is full, the next write reports that.
      }
    }
  }
  if (validBytes < content.length) {
    await truncate(folder.path(id), validBytes);
    await setModifiedTime(folder.path(id), modifiedAt);
  }
  return validBytes;
}

/**
 * Saves a damaged file under another name and replaces it with a file that contains the readable lines.
 * @returns the path of the damaged file, and the size of the new file in bytes, which is 0 when no file was written
 */
export async function replaceDamaged(
  folder: JournalFolder,
  { id, modifiedAt }: JournalEntry,
  header: HeaderLine,
  lines: SalvagedJournal['lines'],
): Promise<{ readonly savedAs: string; readonly size: number }> {
  if (!lines.length) return { savedAs: await folder.moveAside(id), size: 0 };
  let copyPath: string | undefined;
  try {
    // Copies the damaged file instead of renaming it, so that a file with the original name always exists.
    copyPath = await folder.copyAside(id);
    const content = encodeJournal(header, lines);
    await replaceFile(folder.path(id), content, { at: modifiedAt });
    return { savedAs: copyPath, size: content.length };
  } catch {
    // Renames the damaged file if no second file can be written, for example because the disk is full.
    if (copyPath !== undefined) await rm(copyPath, { force: true });
    return { savedAs: await folder.moveAside(id), size: 0 };
  }
}

interface Segment {
  readonly type: 'segment';
  readonly exchangeId: string;
  /** Monotonic time of the first event since the turn was last started, continued or restarted, in milliseconds. */
  readonly startedAt: number;
  readonly events: RecordedEvent[];
}

/**
 * Returns the same conversation in fewer lines: one line for each segment of a turn, and one event for the text of each
 * second. Unrelated lines may change their order.
 */
export function compactJournal(lines: readonly JournalLine[]): readonly JournalLine[] {
  const compacted: (JournalLine | Segment)[] = [];
  const segments = new Map<string, Segment>();
  const starts = new Map<string, number>();
  for (const line of lines) {
    if (line.type !== 'events') {
      // Starts a new segment after a line that changes the state of the turn, because later events apply to the changed
      // state.
      if (line.type !== 'exchange' && line.type !== 'show' && line.type !== 'title') segments.delete(line.exchangeId);
      if (line.type === 'rerun') starts.delete(line.exchangeId);
      compacted.push(line);
      continue;
    }
    const { exchangeId, events } = line;
    const startedAt = starts.get(exchangeId) ?? events[0]?.at;
    if (startedAt === undefined) continue;
    starts.set(exchangeId, startedAt);
    let segment = segments.get(exchangeId);
    if (!segment) {
      segment = { type: 'segment', exchangeId, startedAt, events: [] };
      segments.set(exchangeId, segment);
      compacted.push(segment);
    }
    for (const event of events) segment.events.push(event);
  }
  return compacted.map((line) => (line.type === 'segment' ? toEventsLine(line) : line));
}

/** Joins the text that arrived within each second, because the throughput chart has a resolution of one second. */
function toEventsLine({ exchangeId, startedAt, events }: Segment): JournalLine {
  const second = ({ at }: RecordedEvent): number => Math.floor((at - startedAt) / 1000);
  return { type: 'events', exchangeId, events: mergeDeltas(events, (a, b) => second(a) === second(b)) };
}
