import type { Removal } from './openConversations';

const promptsKey = 'holysheep.prompts';
const deletedKey = 'holysheep.deletedConversations';
/** Earlier versions kept the prompts of all workspaces under this key; their workspaces are not known. */
const formerKey = 'holysheep.promptHistory';
const limit = 100;
/**
 * Maximum number of deleted conversations that are remembered, because pages that are closed may still have their
 * drafts.
 */
const deletedLimit = 200;
/** Characters of a prompt that are worth keeping for an arrow up: VS Code reads all of it at each start. */
const longest = 4000;

/** The part of `vscode.Memento` that is needed. */
export interface Store {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

interface KeptPrompt {
  readonly prompt: string;
  readonly conversationId: string;
}

/**
 * The last prompts of a workspace, oldest first, for the composer's arrow up. Deleting a conversation removes its
 * prompts.
 */
export class PromptHistory {
  /** By the id of a conversation whose deletion can be undone: all prompts from before the deletion. Never on disk. */
  private readonly undoable = new Map<string, readonly KeptPrompt[]>();

  /** @param store of the workspace */
  constructor(private readonly store: Store) {}

  list(): readonly string[] {
    return this.kept().map(({ prompt }) => prompt);
  }

  /** Ids of conversations that were deleted for good: pages remove their drafts. */
  deleted(): readonly string[] {
    return this.deletedIds().filter((id) => !this.undoable.has(id));
  }

  /** A prompt that is asked again moves to the end; one that is very long is in its conversation alone. */
  async add(prompt: string, conversationId: string): Promise<void> {
    if (prompt.length > longest) return;
    const others = this.kept().filter((earlier) => earlier.prompt !== prompt);
    await this.store.update(promptsKey, [...others, { prompt, conversationId }].slice(-limit));
  }

  async follow({ id, state }: Removal): Promise<void> {
    switch (state) {
      case 'hidden':
        return this.hide(id);
      case 'restored':
        return this.restore(id);
      case 'deleted':
        return this.forget(id);
    }
  }

  /** Removes the prompts of a conversation that was deleted, until `restore`. */
  private async hide(conversationId: string): Promise<void> {
    this.undoable.set(conversationId, this.kept());
    await this.remove(conversationId);
  }

  /**
   * Puts the prompts of a conversation back in their places after its deletion was undone, and allows its drafts again.
   */
  private async restore(conversationId: string): Promise<void> {
    const before = this.undoable.get(conversationId) ?? [];
    this.undoable.delete(conversationId);
    const now = this.kept();
    const isThere = (prompts: readonly KeptPrompt[], prompt: string): boolean =>
      prompts.some((each) => each.prompt === prompt);
    const known = before.filter((each) => each.conversationId === conversationId || isThere(now, each.prompt));
    const later = now.filter(({ prompt }) => !isThere(known, prompt));
    await this.store.update(
      deletedKey,
      this.deletedIds().filter((id) => id !== conversationId),
    );
    if (known.length > 0) await this.store.update(promptsKey, [...known, ...later].slice(-limit));
  }

  /** Removes the prompts of a conversation that was deleted for good. */
  private async forget(conversationId: string): Promise<void> {
    this.undoable.delete(conversationId);
    await this.remove(conversationId);
  }

  async clear(): Promise<void> {
    for (const id of this.undoable.keys()) this.undoable.set(id, []);
    await this.store.update(promptsKey, undefined);
  }

  private async remove(conversationId: string): Promise<void> {
    const others = this.deletedIds().filter((id) => id !== conversationId);
    await this.store.update(deletedKey, [...others, conversationId].slice(-deletedLimit));
    await this.store.update(
      promptsKey,
      this.kept().filter((each) => each.conversationId !== conversationId),
    );
  }

  private deletedIds(): readonly string[] {
    const ids = this.store.get(deletedKey);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  }

  private kept(): readonly KeptPrompt[] {
    const kept = this.store.get(promptsKey);
    return Array.isArray(kept) ? kept.filter(isKeptPrompt) : [];
  }
}

/** Removes the prompts that earlier versions kept for all workspaces. */
export async function removeFormerPrompts(global: Store): Promise<void> {
  if (global.get(formerKey) !== undefined) await global.update(formerKey, undefined);
}

function isKeptPrompt(value: unknown): value is KeptPrompt {
  const { prompt, conversationId } = Object(value) as Partial<Record<keyof KeptPrompt, unknown>>;
  return typeof prompt === 'string' && typeof conversationId === 'string';
}
