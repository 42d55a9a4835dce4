import { chmod, lstat, open, readdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Conversations are private: other users of the machine can't read them. Windows ignores these modes. */
export const privateFileMode = 0o600;
export const privateFolderMode = 0o700;

/**
 * Removes the permissions of other users from a folder and its files. The files of other users and the targets of
 * symbolic links are not changed.
 */
export async function makePrivate(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await tighten(folder, privateFolderMode);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) await tighten(join(folder, name), privateFileMode);
}

async function tighten(path: string, mode: number): Promise<void> {
  try {
    const found = await lstat(path);
    const isMeant = mode === privateFolderMode ? found.isDirectory() : found.isFile();
    if (isMeant && (found.mode & 0o077) !== 0) await chmod(path, mode);
  } catch {
    // The entry is gone or belongs to another user.
  }
}

/**
 * Puts `content` in a file's place: whenever the process or the machine dies, either the old file or the new one is there
 * as a whole.
 * @param at the time of the file, in epoch milliseconds; absent: now
 * @param beside where the content is written first; two windows that may replace the file at once need two such places
 */
export async function replaceFile(
  path: string,
  content: Buffer | string,
  { at, beside = `${path}.tmp` }: { readonly at?: number; readonly beside?: string } = {},
): Promise<void> {
  try {
    const file = await open(beside, 'w', privateFileMode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (at !== undefined) await utimes(beside, at / 1000, at / 1000);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}
