import { createHash } from 'node:crypto';
import { chmod, constants, copyFile, lstat, mkdir, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hasCode,
  makePrivate,
  openWithoutBlocking,
  privateFileMode,
  privateFolderMode,
  ignoreMissingFile,
} from '../util/files';

/** The file of a conversation. */
export interface JournalEntry {
  readonly id: string;
  /** Epoch milliseconds of the last write. */
  readonly modifiedAt: number;
  readonly size: number;
}

const journalExtension = '.jsonl';
const hiddenSuffix = '.deleted';
const temporarySuffix = '.tmp';
/**
 * Maximum size of a file that is read, in bytes. A larger file is listed, but neither opened nor searched, because
 * reading it would block all extensions and fill their memory.
 */
const maxFileBytes = 128 * 1024 * 1024;
/** The greatest number of epoch milliseconds that a `Date` can represent. */
const maxDateMs = 8.64e15;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Returns whether a value is the id of a conversation. Only UUIDs are accepted, because ids become file names and may
 * come from the stored state of a webview.
 */
export function isConversationId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

/** The folder with the conversations of a workspace, including hidden and damaged files. */
export class JournalFolder {
  constructor(private readonly folder: string) {}

  path(id: string): string {
    return join(this.folder, `${id}${journalExtension}`);
  }

  /**
   * Reads a file.
   * @returns undefined when there is no regular file with this name, or the file is too large to be read
   */
  async read(id: string): Promise<Buffer | undefined> {
    const file = await openWithoutBlocking(this.path(id)).catch(ignoreMissingFile);
    if (!file) return undefined;
    try {
      const stats = await file.stat();
      return stats.isFile() && stats.size <= maxFileBytes ? await file.readFile() : undefined;
    } finally {
      await file.close();
    }
  }

  /**
   * Returns the size and the age of a file.
   * @returns undefined when there is no regular file with this name, or the file system can't report its size and age
   */
  async entry(id: string): Promise<JournalEntry | undefined> {
    const stats = await stat(this.path(id)).catch(() => undefined);
    return stats?.isFile() ? { id, modifiedAt: clampTime(stats.mtimeMs), size: stats.size } : undefined;
  }

  /** Returns whether no conversation, hidden conversation or other entry of the folder uses this id. */
  async isUnusedId(id: string): Promise<boolean> {
    const paths = [this.path(id), `${this.path(id)}${hiddenSuffix}`];
    const entries = await Promise.all(paths.map((path) => lstat(path).catch(ignoreMissingFile)));
    return entries.every((stats) => stats === undefined);
  }

  async listNewestFirst(): Promise<readonly JournalEntry[]> {
    const ids = (await this.fileNames()).flatMap((name) => idFromName(name, journalExtension) ?? []);
    const entries = await Promise.all(ids.map((id) => this.entry(id)));
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.modifiedAt - a.modifiedAt);
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  /**
   * Hides a file until `unhide` or `deleteHidden` is called.
   * @returns whether the file existed
   */
  async hide(id: string): Promise<boolean> {
    return renameIfPresent(this.path(id), `${this.path(id)}${hiddenSuffix}`);
  }

  async unhide(id: string): Promise<void> {
    await renameIfPresent(`${this.path(id)}${hiddenSuffix}`, this.path(id));
  }

  async deleteHidden(id: string): Promise<void> {
    await rm(`${this.path(id)}${hiddenSuffix}`, { force: true });
  }

