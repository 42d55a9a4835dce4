import { constants } from 'node:fs';
import { chmod, lstat, open, readdir, rename, rm, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** File mode that gives other users of the machine no access. Windows ignores file modes. */
export const privateFileMode = 0o600;
/** Folder mode that gives other users of the machine no access. Windows ignores file modes. */
export const privateFolderMode = 0o700;

/**
 * Removes the permissions of other users from a folder, and from its files if the folder had such permissions. Files of
 * other users and targets of symbolic links stay unchanged.
 */
export async function makePrivate(folder: string): Promise<void> {
  // Stops if the folder was already private, because other users can't reach the files of a private folder.
  if (process.platform === 'win32' || !(await restrictPermissions(folder, privateFolderMode))) return;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) await restrictPermissions(join(folder, name), privateFileMode);
}

/**
 * Removes the permissions of other users from a file or folder.
 * @returns whether other users had permissions
 */
async function restrictPermissions(path: string, mode: number): Promise<boolean> {
  try {
    const stats = await lstat(path);
    const isExpectedType = mode === privateFolderMode ? stats.isDirectory() : stats.isFile();
    const isOpen = isExpectedType && (stats.mode & 0o077) !== 0;
    if (isOpen) await chmod(path, mode);
    return isOpen;
  } catch {
    // Ignores the error: the file no longer exists, or it belongs to another user.
    return false;
  }
}

/**
 * Replaces a file atomically: after a crash of the process or the machine, either the old or the new file exists
 * completely.
 * @param at modification time of the file, in epoch milliseconds. The default is the current time.
 * @param beside path of the temporary file. VS Code windows that may replace the same file at the same time must pass
 * different paths.
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

/** Opens a file for reading. If the file is a pipe, does not wait for a writer. */
export async function openWithoutBlocking(path: string): Promise<FileHandle> {
  // Omits the flag `O_NONBLOCK` on Windows, where it does not exist. The file system of Windows has no pipes, so
  // opening a file can't wait for a writer.
  return open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
}

/** Returns undefined for an `ENOENT` error, for use in `catch`. @throws any other error */
export function ignoreMissingFile(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}

/** Returns the code of a thrown error, e.g. `ENOENT`, or its text if it has no code. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Returns whether a thrown value is an error with the given code, e.g. `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
