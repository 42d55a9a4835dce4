import * as v from 'valibot';
import type { StateStore } from '../util/stateStore';
import type { RemovalEvent } from './conversations';

const promptsKey = 'holysheep.prompts';
const deletedKey = 'holysheep.deletedConversations';
const maxPrompts = 100;
/**
 * Maximum number of deleted conversations whose ids are stored. Pages use the ids to discard the drafts of deleted
 * conversations.
 */
const maxDeletedIds = 200;
/**
 * Maximum length of a stored prompt, in characters. The length is limited because VS Code reads the whole workspace
 * state at each start.
 */
const maxPromptLength = 4000;

const storedPrompt = v.object({ prompt: v.string(), conversationId: v.string() });

type StoredPrompt = Readonly<v.InferOutput<typeof storedPrompt>>;

/**
 * The last prompts that were sent in a workspace, oldest first. When a conversation is deleted, its prompts are
 * removed.
 */
export class PromptHistory {
  /**
   * IDs of deleted conversations whose deletion can still be undone. The prompts of these conversations are stored, but
   * not listed.
   */
  private readonly undoableIds = new Set<string>();

  constructor(private readonly store: StateStore) {}

  list(): readonly string[] {
    const deleted = this.deletedIds();
    const listed = this.storedPrompts().filter(({ conversationId }) => !deleted.includes(conversationId));
    return listed.map(({ prompt }) => prompt);
  }

  deletedConversations(): readonly string[] {
    return this.deletedIds().filter((id) => !this.undoableIds.has(id));
  }

  /** Adds a prompt to the history. A repeated prompt moves to the end. A prompt that is too long is not stored. */
  async add(prompt: string, conversationId: string): Promise<void> {
    if (prompt.length > maxPromptLength) return;
    const otherPrompts = this.storedPrompts().filter((earlier) => earlier.prompt !== prompt);
    await this.save([...otherPrompts, { prompt, conversationId }]);
  }

  async handleRemoval({ id, state }: RemovalEvent): Promise<void> {
    if (state === 'hidden') this.undoableIds.add(id);
    else this.undoableIds.delete(id);
    const otherIds = this.deletedIds().filter((deleted) => deleted !== id);
    await this.store.update(deletedKey, state === 'restored' ? otherIds : [...otherIds, id].slice(-maxDeletedIds));
    if (state === 'deleted') await this.save(this.storedPrompts());
  }

  async clear(): Promise<void> {
    await this.store.update(promptsKey, undefined);
  }

  /**
   * Stores the prompts, without the prompts of deleted conversations. After a restart of VS Code, earlier deletions can
   * no longer be undone, so the prompts of those conversations are removed as well.
   */
  private async save(prompts: readonly StoredPrompt[]): Promise<void> {
    const deleted = this.deletedConversations();
    const keptPrompts = prompts.filter(({ conversationId }) => !deleted.includes(conversationId));
    await this.store.update(promptsKey, keptPrompts.slice(-maxPrompts));
  }

  private deletedIds(): readonly string[] {
    const ids = this.store.get(deletedKey);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  }

  private storedPrompts(): readonly StoredPrompt[] {
    const prompts = this.store.get(promptsKey);
    return Array.isArray(prompts) ? prompts.filter((prompt) => v.is(storedPrompt, prompt)) : [];
  }
}
