import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../engine/json';
import { isConversationId } from '../journal/journalFolder';
import {
  errorCode,
  hasCode,
  ignoreMissingFile,
  openWithoutBlocking,
  privateFolderMode,
  replaceFile,
} from '../util/files';
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
  /** Ids of the prompts whose files exist but could not be read when the folder was last listed. */
  private unreadableIds: ReadonlySet<string> = new Set();

  /** @param log receives a message about each file that is damaged or can't be read, once */
  constructor(
    private readonly folder: string,
    private readonly log: (problem: string) => void,
  ) {}

  /**
   * Returns all prompts that can be read, the earliest first. Prompts that wait for the network come last.
   * @throws the error of the file system if the folder can't be read
   */
  async list(): Promise<readonly StoredPrompt[]> {
    const names = (await readdir(this.folder).catch(ignoreMissingFile)) ?? [];
    const stored: StoredPrompt[] = [];
    const unreadableIds = new Set<string>();
    // Reads one file after another, so that only one of them is open at a time.
    for (const name of names) {
      const entry = await this.read(name, unreadableIds);
      if (entry) stored.push(entry);
    }
    this.unreadableIds = unreadableIds;
    return stored.sort(
      ({ prompt: a }, { prompt: b }) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) || a.scheduledAt - b.scheduledAt,
    );
  }

  /** Returns whether the file of a prompt existed but could not be read when the folder was last listed. */
  isUnreadable(id: string): boolean {
    return this.unreadableIds.has(id);
  }

  /**
   * Returns the ids of the conversations with a scheduled prompt.
   * @throws an error if a file can't be read, because its conversation is then unknown
   */
  async conversationIds(): Promise<ReadonlySet<string>> {
    const stored = await this.list();
    if (this.unreadableIds.size > 0) throw new Error("A scheduled prompt can't be read.");
    return new Set(stored.map(({ prompt }) => prompt.conversationId));
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

  /** @param unreadableIds receives the id if the file can't be read */
  private async read(name: string, unreadableIds: Set<string>): Promise<StoredPrompt | undefined> {
    const suffix = [pendingSuffix, claimedSuffix].find((ending) => name.endsWith(ending));
    const id = suffix && name.slice(0, -suffix.length);
    if (!isConversationId(id)) return undefined;
    let content: string | undefined;
    try {
      content = await this.readContent(name);
    } catch (error) {
      unreadableIds.add(id);
      this.logOnce(name, `can't be read: ${errorCode(error)}.`);
    }
    if (content === undefined) return undefined;
    const prompt = parseScheduledPrompt(parseJson(content));
    if (prompt?.id === id && isConversationId(prompt.conversationId)) {
      return { prompt, isClaimed: suffix === claimedSuffix };
    }
    this.logOnce(name, 'is damaged and is ignored.');
    return undefined;
  }

  private logOnce(name: string, problem: string): void {
    if (!this.loggedNames.has(name)) this.log(`The scheduled prompt ${name} ${problem}`);
    this.loggedNames.add(name);
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
