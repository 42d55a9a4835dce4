import { createHash } from 'node:crypto';
import { chmod, constants, copyFile, lstat, mkdir, readdir, rename, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hasCode,
  makePrivate,
  openWithoutBlocking,
  privateFileMode,
  privateFolderMode,
  unlessMissing,
} from '../util/files';

/** A conversation on disk, closed or not. */
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
 * Maximum size of a file in bytes. A larger file is listed, but neither read nor searched, because that would block all
 * extensions and fill their memory.
 */
const maxFileBytes = 128 * 1024 * 1024;
/** The last epoch millisecond that a `Date` can have. */
const maxDateMs = 8.64e15;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids name files and come back from the webview's state: nothing but a UUID gets near a path. */
export function isConversationId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

/** The files of a workspace's conversations, and those that were put aside. */
export class JournalFolder {
  constructor(private readonly folder: string) {}

  path(id: string): string {
    return join(this.folder, `${id}${journalExtension}`);
  }

  /** @returns undefined when there is no regular file, or the file is too large to be read */
  async read(id: string): Promise<Buffer | undefined> {
    const file = await openWithoutBlocking(this.path(id)).catch(unlessMissing);
    if (!file) return undefined;
    try {
      const found = await file.stat();
      return found.isFile() && found.size <= maxFileBytes ? await file.readFile() : undefined;
    } finally {
      await file.close();
    }
  }

  /** @returns undefined when there is no regular file, or its status can't be read */
  async entry(id: string): Promise<JournalEntry | undefined> {
    const found = await stat(this.path(id)).catch(() => undefined);
    return found?.isFile() ? { id, modifiedAt: clampedTime(found.mtimeMs), size: found.size } : undefined;
  }

  /** Returns whether the id is free: no conversation, hidden conversation, folder or other entry has it. */
  async isUnusedId(id: string): Promise<boolean> {
    const paths = [this.path(id), `${this.path(id)}${hiddenSuffix}`];
    const found = await Promise.all(paths.map((path) => lstat(path).catch(unlessMissing)));
    return found.every((each) => each === undefined);
  }

  async listNewestFirst(): Promise<readonly JournalEntry[]> {
    const ids = (await this.fileNames()).flatMap((name) => idFromName(name, journalExtension) ?? []);
    const entries = await Promise.all(ids.map((id) => this.entry(id)));
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.modifiedAt - a.modifiedAt);
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  /** @returns whether there was one */
  async hide(id: string): Promise<boolean> {
    return renameIfPresent(this.path(id), `${this.path(id)}${hiddenSuffix}`);
  }

  async unhide(id: string): Promise<void> {
    await renameIfPresent(`${this.path(id)}${hiddenSuffix}`, this.path(id));
  }

  async deleteHidden(id: string): Promise<void> {
    await rm(`${this.path(id)}${hiddenSuffix}`, { force: true });
  }

  /** Deletes what nobody can want back any more: files hidden, or half written, before `before` (epoch milliseconds). */
  async deleteStale(before: number): Promise<void> {
    for (const name of await this.fileNames()) {
      if (
        !idFromName(name, `${journalExtension}${hiddenSuffix}`) &&
        !idFromName(name, `${journalExtension}${temporarySuffix}`)
      )
        continue;
      const path = join(this.folder, name);
      // A file that is renamed keeps the time of its last write; only the other one says when that was.
      const found = await lstat(path).catch(() => undefined);
      // A file that can't be removed must not prevent others from being removed.
      if (found && Math.max(found.ctimeMs, found.mtimeMs) < before)
        await rm(path, { force: true }).catch(() => undefined);
    }
  }

  /** The damaged file stays where it is, too. @returns the path of the copy */
  async copyAside(id: string): Promise<string> {
    return this.putAside(id, async (path) => {
      await copyFile(this.path(id), path, constants.COPYFILE_EXCL);
      await chmod(path, privateFileMode);
    });
  }

  /** @returns where the damaged file is now */
  async moveAside(id: string): Promise<string> {
    return this.putAside(id, async (path) => {
      if (await stat(path).catch(unlessMissing)) throw Object.assign(new Error('there is one'), { code: 'EEXIST' });
      await rename(this.path(id), path);
    });
  }

  /** An earlier file that was put aside is as precious as this one. */
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
    return (await readdir(this.folder).catch(unlessMissing)) ?? [];
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
    unlessMissing(error);
    return false;
  }
}

function clampedTime(at: number): number {
  return Math.min(maxDateMs, Math.max(-maxDateMs, at));
}

/** A window of an earlier version that has touched its lock this recently still writes the conversation. */
const liveLockMs = 15_000;

/**
 * Returns the folder of a workspace's conversations: the same for all windows of the workspace. VS Code gives each window
 * of a workspace a storage folder of its own, also the window that follows one which was killed while a server still keeps
 * the extension host of that one.
 * @param globalStorage the storage folder of the extension for all workspaces
 * @param workspace the URI of the workspace file or folder; absent: the window has neither
 */
export function conversationsFolder(globalStorage: string, workspace: string | undefined): string {
  if (workspace === undefined) return join(globalStorage, 'conversations');
  const name = createHash('sha256').update(workspace).digest('hex').slice(0, 32);
  return join(globalStorage, 'workspaces', name, 'conversations');
}

/**
 * Makes the folder of the conversations ready: what earlier versions left elsewhere is in it, and only the user can read it.
 * @param formerStorage storage folder of the window, where earlier versions kept conversations. Absent for windows without
 * a workspace
 */
export async function prepareFolder(folder: string, formerStorage: string | undefined): Promise<void> {
  try {
    if (formerStorage !== undefined) await moveConversations(join(formerStorage, 'conversations'), folder);
  } finally {
    await makePrivate(folder);
  }
}

/**
 * Moves the conversations that earlier versions kept in the storage folder of the window. A conversation that a window of
 * an earlier version still writes is moved at a later start. A file that can't be moved does not prevent others from being
 * moved: the first error is thrown in the end.
 * @param from may be missing
 */
export async function moveConversations(from: string, to: string, now = Date.now()): Promise<void> {
  const names = await readdir(from).catch(() => []);
  if (names.length === 0) return;
  await mkdir(to, { recursive: true, mode: privateFolderMode });
  const there = new Set(await readdir(to));
  const failures: unknown[] = [];
  for (const name of names) {
    const lock = join(from, `${name.split('.', 1)[0] ?? ''}.lock`);
    const locked = await stat(lock).catch(() => undefined);
    if (locked && Math.abs(now - locked.mtimeMs) < liveLockMs) continue;
    try {
      if (!name.endsWith('.lock') && !there.has(name)) await move(join(from, name), join(to, name));
      await rm(lock, { force: true });
    } catch (error) {
      // Two windows may start at once, and the other one may have moved the file, or be copying it. A copy that was
      // interrupted is swept later, and the next start moves the file.
      if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) failures.push(error);
    }
  }
  // The folder stays while there is something in it.
  await rmdir(from).catch(() => undefined);
  if (failures.length > 0) throw failures[0];
}

/** Moves a file, which keeps its time and becomes private. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
    await chmod(to, privateFileMode);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    // The folders are on different devices. The file gets its name only when all of it is there.
    const { mtime } = await stat(from);
    const copy = `${to}${temporarySuffix}`;
    await copyFile(from, copy, constants.COPYFILE_EXCL);
    await chmod(copy, privateFileMode);
    await utimes(copy, mtime, mtime);
    await rename(copy, to);
    await rm(from);
  }
}
