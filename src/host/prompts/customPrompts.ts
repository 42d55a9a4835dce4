import { createHash } from 'node:crypto';
import type { StateStore } from '../util/stateStore';
import type { Settings } from '../settings/settings';
import type { UserPrompt } from '../settings/userPrompts';

/** A prompt that the user can run now. */
export interface CustomPrompt extends UserPrompt {
  readonly from: 'user' | 'workspace';
}

const memoryKey = 'holysheep.workspacePrompts';
/** The value that is stored after the user has refused all prompts of the workspace, including future ones. */
const refusal = 'never';

/**
 * Lists the user's prompts. Also lists the prompts of a trusted workspace, if the user has agreed to exactly this set.
 */
export class CustomPrompts {
  constructor(
    private readonly settings: Settings,
    private readonly memory: StateStore,
    private readonly isTrusted: () => boolean,
  ) {}

  /**
   * Returns the prompts that can be run. User prompts come before workspace prompts, so they take precedence when the
   * title is the same.
   */
  list(): readonly CustomPrompt[] {
    const user = this.settings.prompts().usable.map((prompt) => ({ ...prompt, from: 'user' as const }));
    const workspacePrompts = this.hasConsent() ? this.workspacePrompts() : [];
    return [...user, ...workspacePrompts.map((prompt) => ({ ...prompt, from: 'workspace' as const }))];
  }

  /** Returns the workspace prompts that are not listed or run until the user agrees to them. */
  awaitingConsent(): readonly UserPrompt[] {
    return this.memory.get(memoryKey) === refusal ? [] : this.withoutConsent();
  }

  /** Returns the workspace prompts that the user has refused, or has not agreed to yet. */
  withoutConsent(): readonly UserPrompt[] {
    return this.hasConsent() ? [] : this.workspacePrompts();
  }

  /**
   * Stores the user's consent to a set of prompts. It replaces the consent to an earlier set.
   * @param prompts the prompts that the user saw, because the workspace may have changed since
   */
  async agree(prompts: readonly UserPrompt[]): Promise<void> {
    await this.memory.update(memoryKey, hashPrompts(prompts));
  }

  /** Stores that the user refuses all prompts of this workspace, including future ones. */
  async refuse(): Promise<void> {
    await this.memory.update(memoryKey, refusal);
  }

  private workspacePrompts(): readonly UserPrompt[] {
    return this.isTrusted() ? this.settings.workspacePrompts() : [];
  }

  private hasConsent(): boolean {
    return this.memory.get(memoryKey) === hashPrompts(this.workspacePrompts());
  }
}

function hashPrompts(prompts: readonly UserPrompt[]): string {
  const parts = prompts.map(({ title, template, model, reasoningEffort }) => [title, template, model, reasoningEffort]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
