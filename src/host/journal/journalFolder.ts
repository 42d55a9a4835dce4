import { createHash } from 'node:crypto';
import { chmod, constants, copyFile, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissingFile, openWithoutBlocking, privateFileMode } from '../util/files';

export interface JournalEntry {
  readonly id: string;
  readonly modifiedAt: number;
  readonly size: number;
}

const journalExtension = '.jsonl';
/** Maximum size of a file in bytes. Reading a larger file would block all extensions. */
const maxFileBytes = 128 * 1024 * 1024;
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Only UUIDs are accepted, because ids become file names and may come from the stored state of a webview. */
export function isConversationId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

/** Not VS Code's storage folder for a workspace, because each window of a workspace may have a different one. */
export function conversationsFolder(globalStorage: string, workspace: string | undefined): string {
  if (workspace === undefined) return join(globalStorage, 'conversations');
  const name = createHash('sha256').update(workspace).digest('hex').slice(0, 32);
  return join(globalStorage, 'workspaces', name, 'conversations');
}

export function journalPath(folder: string, id: string): string {
  return join(folder, `${id}${journalExtension}`);
}

export function lockPath(folder: string, id: string): string {
  return join(folder, `${id}.lock`);
}

/** @returns undefined when there is no regular file at this path, or the file is too large to be read */
export async function readJournal(path: string): Promise<Buffer | undefined> {
  const file = await openWithoutBlocking(path).catch(ignoreMissingFile);
  try {
    const stats = await file?.stat();
    return stats?.isFile() && stats.size <= maxFileBytes ? await file?.readFile() : undefined;
  } finally {
    await file?.close();
  }
}

/** @returns undefined when there is no regular file, or the file system can't report its size and age */
export async function journalEntry(folder: string, id: string): Promise<JournalEntry | undefined> {
  const stats = await stat(journalPath(folder, id)).catch(() => undefined);
  return stats?.isFile() ? { id, modifiedAt: stats.mtimeMs, size: stats.size } : undefined;
}

export async function listNewestFirst(folder: string): Promise<readonly JournalEntry[]> {
  const ids = (await fileNames(folder)).flatMap((name) => idFromName(name, journalExtension) ?? []);
  const entries = await Promise.all(ids.map((id) => journalEntry(folder, id)));
  return entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.modifiedAt - a.modifiedAt);
}

export async function isUnused(path: string): Promise<boolean> {
  const entries = await Promise.all([path, hidden(path)].map((name) => lstat(name).catch(ignoreMissingFile)));
  return entries.every((stats) => stats === undefined);
}

export async function hide(path: string): Promise<void> {
  await rename(path, hidden(path));
}

export async function unhide(path: string): Promise<void> {
  await rename(hidden(path), path).catch(ignoreMissingFile);
}

export async function deleteHidden(path: string): Promise<void> {
  await rm(hidden(path), { force: true });
}

/** Deletes hidden conversations and `.tmp` files of interrupted writes. @param before epoch milliseconds */
export async function deleteStale(folder: string, before: number): Promise<void> {
  const endings = [hidden(journalExtension), `${journalExtension}.tmp`];
  for (const name of await fileNames(folder)) {
    if (!endings.some((ending) => idFromName(name, ending))) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    // Hiding a file renames it, which changes only `ctime`. A file that can't be removed is left for the next time.
    if (stats && Math.max(stats.ctimeMs, stats.mtimeMs) < before)
      await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Copies a damaged file. @param now epoch milliseconds, which become part of the name */
export async function copyAside(path: string, now: number): Promise<string> {
  const copy = `${path}.${now}.corrupt`;
  await copyFile(path, copy, constants.COPYFILE_EXCL);
  await chmod(copy, privateFileMode);
  return copy;
}

async function fileNames(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreMissingFile)) ?? [];
}

function hidden(name: string): string {
  return `${name}.deleted`;
}

function idFromName(name: string, ending: string): string | undefined {
  const id = name.endsWith(ending) ? name.slice(0, -ending.length) : undefined;
  return isConversationId(id) ? id : undefined;
}
