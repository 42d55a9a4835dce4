import { open, rename, rm, utimes } from 'node:fs/promises';
import { privateFileMode } from './privateFiles';

/**
 * Puts `content` in a file's place: whenever the process or the machine dies, the old file is there whole, or the new one.
 * @param at epoch milliseconds: a conversation is as old as its last word, not as its last rewriting
 */
export async function rewriteJournal(path: string, content: Buffer, at: number): Promise<void> {
  const beside = `${path}.tmp`;
  try {
    const file = await open(beside, 'w', privateFileMode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await utimes(beside, at / 1000, at / 1000);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}
