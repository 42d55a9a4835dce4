import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { parseOrUndefined } from '../util/validation';
import type { StateStore } from '../util/stateStore';
import type { Settings } from '../settings/settings';
import type { UserPrompt } from '../settings/userPrompts';

/** A custom prompt that can be run: a prompt of the user, or a workspace prompt with the user's consent. */
export interface CustomPrompt extends UserPrompt {
  readonly from: 'user' | 'workspace';
}

/** The user's decisions about the prompts of a workspace, which are stored in VS Code's workspace state. */
const consentSchema = v.object({
  /** Whether the user has refused all prompts of the workspace, including prompts that are added later. */
  never: v.boolean(),
  /** Hashes of the sets of workspace prompts to which the user has agreed, most recent last. */
  agreed: v.array(v.string()),
});

type Consent = v.InferOutput<typeof consentSchema>;

const memoryKey = 'holysheep.workspacePrompts';
/**
 * Maximum number of stored consents for a workspace. Several consents are stored, because the Git branches of a
 * workspace can contain different prompts.
 */
const maxSavedConsents = 20;

/**
 * The custom prompts of the user and of the workspace. Workspace prompts can be run only if the workspace is trusted
 * and the user has agreed to exactly this set of prompts.
 */
export class CustomPrompts {
  constructor(
    private readonly settings: Settings,
    private readonly memory: StateStore,
    private readonly isTrusted: () => boolean,
  ) {}

  /**
   * Returns the prompts that can be run. User prompts come first, so that a user prompt is found before a workspace
   * prompt with the same title.
   */
  list(): readonly CustomPrompt[] {
    const user = this.settings.prompts().usablePrompts.map((prompt) => ({ ...prompt, from: 'user' as const }));
    const workspacePrompts = this.hasConsent() ? this.workspacePrompts() : [];
    return [...user, ...workspacePrompts.map((prompt) => ({ ...prompt, from: 'workspace' as const }))];
  }

  /**
   * Returns the workspace prompts about which the user has not decided yet. These prompts are neither listed nor run
   * until the user agrees.
   */
  awaitingConsent(): readonly UserPrompt[] {
    return this.readConsent().never ? [] : this.withoutConsent();
  }

  /** Returns the workspace prompts that the user has refused or has not agreed to yet. */
  withoutConsent(): readonly UserPrompt[] {
    return this.hasConsent() ? [] : this.workspacePrompts();
  }

  /**
   * Stores the user's consent to a set of workspace prompts.
   * @param prompts the prompts that the user has seen. The prompts in the workspace might have changed in the meantime.
   */
  async agree(prompts: readonly UserPrompt[]): Promise<void> {
    const hash = hashPrompts(prompts);
    const previous = this.readConsent().agreed.filter((agreed) => agreed !== hash);
    await this.saveConsent({ never: false, agreed: [...previous, hash].slice(-maxSavedConsents) });
  }

  /** Stores that the user refuses all prompts of this workspace, including prompts that are added later. */
  async refuse(): Promise<void> {
    await this.saveConsent({ never: true, agreed: [] });
  }

  private workspacePrompts(): readonly UserPrompt[] {
    return this.isTrusted() ? this.settings.workspacePrompts() : [];
  }

  private hasConsent(): boolean {
    const workspacePrompts = this.workspacePrompts();
    return workspacePrompts.length > 0 && this.readConsent().agreed.includes(hashPrompts(workspacePrompts));
  }

  private readConsent(): Consent {
    return parseOrUndefined(consentSchema, this.memory.get(memoryKey)) ?? { never: false, agreed: [] };
  }

  private async saveConsent(consent: Consent): Promise<void> {
    await this.memory.update(memoryKey, consent);
  }
}

function hashPrompts(prompts: readonly UserPrompt[]): string {
  const parts = prompts.map(({ title, template, model, reasoningEffort }) => [title, template, model, reasoningEffort]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
