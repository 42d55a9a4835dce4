import { createHash } from 'node:crypto';
import { chmod, constants, copyFile, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissingFile, openWithoutBlocking, privateFileMode } from '../util/files';
import { ImageStore } from './imageStore';

export interface JournalEntry {
  readonly id: string;
  readonly modifiedAt: number;
  readonly size: number;
}

const journalExtension = '.jsonl';
/** Maximum size of a journal file, in bytes. Reading a larger file would block all extensions. */
const maxFileBytes = 128 * 1024 * 1024;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Returns whether a value is the id of a conversation. Only UUIDs are accepted: ids become file names, and a webview's
 * stored state could contain any string.
 */
export function isConversationId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

/**
 * Returns the folder for the conversations of a workspace. VS Code's storage folder for the workspace is not used,
 * because windows of the same workspace can have different storage folders.
 */
export function conversationsFolder(globalStorage: string, workspace: string | undefined): string {
  if (workspace === undefined) return join(globalStorage, 'conversations');
  const name = createHash('sha256').update(workspace).digest('hex').slice(0, 32);
  return join(globalStorage, 'workspaces', name, 'conversations');
}

/** The folder with the journal files of a workspace. Each file is named after the id of its conversation. */
export class JournalFolder {
  /** The images of the conversations. */
  readonly images: ImageStore;

  constructor(private readonly path: string) {
    this.images = new ImageStore(path);
  }

  pathOf(id: string): string {
    return join(this.path, `${id}${journalExtension}`);
  }

  lockPathOf(id: string): string {
    return join(this.path, `${id}.lock`);
  }

  /**
   * Reads the file of a conversation.
   * @returns undefined when there is no regular file, or the file is too large
   */
  async read(id: string): Promise<Buffer | undefined> {
    const file = await openWithoutBlocking(this.pathOf(id)).catch(ignoreMissingFile);
    try {
      const stats = await file?.stat();
      return stats?.isFile() && stats.size <= maxFileBytes ? await file?.readFile() : undefined;
    } finally {
      await file?.close();
    }
  }

  /**
   * Returns the size and the modification time of a conversation's file.
   * @returns undefined when there is no regular file, or the file system can't report these values
   */
  async entry(id: string): Promise<JournalEntry | undefined> {
    const stats = await stat(this.pathOf(id)).catch(() => undefined);
    return stats?.isFile() ? { id, modifiedAt: stats.mtimeMs, size: stats.size } : undefined;
  }

  async listNewestFirst(): Promise<readonly JournalEntry[]> {
    const ids = (await this.fileNames()).flatMap((name) => idFromName(name, journalExtension) ?? []);
    const entries = await Promise.all(ids.map((id) => this.entry(id)));
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.modifiedAt - a.modifiedAt);
  }

  /** Returns whether the id is unused: no conversation has the id, not even a hidden conversation. */
  async isUnused(id: string): Promise<boolean> {
    const paths = [this.pathOf(id), this.hiddenPathOf(id)];
    const entries = await Promise.all(paths.map((path) => lstat(path).catch(ignoreMissingFile)));
    return entries.every((stats) => stats === undefined);
  }

  /**
   * Hides a deleted conversation by renaming its file, so that the deletion can be undone.
   * @returns the new path of the file
   */
  async hide(id: string): Promise<string> {
    const hiddenPath = this.hiddenPathOf(id);
    await rename(this.pathOf(id), hiddenPath);
    return hiddenPath;
  }

  async unhide(id: string): Promise<void> {
    await rename(this.hiddenPathOf(id), this.pathOf(id)).catch(ignoreMissingFile);
  }

  async deleteHidden(id: string): Promise<void> {
    await rm(this.hiddenPathOf(id), { force: true });
    await this.images.delete(id);
  }

  /** Deletes a conversation with its images. */
  async delete(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
    await this.images.delete(id);
  }

  /**
   * Deletes old files: hidden conversations, unused images, and `.tmp` files of interrupted writes. A file that can't be
   * deleted now is left for the next call.
   * @param before a time in epoch milliseconds. Only files that were last changed before this time are deleted.
   */
  async deleteStale(before: number): Promise<void> {
    const endings = [hidden(journalExtension), `${journalExtension}.tmp`];
    for (const name of await this.fileNames()) {
      if (!endings.some((ending) => idFromName(name, ending))) continue;
      const path = join(this.path, name);
      const stats = await lstat(path).catch(() => undefined);
      // A file's age is measured from the later of `ctime` and `mtime`, because hiding a conversation renames its file,
      // which changes only `ctime`.
      if (stats && Math.max(stats.ctimeMs, stats.mtimeMs) < before)
        await rm(path, { force: true }).catch(() => undefined);
    }
    const names = new Set(await this.fileNames());
    const exists = (id: string): boolean =>
      names.has(`${id}${journalExtension}`) || names.has(hidden(`${id}${journalExtension}`));
    await this.images.deleteStale(before, exists);
  }

  /**
   * Copies a damaged file.
   * @param now the current time in epoch milliseconds, which becomes part of the copy's name
   */
  async copyAside(id: string, now: number): Promise<string> {
    const copy = `${this.pathOf(id)}.${now}.corrupt`;
    await copyFile(this.pathOf(id), copy, constants.COPYFILE_EXCL);
    await chmod(copy, privateFileMode);
    return copy;
  }

  private async fileNames(): Promise<readonly string[]> {
    return (await readdir(this.path).catch(ignoreMissingFile)) ?? [];
  }

  private hiddenPathOf(id: string): string {
    return hidden(this.pathOf(id));
  }
}

function hidden(name: string): string {
  return `${name}.deleted`;
}

function idFromName(name: string, ending: string): string | undefined {
  const id = name.endsWith(ending) ? name.slice(0, -ending.length) : undefined;
  return isConversationId(id) ? id : undefined;
}
