import { constants } from 'node:fs';
import { open, rename, rm, utimes, type FileHandle } from 'node:fs/promises';

// File modes that deny other users of the machine access to files and folders. Windows ignores the modes.
export const privateFileMode = 0o600;
export const privateFolderMode = 0o700;

/**
 * Replaces the content of a file. A crash leaves either the complete old file or the complete new file.
 * @param modifiedAt modification time of the file, in epoch milliseconds
 */
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

/** Opens a file for reading. If the file is a pipe, the call does not wait for a writer. */
export async function openWithoutBlocking(path: string): Promise<FileHandle> {
  // The flag `O_NONBLOCK` does not exist on Windows. The flag is not needed there, because the file system of Windows
  // contains no pipes.
  return open(path, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0));
}

/**
 * Reads a regular file, or returns undefined if the file does not exist.
 * @throws an error of the file system, or an error if the file is larger than `maxBytes` or is not a regular file
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

/**
 * Returns undefined for an error `ENOENT` (no such file), for use in `catch`.
 * @throws any other error
 */
export function ignoreMissingFile(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}

/** Returns the code of an error, such as `ENOENT`, or the error as text if it has no code. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

export function hasCode(error: unknown, code: string): boolean {
  return errorCode(error) === code;
}
