import { createHash } from 'node:crypto';
import { isRecord } from '../../engine/json';
import type { Store } from '../conversation/promptHistoryStore';
import type { Settings } from '../settings/settings';
import type { UserPrompt } from '../settings/settingValues';

/** A prompt that may be used now. */
export interface CustomPrompt extends UserPrompt {
  readonly from: 'user' | 'workspace';
}

/** What the user has said about the prompts of this workspace. */
interface Consent {
  /** Whatever they become. */
  readonly never: boolean;
  /** Hashes of what was agreed to, the last one last. */
  readonly agreed: readonly string[];
}

const memoryKey = 'holysheep.workspacePrompts';
/** A workspace has several sets where its branches differ; the oldest are forgotten. */
const maxSavedConsents = 20;

/** The user's prompts, and those of a trusted workspace once the user has agreed to exactly them. */
export class CustomPrompts {
  /** @param memory of this workspace */
  constructor(
    private readonly settings: Pick<Settings, 'prompts' | 'workspacePrompts'>,
    private readonly memory: Store,
    private readonly isTrusted: () => boolean,
  ) {}

  /** The user's come first, so that a title means the user's where both have it. */
  list(): readonly CustomPrompt[] {
    const user = uniqueByTitle(this.settings.prompts()).map((prompt) => ({ ...prompt, from: 'user' as const }));
    const workspacePrompts = this.agreed() ? this.workspacePrompts() : [];
    return [...user, ...workspacePrompts.map((prompt) => ({ ...prompt, from: 'workspace' as const }))];
  }

  /** Those of the workspace that the user has to be asked about before they are listed or run. */
  unasked(): readonly UserPrompt[] {
    return this.agreed() || this.readConsent().never ? [] : this.workspacePrompts();
  }

  /** Those of the workspace that the user did not want. */
  refused(): readonly UserPrompt[] {
    return !this.agreed() && this.readConsent().never ? this.workspacePrompts() : [];
  }

  /** @param prompts that the user was shown: others may have come since */
  async agree(prompts: readonly UserPrompt[]): Promise<void> {
    const hash = hashPrompts(prompts);
    const hasConsent = this.readConsent().agreed.filter((other) => other !== hash);
    await this.saveConsent({ never: false, agreed: [...hasConsent, hash].slice(-maxSavedConsents) });
  }

  async refuse(): Promise<void> {
    await this.saveConsent({ never: true, agreed: [] });
  }

  private workspacePrompts(): readonly UserPrompt[] {
    return this.isTrusted() ? uniqueByTitle(this.settings.workspacePrompts()) : [];
  }

  private agreed(): boolean {
    const workspacePrompts = this.workspacePrompts();
    return workspacePrompts.length > 0 && this.readConsent().agreed.includes(hashPrompts(workspacePrompts));
  }

  private readConsent(): Consent {
    const value = this.memory.get(memoryKey);
    if (!isRecord(value)) return { never: false, agreed: [] };
    const agreed: readonly unknown[] = Array.isArray(value.agreed) ? value.agreed : [];
    return { never: value.never === true, agreed: agreed.filter((hash) => typeof hash === 'string') };
  }

  private async saveConsent(consent: Consent): Promise<void> {
    await this.memory.update(memoryKey, consent);
  }
}

/** Of several with one title the first: the others could not be told apart. */
function uniqueByTitle(prompts: readonly UserPrompt[]): readonly UserPrompt[] {
  const titles = new Set<string>();
  return prompts.filter(({ title }) => !titles.has(title) && titles.add(title));
}

function hashPrompts(prompts: readonly UserPrompt[]): string {
  const parts = prompts.map(({ title, template, model }) => [title, template, model ?? null]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
