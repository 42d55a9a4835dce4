import { chmod, lstat, readdir } from 'node:fs/promises';
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
