import type { RemovalEvent } from './openConversations';

const promptsKey = 'holysheep.prompts';
const deletedKey = 'holysheep.deletedConversations';
/** Earlier versions kept the prompts of all workspaces under this key; their workspaces are not known. */
const legacyKey = 'holysheep.promptHistory';
const maxPrompts = 100;
/**
 * Maximum number of deleted conversations that are remembered, because pages that are closed may still have their
 * drafts.
 */
const maxDeletedIds = 200;
/** Characters of a prompt that are worth keeping for an arrow up: VS Code reads all of it at each start. */
const maxPromptLength = 4000;

/** The part of `vscode.Memento` that is needed. */
export interface Store {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

interface StoredPrompt {
  readonly prompt: string;
  readonly conversationId: string;
}

/**
 * The last prompts of a workspace, oldest first, for the composer's arrow up. Deleting a conversation removes its
 * prompts.
 */
export class PromptHistory {
  /** By the id of a conversation whose deletion can be undone: all prompts from before the deletion. Never on disk. */
  private readonly promptsBeforeDeletion = new Map<string, readonly StoredPrompt[]>();

  /** @param store of the workspace */
  constructor(private readonly store: Store) {}

  list(): readonly string[] {
    return this.storedPrompts().map(({ prompt }) => prompt);
  }

  /** Ids of conversations that were deleted for good: pages remove their drafts. */
  deleted(): readonly string[] {
    return this.deletedIds().filter((id) => !this.promptsBeforeDeletion.has(id));
  }

  /** A prompt that is asked again moves to the end; one that is very long is in its conversation alone. */
  async add(prompt: string, conversationId: string): Promise<void> {
    if (prompt.length > maxPromptLength) return;
    const others = this.storedPrompts().filter((earlier) => earlier.prompt !== prompt);
    await this.store.update(promptsKey, [...others, { prompt, conversationId }].slice(-maxPrompts));
  }

  async follow({ id, state }: RemovalEvent): Promise<void> {
    switch (state) {
      case 'hidden':
        return this.hide(id);
      case 'restored':
        return this.restore(id);
      case 'deleted':
        return this.deleteForGood(id);
    }
  }

  /** Removes the prompts of a conversation that was deleted, until `restore`. */
  private async hide(conversationId: string): Promise<void> {
    this.promptsBeforeDeletion.set(conversationId, this.storedPrompts());
    await this.remove(conversationId);
  }

  /**
   * Puts the prompts of a conversation back in their places after its deletion was undone, and allows its drafts again.
   */
  private async restore(conversationId: string): Promise<void> {
    const before = this.promptsBeforeDeletion.get(conversationId) ?? [];
    this.promptsBeforeDeletion.delete(conversationId);
    const now = this.storedPrompts();
    const isThere = (prompts: readonly StoredPrompt[], prompt: string): boolean =>
      prompts.some((each) => each.prompt === prompt);
    const known = before.filter((each) => each.conversationId === conversationId || isThere(now, each.prompt));
    const later = now.filter(({ prompt }) => !isThere(known, prompt));
    await this.store.update(
      deletedKey,
      this.deletedIds().filter((id) => id !== conversationId),
    );
    if (known.length > 0) await this.store.update(promptsKey, [...known, ...later].slice(-maxPrompts));
  }

  /** Removes the prompts of a conversation that was deleted for good. */
  private async deleteForGood(conversationId: string): Promise<void> {
    this.promptsBeforeDeletion.delete(conversationId);
    await this.remove(conversationId);
  }

  async clear(): Promise<void> {
    for (const id of this.promptsBeforeDeletion.keys()) this.promptsBeforeDeletion.set(id, []);
    await this.store.update(promptsKey, undefined);
  }

  private async remove(conversationId: string): Promise<void> {
    const others = this.deletedIds().filter((id) => id !== conversationId);
    await this.store.update(deletedKey, [...others, conversationId].slice(-maxDeletedIds));
    await this.store.update(
      promptsKey,
      this.storedPrompts().filter((each) => each.conversationId !== conversationId),
    );
  }

  private deletedIds(): readonly string[] {
    const ids = this.store.get(deletedKey);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  }

  private storedPrompts(): readonly StoredPrompt[] {
    const kept = this.store.get(promptsKey);
    return Array.isArray(kept) ? kept.filter(isStoredPrompt) : [];
  }
}

/** Removes the prompts that earlier versions kept for all workspaces. */
export async function removeFormerPrompts(global: Store): Promise<void> {
  if (global.get(legacyKey) !== undefined) await global.update(legacyKey, undefined);
}

function isStoredPrompt(value: unknown): value is StoredPrompt {
  const { prompt, conversationId } = Object(value) as Partial<Record<keyof StoredPrompt, unknown>>;
  return typeof prompt === 'string' && typeof conversationId === 'string';
}
