import { rm, truncate } from 'node:fs/promises';
import { compactJournal } from './compactJournal';
import { keepAge } from './journalAge';
import type { JournalEntry, JournalFolder } from './journalFolder';
import { encodeJournal, type SalvagedJournal } from './journalLines';
import { journalSchema, type HeaderLine } from './journalSchema';
import { rewriteJournal } from './rewriteJournal';

/** Smaller files are not worth rewriting, and larger ones only where that at least halves them. */
const compactBytes = 512 * 1024;

/** A file that was read whole, but for a torn last line. */
export interface WholeJournal extends Pick<SalvagedJournal, 'lines' | 'validBytes'> {
  readonly header: HeaderLine;
  readonly content: Buffer;
}

/**
 * Cuts off a torn line; rewrites a file of an older schema, or one that is much larger than it need be.
 * @returns the size of the file
 */
export async function tidyJournal(
  folder: JournalFolder,
  { id, at }: JournalEntry,
  { header, lines, validBytes, content }: WholeJournal,
): Promise<number> {
  const isOlder = header.schema < journalSchema;
  if (isOlder || validBytes > compactBytes) {
    const compacted = encodeJournal({ ...header, schema: journalSchema }, compactJournal(lines));
    if (isOlder || compacted.length * 2 <= validBytes) {
      try {
        await rewriteJournal(folder.path(id), compacted, at);
        return compacted.length;
      } catch {
        // A full disk, perhaps; the file is as good as before, and writing to it will tell.
      }
    }
  }
  if (validBytes < content.length) {
    await truncate(folder.path(id), validBytes);
    await keepAge(folder.path(id), at);
  }
  return validBytes;
}

/**
 * Puts a damaged file aside and what could be read of it in its place.
 * @returns where the damaged file is kept, and the size of the one in its place; 0: there is none
 */
export async function replaceDamaged(
  folder: JournalFolder,
  { id, at }: JournalEntry,
  header: HeaderLine,
  lines: SalvagedJournal['lines'],
): Promise<{ readonly keptAs: string; readonly size: number }> {
  if (!lines.length) return { keptAs: await folder.moveAside(id), size: 0 };
  let keptAs: string | undefined;
  try {
    // A copy, so that there is a file under this name at any moment.
    keptAs = await folder.copyAside(id);
    const content = encodeJournal(header, lines);
    await rewriteJournal(folder.path(id), content, at);
    return { keptAs, size: content.length };
  } catch {
    // No room for a second file: the damaged one itself is put aside.
    if (keptAs !== undefined) await rm(keptAs, { force: true });
    return { keptAs: await folder.moveAside(id), size: 0 };
  }
}
