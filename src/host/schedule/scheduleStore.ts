import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../engine/json';
import { isConversationId } from '../journal/journalFolder';
import { hasCode, ignoreMissingFile, openWithoutBlocking, privateFolderMode, replaceFile } from '../util/files';
import { parseScheduledPrompt, type ScheduledPrompt } from './scheduledPrompt';

/** A scheduled prompt in the store. */
export interface StoredPrompt {
  readonly prompt: ScheduledPrompt;
  /** Whether a window has claimed the prompt, in order to send it. */
  readonly isClaimed: boolean;
}

const pendingSuffix = '.json';
const claimedSuffix = '.claimed';
/** Maximum size of a file that is read, in bytes. */
const maxFileBytes = 64 * 1024;

/**
 * The scheduled prompts of all workspaces, each in a file of a folder that all windows share. A window claims a prompt
 * by renaming its file, which only one window can do. The claim lasts until the journal of the conversation records
 * that the prompt was sent.
 */
export class ScheduleStore {
  private readonly loggedNames = new Set<string>();

  /** @param log receives a message about each damaged file, once */
  constructor(
    private readonly folder: string,
    private readonly log: (problem: string) => void,
  ) {}

  /** Returns all prompts, the earliest first. Prompts that wait for the network come last. */
  async list(): Promise<readonly StoredPrompt[]> {
    const names = (await readdir(this.folder).catch(ignoreMissingFile)) ?? [];
    const stored = await Promise.all(names.map((name) => this.read(name)));
    return stored
      .filter((entry) => entry !== undefined)
      .toSorted(
        ({ prompt: a }, { prompt: b }) =>
          (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) || a.scheduledAt - b.scheduledAt,
      );
  }

  async add(prompt: ScheduledPrompt): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: privateFolderMode });
    await replaceFile(this.path(prompt.id, pendingSuffix), JSON.stringify(prompt));
  }

  /**
   * Claims a prompt. The claim is on disk when the promise resolves.
   * @returns false when another window has claimed or removed the prompt
   */
  async claim(id: string): Promise<boolean> {
    const claimed = this.path(id, claimedSuffix);
    if (!(await renameIfPresent(this.path(id, pendingSuffix), claimed))) return false;
    // Flushes the renamed file, because a claim that a power failure undoes would let the prompt be sent twice.
    const file = await open(claimed, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  }

  /** Gives a claim back. The caller must not have sent the prompt. */
  async release(id: string): Promise<void> {
    await renameIfPresent(this.path(id, claimedSuffix), this.path(id, pendingSuffix));
  }

  /** Removes a prompt, claimed or not. */
  async remove(id: string): Promise<void> {
    for (const suffix of [pendingSuffix, claimedSuffix]) await rm(this.path(id, suffix), { force: true });
  }

  /**
   * Removes a prompt unless it is claimed.
   * @returns whether the prompt was removed
   */
  async removeUnclaimed(id: string): Promise<boolean> {
    try {
      await rm(this.path(id, pendingSuffix));
      return true;
    } catch (error) {
      ignoreMissingFile(error);
      return false;
    }
  }

  private async read(name: string): Promise<StoredPrompt | undefined> {
    const suffix = [pendingSuffix, claimedSuffix].find((ending) => name.endsWith(ending));
    const id = suffix && name.slice(0, -suffix.length);
    if (!isConversationId(id)) return undefined;
    const content = await this.readContent(name);
    if (content === undefined) return undefined;
    const prompt = parseScheduledPrompt(parseJson(content));
    if (prompt?.id === id && isConversationId(prompt.conversationId)) {
      return { prompt, isClaimed: suffix === claimedSuffix };
    }
    if (!this.loggedNames.has(name)) this.log(`The scheduled prompt ${name} is damaged and is ignored.`);
    this.loggedNames.add(name);
    return undefined;
  }

  /** @returns undefined when another window has removed the file since the folder was read */
  private async readContent(name: string): Promise<string | undefined> {
    const file = await openWithoutBlocking(join(this.folder, name)).catch(ignoreMissingFile);
    if (!file) return undefined;
    try {
      const stats = await file.stat();
      return stats.isFile() && stats.size <= maxFileBytes ? await file.readFile('utf8') : '';
    } finally {
      await file.close();
    }
  }

  private path(id: string, suffix: string): string {
    return join(this.folder, `${id}${suffix}`);
  }
}

async function renameIfPresent(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    return false;
  }
}

/** Returns the folder of the scheduled prompts that all windows of this machine share. */
export function scheduleFolder(storage: string): string {
  return join(storage, 'scheduled');
}
