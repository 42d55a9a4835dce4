import type { RemovalEvent } from './conversationStore';

const promptsKey = 'holysheep.prompts';
const deletedKey = 'holysheep.deletedConversations';
const maxPrompts = 100;
/**
 * Maximum number of deleted conversations whose ids are stored. The ids are needed because closed pages may still have
 * drafts of those conversations.
 */
const maxDeletedIds = 200;
/** Maximum length of a stored prompt, in characters. VS Code reads the whole workspace state at each start. */
const maxPromptLength = 4000;

/** The part of `vscode.Memento` that the prompt history needs. */
export interface StateStore {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

interface StoredPrompt {
  readonly prompt: string;
  readonly conversationId: string;
}

/**
 * The last prompts of a workspace, oldest first. The arrow-up key brings them back in the composer. Deleting a
 * conversation removes its prompts.
 */
export class PromptHistory {
  /**
   * Copies of the prompt history from before each deletion that can still be undone, by the id of the deleted
   * conversation. The copies are never written to disk.
   */
  private readonly promptsBeforeDeletion = new Map<string, readonly StoredPrompt[]>();

  /** @param store the workspace state */
  constructor(private readonly store: StateStore) {}

  list(): readonly string[] {
    return this.storedPrompts().map(({ prompt }) => prompt);
  }

  /** Returns the ids of permanently deleted conversations. Pages remove the drafts of these conversations. */
  deletedConversations(): readonly string[] {
    return this.deletedIds().filter((id) => !this.promptsBeforeDeletion.has(id));
  }

  /** Adds a prompt. A repeated prompt moves to the end. A prompt that is too long is not stored. */
  async add(prompt: string, conversationId: string): Promise<void> {
    if (prompt.length > maxPromptLength) return;
    const otherPrompts = this.storedPrompts().filter((stored) => stored.prompt !== prompt);
    await this.store.update(promptsKey, [...otherPrompts, { prompt, conversationId }].slice(-maxPrompts));
  }

  /** Updates the prompts and drafts when a conversation has been hidden, restored or permanently deleted. */
  async handleRemoval({ id, state }: RemovalEvent): Promise<void> {
    switch (state) {
      case 'hidden':
        return this.hide(id);
      case 'restored':
        return this.restore(id);
      case 'deleted':
        return this.deleteForGood(id);
    }
  }

  /** Removes the prompts of a deleted conversation, but keeps a copy in memory for `restore`. */
  private async hide(conversationId: string): Promise<void> {
    this.promptsBeforeDeletion.set(conversationId, this.storedPrompts());
    await this.remove(conversationId);
  }

  /**
   * Puts the prompts of a conversation back at their previous positions after its deletion was undone. From then on,
   * pages keep the drafts of the conversation again.
   */
  private async restore(conversationId: string): Promise<void> {
    const previous = this.promptsBeforeDeletion.get(conversationId) ?? [];
    this.promptsBeforeDeletion.delete(conversationId);
    const current = this.storedPrompts();
    const includes = (prompts: readonly StoredPrompt[], text: string): boolean =>
      prompts.some(({ prompt }) => prompt === text);
    const restored = previous.filter(
      ({ conversationId: id, prompt }) => id === conversationId || includes(current, prompt),
    );
    const added = current.filter(({ prompt }) => !includes(restored, prompt));
    await this.store.update(
      deletedKey,
      this.deletedIds().filter((id) => id !== conversationId),
    );
    if (restored.length > 0) await this.store.update(promptsKey, [...restored, ...added].slice(-maxPrompts));
  }

  /** Removes the prompts of a permanently deleted conversation. */
  private async deleteForGood(conversationId: string): Promise<void> {
    this.promptsBeforeDeletion.delete(conversationId);
    await this.remove(conversationId);
  }

  async clear(): Promise<void> {
    for (const id of this.promptsBeforeDeletion.keys()) this.promptsBeforeDeletion.set(id, []);
    await this.store.update(promptsKey, undefined);
  }

  private async remove(conversationId: string): Promise<void> {
    const otherIds = this.deletedIds().filter((id) => id !== conversationId);
    await this.store.update(deletedKey, [...otherIds, conversationId].slice(-maxDeletedIds));
    await this.store.update(
      promptsKey,
      this.storedPrompts().filter((stored) => stored.conversationId !== conversationId),
    );
  }

  private deletedIds(): readonly string[] {
    const ids = this.store.get(deletedKey);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  }

  private storedPrompts(): readonly StoredPrompt[] {
    const prompts = this.store.get(promptsKey);
    return Array.isArray(prompts) ? prompts.filter(isStoredPrompt) : [];
  }
}

function isStoredPrompt(value: unknown): value is StoredPrompt {
  const { prompt, conversationId } = Object(value) as Partial<Record<keyof StoredPrompt, unknown>>;
  return typeof prompt === 'string' && typeof conversationId === 'string';
}