  /**
   * Deletes `.deleted` files of hidden conversations and `.tmp` files of interrupted writes.
   * @param before epoch milliseconds. Files that were changed later are kept.
   */
  async deleteStale(before: number): Promise<void> {
    for (const name of await this.fileNames()) {
      if (
        !idFromName(name, `${journalExtension}${hiddenSuffix}`) &&
        !idFromName(name, `${journalExtension}${temporarySuffix}`)
      )
        continue;
      const path = join(this.folder, name);
      const stats = await lstat(path).catch(() => undefined);
      // Uses the later of `ctime` and `mtime`, because hiding a file renames it, and renaming changes only `ctime`.
      // Errors are ignored, because a file that can't be removed must not prevent the others from being removed.
      if (stats && Math.max(stats.ctimeMs, stats.mtimeMs) < before)
        await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** Copies a damaged file to a name ending in `.corrupt`. @returns the path of the copy */
  async copyAside(id: string): Promise<string> {
    return this.putAside(id, async (path) => {
      await copyFile(this.path(id), path, constants.COPYFILE_EXCL);
      await chmod(path, privateFileMode);
    });
  }

  /** Renames a damaged file to a name ending in `.corrupt`. @returns the new path of the file */
  async moveAside(id: string): Promise<string> {
    return this.putAside(id, async (path) => {
      if (await stat(path).catch(ignoreMissingFile))
        throw Object.assign(new Error('the file exists'), { code: 'EEXIST' });
      await rename(this.path(id), path);
    });
  }

  /**
   * Calls `put` with the first path ending in `.corrupt` that does not exist yet, so that no damaged file that was
   * saved before is overwritten.
   */
  private async putAside(id: string, put: (path: string) => Promise<void>): Promise<string> {
    for (let number = 1; ; number++) {
      const path = `${this.path(id)}${number === 1 ? '' : `.${number}`}.corrupt`;
      try {
        await put(path);
        return path;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }

  private async fileNames(): Promise<readonly string[]> {
    return (await readdir(this.folder).catch(ignoreMissingFile)) ?? [];
  }
}

function idFromName(name: string, ending: string): string | undefined {
  const id = name.endsWith(ending) ? name.slice(0, -ending.length) : undefined;
  return isConversationId(id) ? id : undefined;
}

async function renameIfPresent(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    ignoreMissingFile(error);
    return false;
  }
}

function clampTime(timeMs: number): number {
  return Math.min(maxDateMs, Math.max(-maxDateMs, timeMs));
}

/**
 * If a lock of an earlier version of the extension is younger than this, in milliseconds, a window is assumed to be
 * still writing the conversation.
 */
const liveLockMs = 15_000;

/**
 * Returns the folder of a workspace's conversations, which is the same for all windows of the workspace. The storage
 * folder that VS Code provides for a workspace can't be used, because each window of a workspace may have a different
 * one. A new window may have a different one, too, if a remote server is still running the extension host of a killed
 * window.
 * @param globalStorage the storage folder of the extension for all workspaces
 * @param workspace the URI of the workspace file or folder, or `undefined` for a window without a workspace
 */
export function conversationsFolder(globalStorage: string, workspace: string | undefined): string {
  if (workspace === undefined) return join(globalStorage, 'conversations');
  const name = createHash('sha256').update(workspace).digest('hex').slice(0, 32);
  return join(globalStorage, 'workspaces', name, 'conversations');
}

/**
 * Prepares the folder of the conversations: moves the conversations that earlier versions of the extension stored
 * elsewhere into it, and makes the folder private to the user.
 * @param formerStorage storage folder of the window, where earlier versions stored conversations; `undefined` for a
 * window without a workspace
 */
export async function prepareFolder(folder: string, formerStorage: string | undefined): Promise<void> {
  try {
    if (formerStorage !== undefined) await moveConversations(join(formerStorage, 'conversations'), folder);
  } finally {
    await makePrivate(folder);
  }
}

/**
 * Moves the conversations that earlier versions of the extension stored in the storage folder of the window. A
 * conversation that a window of an earlier version is still writing is moved at a later start. If a file can't be
 * moved, the others still are.
 * @param from a folder that need not exist
 * @throws the first error, after every file has been tried
 */
export async function moveConversations(from: string, to: string, now = Date.now()): Promise<void> {
  const names = await readdir(from).catch(() => []);
  if (names.length === 0) return;
  await mkdir(to, { recursive: true, mode: privateFolderMode });
  const existing = new Set(await readdir(to));
  const failures: unknown[] = [];
  for (const name of names) {
    const lock = join(from, `${name.split('.', 1)[0] ?? ''}.lock`);
    const lockStats = await stat(lock).catch(() => undefined);
    if (lockStats && Math.abs(now - lockStats.mtimeMs) < liveLockMs) continue;
    try {
      if (!name.endsWith('.lock') && !existing.has(name)) await move(join(from, name), join(to, name));
      await rm(lock, { force: true });
    } catch (error) {
      // Ignores a missing file or an existing target, because another window that starts at the same time may have
      // moved the file or may be copying it. An interrupted copy is deleted later, and the next start moves the file
      // again.
      if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) failures.push(error);
    }
  }
  // Keeps the old folder if it still contains files: `rmdir` then fails, and the error is ignored.
  await rmdir(from).catch(() => undefined);
  if (failures.length > 0) throw failures[0];
}

/** Moves a file, preserves its modification time and makes the file private to the user. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    await chmod(to, privateFileMode);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    // Copies the file, because the folders are on different devices. The copy gets its final name only when it is
    // complete.
    const { mtime } = await stat(from);
    const copy = `${to}${temporarySuffix}`;
    await copyFile(from, copy, constants.COPYFILE_EXCL);
    await chmod(copy, privateFileMode);
    await utimes(copy, mtime, mtime);
    await rename(copy, to);
    await rm(from);
  }
}
