import { futimesSync } from 'node:fs';
import { utimes, type FileHandle } from 'node:fs/promises';
import type { JournalLine } from '../conversation/journalSchema';

// A conversation is as old as its last word, and its file's time says so. Of a file that belongs to somebody else the time
// can't be set; little is lost by that.

/** A name, a version that is looked at or a turn that is found broken off make a conversation no younger. */
export function saysSomething(line: JournalLine): boolean {
  switch (line.type) {
    case 'exchange':
    case 'events':
    case 'rerun':
      return true;
    case 'interrupted':
    case 'show':
    case 'title':
      return false;
  }
}

/** @param at epoch milliseconds */
export async function keepAge(file: FileHandle | string, at: number): Promise<void> {
  const kept = typeof file === 'string' ? utimes(file, at / 1000, at / 1000) : file.utimes(at / 1000, at / 1000);
  await kept.catch(() => undefined);
}

export function keepAgeSync(file: number, at: number): void {
  try {
    futimesSync(file, at / 1000, at / 1000);
  } catch {
    // See above.
  }
}
