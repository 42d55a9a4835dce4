import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { parseJson } from '../../engine/json';
import { isConversationId } from '../journal/journalFolder';
import { errorCode, ignoreMissingFile, privateFolderMode, readRegularFile, replaceFile } from '../util/files';
import { parseOrUndefined } from '../util/validation';

const maxEpochMs = 4e15;
const maxFileBytes = 64 * 1024;
const epoch = v.pipe(v.number(), v.minValue(0), v.maxValue(maxEpochMs));

const promptSchema = v.object({
  id: v.string(),
  conversationId: v.string(),
  /** URI of the workspace file or folder, or an empty string for a window without a workspace. */
  workspace: v.string(),
  /** Base URL of the gateway that was in use when the user scheduled the prompt. */
  gateway: v.string(),
  model: v.string(),
  dueAt: v.optional(epoch),
  scheduledAt: epoch,
  title: v.string(),
});

/**
 * A scheduled prompt as listed in all windows. Whether the prompt is still scheduled is recorded in the journal of its
 * conversation.
 */
export type ScheduledPrompt = Readonly<v.InferOutput<typeof promptSchema>>;

interface ScheduleList {
  /** Scheduled prompts, ordered by due time. Prompts that wait for the network have no due time and are last. */
  readonly prompts: readonly ScheduledPrompt[];
  /** Whether every file could be read. A file with damaged content is ignored and does not change this value. */
  readonly isComplete: boolean;
}

const suffix = '.json';

/**
 * The index of the scheduled prompts of all workspaces. Each prompt has a file in a folder that all windows share. Any
 * window can cancel a prompt by removing its file, even if the window can't write the conversation.
 */
export class ScheduleStore {
  /** Names of the damaged or unreadable files that have already been reported in the log. */
  private loggedNames = new Set<string>();

  /** @param log writes a message to the log when a file becomes damaged or unreadable */
  constructor(
    private readonly folder: string,
    private readonly log: (problem: string) => void,
  ) {}

  async list(): Promise<ScheduleList> {
    const names = (await readdir(this.folder).catch(ignoreMissingFile)) ?? [];
    this.loggedNames = new Set(names.filter((name) => this.loggedNames.has(name)));
    const prompts: ScheduledPrompt[] = [];
    let isComplete = true;
    for (const name of names) {
      try {
        const prompt = await this.read(name);
        if (prompt) prompts.push(prompt);
      } catch (error) {
        isComplete = false;
        this.logOnce(name, `can't be read: ${errorCode(error)}.`);
      }
    }
    prompts.sort((a, b) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) || a.scheduledAt - b.scheduledAt);
    return { prompts, isComplete };
  }

  async has(id: string): Promise<boolean> {
    return (await stat(this.path(id)).catch(ignoreMissingFile)) !== undefined;
  }

  async conversationIds(): Promise<ReadonlySet<string>> {
    const { prompts } = await this.list();
    return new Set(prompts.map(({ conversationId }) => conversationId));
  }

  async add(prompt: ScheduledPrompt): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: privateFolderMode });
    await replaceFile(this.path(prompt.id), JSON.stringify(prompt));
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  private async read(name: string): Promise<ScheduledPrompt | undefined> {
    const id = name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
    if (!isConversationId(id)) return undefined;
    const content = await readRegularFile(join(this.folder, name), maxFileBytes);
    if (content === undefined) return undefined;
    const prompt = parseOrUndefined(promptSchema, parseJson(content.toString()));
    if (prompt?.id === id && isConversationId(prompt.conversationId)) {
      this.loggedNames.delete(name);
      return prompt;
    }
    this.logOnce(name, 'is damaged and is ignored.');
    return undefined;
  }

  private logOnce(name: string, problem: string): void {
    if (!this.loggedNames.has(name)) this.log(`The scheduled prompt ${name} ${problem}`);
    this.loggedNames.add(name);
  }

  private path(id: string): string {
    return join(this.folder, `${id}${suffix}`);
  }
}

export function scheduleFolder(storage: string): string {
  return join(storage, 'scheduled');
}
