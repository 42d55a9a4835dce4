import { constants } from 'node:fs';
import { chmod, lstat, open, readdir, rename, rm, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Conversations are private: other users of the machine can't read them. Windows ignores these modes. */
export const privateFileMode = 0o600;
export const privateFolderMode = 0o700;

/**
 * Removes the permissions of other users from a folder that has any, and then from its files. The files of other users and
 * the targets of symbolic links are not changed.
 */
export async function makePrivate(folder: string): Promise<void> {
  // Nobody else gets at the files of a private folder, so that a start need not look at each of them.
  if (process.platform === 'win32' || !(await restrictPermissions(folder, privateFolderMode))) return;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) await restrictPermissions(join(folder, name), privateFileMode);
}

/** Returns whether other users had permissions. */
async function restrictPermissions(path: string, mode: number): Promise<boolean> {
  try {
    const found = await lstat(path);
    const isMeant = mode === privateFolderMode ? found.isDirectory() : found.isFile();
    const isOpen = isMeant && (found.mode & 0o077) !== 0;
    if (isOpen) await chmod(path, mode);
    return isOpen;
  } catch {
    // The entry is gone or belongs to another user.
    return false;
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

/** Opens a file for reading. Opening a pipe does not wait for a writer. */
export async function openWithoutBlocking(path: string): Promise<FileHandle> {
  // Windows has neither this flag nor pipes among its files.
  return open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
}

export function unlessMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
