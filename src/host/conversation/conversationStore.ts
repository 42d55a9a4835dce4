import { Mutex } from 'async-mutex';
import type { Connection } from '../../engine/request';
import type { Journal, OpenedConversation, OpenMode } from '../journal/journal';
import type { JournalFile } from '../journal/journalFile';
import { foldJournal } from '../journal/journalFold';
import { isConversationId } from '../journal/journalFolder';
import { Listeners } from '../util/listeners';
import { resultWithin } from '../util/systemClock';
import { Conversation } from './conversation';
import type { ConversationDeps } from './conversationTurns';
import type { ConversationChange } from './conversationRecord';

/** Maximum time for which a prompt waits for the disk before it is sent, in milliseconds. */
const maxWriteWaitMs = 500;

export interface ConversationStoreDeps extends ConversationDeps {
  readonly journal: Journal;
}

export interface UndoableRemoval {
  undo(): Promise<void>;
  deletePermanently(): Promise<void>;
}

export interface RemovalEvent {
  readonly id: string;
  /** `hidden`: the user can still undo the deletion. `deleted`: the deletion is final. */
  readonly state: 'hidden' | 'restored' | 'deleted';
}

export interface OpenConversation {
  readonly conversation: Conversation;
  file?: JournalFile | undefined;
  follower?: { dispose(): void } | undefined;
  readonly holds: Set<object>;
}

/**
 * The open conversations and their files. A conversation is open while a caller keeps it open or its turn is running.
 * Work on files is done one job at a time, so that no file is opened twice or while it is being closed.
 */
export class ConversationStore {
  protected readonly openById = new Map<string, OpenConversation>();
  private readonly fileMutex = new Mutex();
  protected readonly changeListeners = new Listeners<{
    readonly conversation: Conversation;
    readonly change?: ConversationChange;
  }>((error) => this.deps.onError(error));
  /**
   * Fires for each `onDidChangeState` of an open conversation. Also fires, without a `change`, when another
   * conversation becomes current.
   */
  readonly onDidChange = this.changeListeners.event;
  private readonly removalListeners = new Listeners<RemovalEvent>((error) => this.deps.onError(error));
  readonly onDidRemove = this.removalListeners.event;

  constructor(protected readonly deps: ConversationStoreDeps) {
    deps.journal.onDidLose((id) => this.handleLost(id));
  }

  get writable(): readonly Conversation[] {
    return this.all.filter(({ readOnly }) => !readOnly);
  }

  protected get all(): readonly Conversation[] {
    return [...this.openById.values()].map(({ conversation }) => conversation);
  }

  /** Call this as soon as a conversation was received: idle ones are closed in the next iteration of the event loop. */
  keepOpen({ id }: Conversation): { dispose(): void } {
    const open = this.openById.get(id);
    const hold = {};
    open?.holds.add(hold);
    return { dispose: () => open?.holds.delete(hold) && this.closeIdle() };
  }

  async withOpen<Result>(conversation: Conversation, work: () => Promise<Result>): Promise<Result> {
    const hold = this.keepOpen(conversation);
    try {
      return await work();
    } finally {
      hold.dispose();
    }
  }

  /** @returns undefined, without calling `work`, if the conversation does not exist or another window writes it */
  async withWritable<Result>(
    id: string,
    mode: 'only-if-free' | 'report-if-locked',
    work: (conversation: Conversation) => Promise<Result>,
  ): Promise<Result | undefined> {
    const conversation = await this.load(id, mode);
    if (!conversation || conversation.readOnly) return undefined;
    return this.withOpen(conversation, () => work(conversation));
  }

  /** Makes a read-only conversation writable here. The window that was writing the conversation shows it read-only. */
  async takeOver({ id }: Conversation): Promise<void> {
    await this.load(id, 'take-over');
    // The panel may have been closed meanwhile.
    this.closeIdle();
  }

  async flush(id: string): Promise<void> {
    await this.deps.journal.flush(id);
  }

  /** See `Journal.sync`. */
  async sync(id: string): Promise<void> {
    await this.deps.journal.sync(id);
  }

