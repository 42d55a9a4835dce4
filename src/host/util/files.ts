import { constants } from 'node:fs';
import { open, rename, rm, utimes, type FileHandle } from 'node:fs/promises';

// Modes that give other users of the machine no access. Windows ignores them.
export const privateFileMode = 0o600;
export const privateFolderMode = 0o700;

/** After a crash, either the old or the new file exists completely. @param modifiedAt epoch milliseconds */
export async function replaceFile(path: string, content: Buffer | string, modifiedAt?: number): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w', privateFileMode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (modifiedAt !== undefined) await utimes(temporary, modifiedAt / 1000, modifiedAt / 1000);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Opens a file for reading. If the file is a pipe, does not wait for a writer. */
export async function openWithoutBlocking(path: string): Promise<FileHandle> {
  // Omits the flag `O_NONBLOCK` on Windows, where it does not exist. The file system of Windows has no pipes, so
  // opening a file can't wait for a writer.
  return open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
}

/**
 * Reads a regular file. Returns undefined if it does not exist.
 * @throws an error of the file system, also if the path leads to something other than a regular file, or to a larger
 * file
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
  const file = await openWithoutBlocking(path).catch(ignoreMissingFile);
  try {
    const stats = await file?.stat();
    if (stats && !stats.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' });
    if (stats && stats.size > maxBytes) throw Object.assign(new Error('the file is too large'), { code: 'EFBIG' });
    return await file?.readFile();
  } finally {
    await file?.close();
  }
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

export function hasCode(error: unknown, code: string): boolean {
  return errorCode(error) === code;
}
