import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { privateFolderMode } from './privateFiles';

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
 * Moves the conversations that earlier versions kept in the storage folder of the window. A conversation that a window of
 * an earlier version still writes is moved at a later start.
 * @param from may be missing
 */
export async function moveConversations(from: string, to: string, now = Date.now()): Promise<void> {
  const names = await readdir(from).catch(() => []);
  if (names.length === 0) return;
  await mkdir(to, { recursive: true, mode: privateFolderMode });
  const there = new Set(await readdir(to));
  const isMissing = async (path: string): Promise<boolean> => !(await stat(path).catch(() => undefined));
  for (const name of names) {
    const lock = join(from, `${name.split('.', 1)[0] ?? ''}.lock`);
    const locked = await stat(lock).catch(() => undefined);
    if (locked && Math.abs(now - locked.mtimeMs) < liveLockMs) continue;
    if (name.endsWith('.lock')) continue;
    // Two windows may start at once, and the other one may have moved the file.
    if (!there.has(name)) {
      await rename(join(from, name), join(to, name)).catch(async (error: unknown) => {
        if (!(await isMissing(join(from, name)))) throw error;
      });
    }
    await rm(lock, { force: true });
  }
  // The folder stays while there is something in it.
  await rmdir(from).catch(() => undefined);
}