  /** Rejects and leaves the conversation open if hiding fails. @returns undefined when no file was hidden */
  async remove(id: string): Promise<UndoableRemoval | undefined> {
    const { journal } = this.deps;
    if (!isConversationId(id)) return undefined;
    const isHidden = await this.fileMutex.runExclusive(async () => {
      const { conversation, file } = this.openById.get(id) ?? {};
      const hidden = await journal.hide(id);
      // The conversation stays open and read-only if another window is writing it.
      if (conversation && !file && !hidden) return false;
      conversation?.stopAll();
      await journal.flush(id);
      await journal.close(id);
      this.untrack(id);
      if (conversation) this.changeListeners.fire({ conversation });
      return hidden;
    });
    if (!isHidden) return undefined;
    this.removalListeners.fire({ id, state: 'hidden' });
    return {
      undo: async () => {
        await this.fileMutex.runExclusive(() => journal.files.unhide(id));
        this.removalListeners.fire({ id, state: 'restored' });
      },
      deletePermanently: async () => {
        this.removalListeners.fire({ id, state: 'deleted' });
        await this.fileMutex.runExclusive(() => journal.files.deleteHidden(id));
      },
    };
  }

  /** Call this before the embedded gateway of the demo closes. */
  endDemo(): void {
    for (const conversation of this.all) conversation.stopAll(({ demo }) => demo === true);
  }

  applySettings(): void {
    for (const conversation of this.all) conversation.applySettings();
  }

  /** Writes all received text to disk before the extension host exits. */
  flushSync(): void {
    for (const conversation of this.all) conversation.flush();
    this.deps.journal.flushSync();
  }

  protected isOpen(conversation: Conversation): boolean {
    return this.openById.get(conversation.id)?.conversation === conversation;
  }

  protected create(): Conversation {
    const { id, file } = this.deps.journal.create();
    return this.add(id, { stored: foldJournal([]), file });
  }

  /** Restores a conversation without a prompt. It has no file, so its id is known only from its page. */
  protected async createAs(id: string): Promise<Conversation | undefined> {
    const { journal } = this.deps;
    return this.fileMutex.runExclusive(async () => {
      const existing = this.openById.get(id)?.conversation;
      if (existing || !isConversationId(id) || !(await journal.files.isUnused(id))) return existing;
      return this.add(id, { stored: foldJournal([]), file: journal.create(id).file });
    });
  }

  protected prune(): void {
    this.fileMutex
      .runExclusive(async () => {
        for (const id of await this.deps.journal.prune()) this.removalListeners.fire({ id, state: 'deleted' });
      })
      .catch(this.deps.onError);
  }

  protected async load(id: unknown, mode: OpenMode = 'allow-read-only'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.fileMutex.runExclusive(async () => {
      const existing = this.openById.get(id);
      if (existing?.file) return existing.conversation;
      const opened = await this.deps.journal.open(id, mode);
      if (!opened || !existing) return opened && this.add(id, opened);
      if (!opened.file) return existing.conversation;
      existing.follower?.dispose();
      existing.file = opened.file;
      existing.conversation.setWritable(opened.stored, opened.file);
      return existing.conversation;
    });
  }

  private add(id: string, { stored, file }: OpenedConversation): Conversation {
    const connection = async (demo: boolean): Promise<Connection> => {
      await resultWithin(maxWriteWaitMs, this.flush(id), this.deps.clock);
      return this.deps.connection(demo);
    };
    const conversation = new Conversation(id, stored, file, { ...this.deps, connection });
    const open: OpenConversation = { conversation, file, holds: new Set() };
    conversation.onDidChangeState((change) => {
      this.changeListeners.fire({ conversation, change });
      if (this.isIdle(open)) this.closeIdle();
    });
    this.openById.set(id, open);
    if (!file) this.follow(open);
    return conversation;
  }

  private follow(open: OpenConversation): void {
    const { conversation } = open;
    open.follower = this.deps.journal.follow(conversation.id, (stored) => conversation.refresh(stored));
  }

  private handleLost(id: string): void {
    const open = this.openById.get(id);
    if (!open) return;
    open.file = undefined;
    open.conversation.setReadOnly();
    this.follow(open);
    this.closeIdle();
  }

  protected isIdle({ conversation, holds }: OpenConversation): boolean {
    return holds.size === 0 && !conversation.busy;
  }

  protected closeIdle(): void {
    const { journal, onError } = this.deps;
    this.fileMutex
      .runExclusive(async () => {
        // A caller that has just received a conversation needs time to keep it open.
        await new Promise((resolve) => setImmediate(resolve));
        for (const [id, open] of Array.from(this.openById)) {
          if (!this.isIdle(open)) continue;
          await journal.flush(id);
          if (!this.isIdle(open) || !journal.isWritten(id)) continue;
          this.untrack(id);
          await journal.close(id);
        }
      })
      .catch(onError);
  }

  private untrack(id: string): void {
    this.openById.get(id)?.follower?.dispose();
    this.openById.delete(id);
  }
}
