import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Clock } from '../../engine/clock';
import { privateFileMode } from './files';

/** Interval at which a process tries to create a lock file that another process has created, in milliseconds. */
const retryMs = 25;
/**
 * Age at which an unchanged lock file is removed, in milliseconds. A lock is usually held for a few milliseconds only, so
 * the process that created such an old file has probably ended.
 */
const staleAfterMs = 10_000;

/**
 * Does work while no other process does work with the same lock file.
 * @param path path of the lock file, in an existing folder
 * @throws the error of the file system if the lock file can't be created
 */
export async function runLocked<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  await acquire(path, clock, token);
  try {
    return await work();
  } finally {
    // Leaves the lock of another process in place, which has removed this one because it looked stale.
    if ((await holderOf(path)) === token) await rm(path, { force: true }).catch(() => undefined);
  }
}

async function acquire(path: string, clock: Clock, token: string): Promise<void> {
  let holder: string | undefined;
  let heldSince = clock.monotonicNow();
  for (;;) {
    try {
      await writeFile(path, token, { flag: 'wx', mode: privateFileMode });
      return;
    } catch (error) {
      const current = await holderOf(path);
      const isSame = current === holder;
      const isStale = isSame && clock.monotonicNow() - heldSince >= staleAfterMs;
      // If no lock file could be read for that long, creating it fails for another reason, such as a missing permission.
      // The check waits, because Windows also reports an error for a moment while another process removes the file.
      if (isStale && current === undefined) throw error;
      if (isStale) await removeStale(path, token);
      if (!isSame || isStale) [holder, heldSince] = [current, clock.monotonicNow()];
    }
    await new Promise<void>((resolve) => clock.after(retryMs, resolve));
  }
}

async function removeStale(path: string, token: string): Promise<void> {
  // Renames the file first, because only one process can rename it.
  const removed = `${path}.${token}`;
  await rename(path, removed)
    .then(() => rm(removed, { force: true }))
    .catch(() => undefined);
}

/** Returns the token of the process that has the lock, or undefined if the lock file can't be read. */
async function holderOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
