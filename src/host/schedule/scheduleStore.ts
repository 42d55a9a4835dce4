import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../../engine/json';
import { isConversationId } from '../journal/journalFolder';
import { errorCode, ignoreMissingFile, privateFolderMode, readRegularFile, replaceFile } from '../util/files';
import { parseOrUndefined } from '../util/schemas';

const maxEpochMs = 4e15;
const maxFileBytes = 64 * 1024;
const epoch = v.pipe(v.number(), v.minValue(0), v.maxValue(maxEpochMs));

const promptSchema = v.object({
  id: v.string(),
  conversationId: v.string(),
  exchangeId: v.string(),
  /** URI of the workspace file or folder, or an empty string for a window without a workspace. */
  workspace: v.string(),
  /** Base URL of the gateway for which the user scheduled the prompt. */
  gateway: v.string(),
  model: v.string(),
  dueAt: v.optional(epoch),
  scheduledAt: epoch,
  title: v.string(),
});

/** A scheduled prompt, as all windows see it. The prompt itself is in the journal of its conversation. */
export type ScheduledPrompt = Readonly<v.InferOutput<typeof promptSchema>>;

export interface StoredPrompt {
  readonly prompt: ScheduledPrompt;
  readonly isClaimed: boolean;
}

interface StoredPrompts {
  readonly stored: readonly StoredPrompt[];
  /** Whether every file could be read. Damaged files count as missing. */
  readonly isComplete: boolean;
}

const pendingSuffix = '.json';
const claimedSuffix = '.claimed';

/**
 * The scheduled prompts of all workspaces, each in a file of a folder that all windows share. A window claims a prompt by
 * renaming its file, which only one window can do, until the journal of the conversation records that it was sent.
 */
export class ScheduleStore {
  /** Files that were damaged or could not be read when they were last listed. */
  private loggedNames = new Set<string>();

  /** @param log receives a message about each file that becomes damaged or unreadable */
  constructor(
    private readonly folder: string,
    private readonly log: (problem: string) => void,
  ) {}

  /** Lists the earliest prompt first, and prompts that wait for the network last. */
  async list(): Promise<StoredPrompts> {
    const names = (await readdir(this.folder).catch(ignoreMissingFile)) ?? [];
    this.loggedNames = new Set(names.filter((name) => this.loggedNames.has(name)));
    const stored: StoredPrompt[] = [];
    let isComplete = true;
    for (const name of names) {
      try {
        const entry = await this.read(name);
        if (entry) stored.push(entry);
      } catch (error) {
        isComplete = false;
        this.logOnce(name, `can't be read: ${errorCode(error)}.`);
      }
    }
    stored.sort(
      ({ prompt: a }, { prompt: b }) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) || a.scheduledAt - b.scheduledAt,
    );
    return { stored, isComplete };
  }

  async conversationIds(): Promise<ReadonlySet<string>> {
    const { stored } = await this.list();
    return new Set(stored.map(({ prompt }) => prompt.conversationId));
  }

  async add(prompt: ScheduledPrompt): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: privateFolderMode });
    await replaceFile(this.path(prompt.id, pendingSuffix), JSON.stringify(prompt));
  }

  /** @returns false when another window has claimed or removed the prompt */
  async claim(id: string): Promise<boolean> {
    const claimed = this.path(id, claimedSuffix);
    try {
      await rename(this.path(id, pendingSuffix), claimed);
    } catch (error) {
      ignoreMissingFile(error);
      return false;
    }
    // Synced, because the prompt could be sent twice if a power failure undid the claim.
    const file = await open(claimed, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  }

  async remove(id: string): Promise<void> {
    await this.removeUnclaimed(id);
    await rm(this.path(id, claimedSuffix), { force: true });
  }

  async removeUnclaimed(id: string): Promise<void> {
    await rm(this.path(id, pendingSuffix), { force: true });
  }

  private async read(name: string): Promise<StoredPrompt | undefined> {
    const suffix = [pendingSuffix, claimedSuffix].find((ending) => name.endsWith(ending));
    const id = suffix && name.slice(0, -suffix.length);
    if (!isConversationId(id)) return undefined;
    const content = await readRegularFile(join(this.folder, name), maxFileBytes);
    if (content === undefined) return undefined;
    const prompt = parseOrUndefined(promptSchema, parseJson(content.toString()));
    if (prompt?.id === id && isConversationId(prompt.conversationId)) {
      this.loggedNames.delete(name);
      return { prompt, isClaimed: suffix === claimedSuffix };
    }
    this.logOnce(name, 'is damaged and is ignored.');
    return undefined;
  }

  private logOnce(name: string, problem: string): void {
    if (!this.loggedNames.has(name)) this.log(`The scheduled prompt ${name} ${problem}`);
    this.loggedNames.add(name);
  }

  private path(id: string, suffix: string): string {
    return join(this.folder, `${id}${suffix}`);
  }
}

export function scheduleFolder(storage: string): string {
  return join(storage, 'scheduled');
}
