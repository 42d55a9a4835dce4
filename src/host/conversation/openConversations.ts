import { Mutex } from 'async-mutex';
import type { Connection } from '../../engine/request';
import type { Journal, OpenedConversation, OpenMode } from '../journal/journal';
import type { JournalFile } from '../journal/journalFile';
import { foldJournal } from '../journal/journalFold';
import { isConversationId } from '../journal/journalFolder';
import { Conversation, type ConversationChange, type ConversationDeps } from './conversation';

/** Maximum time for which a prompt waits for the disk before it is sent, in milliseconds. */
const maxWriteWaitMs = 100;

interface OpenConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
}

/** Decides which conversation is current, and receives the changes to all open conversations. */
interface OpenConversationsOwner {
  /** Returns whether commands act on this conversation, which must therefore stay open. */
  isCurrent(conversation: Conversation): boolean;
  onChange(conversation: Conversation, change: ConversationChange): void;
}

/** A deletion that can still be undone, because the conversation's file has only been hidden. */
export interface UndoableRemoval {
  /** Undoes the deletion: the conversation is listed and can be opened again. */
  undo(): Promise<void>;
  /** Deletes the hidden file. The deletion can't be undone afterwards. */
  deletePermanently(): Promise<void>;
}

export interface RemovalEvent {
  readonly id: string;
  /** `hidden`: the user can still undo the deletion. `deleted`: the deletion is final. */
  readonly state: 'hidden' | 'restored' | 'deleted';
}

/** An open conversation and its file. */
export interface OpenConversation {
  readonly conversation: Conversation;
  /** The journal file. Absent while another window writes the conversation. */
  file?: JournalFile | undefined;
  /** Watches the file while another window writes the conversation. */
  follower?: { dispose(): void } | undefined;
}

/**
 * Opens and closes conversations. Work on files is done one job at a time, so that no file is opened twice or opened
 * while it is being closed.
 */
export class OpenConversations {
  private readonly openById = new Map<string, OpenConversation>();
  private readonly holdCounts = new Map<Conversation, number>();
  private readonly fileMutex = new Mutex();

  constructor(
    private readonly owner: OpenConversationsOwner,
    private readonly deps: OpenConversationsDeps,
  ) {
    deps.journal.onDidLose((id) => this.handleLost(id));
  }

  get(id: string): OpenConversation | undefined {
    return this.openById.get(id);
  }

  all(): readonly OpenConversation[] {
    return [...this.openById.values()];
  }

  conversations(): readonly Conversation[] {
    return this.all().map(({ conversation }) => conversation);
  }

  isOpen(conversation: Conversation): boolean {
    return this.openById.get(conversation.id)?.conversation === conversation;
  }

  create(): Conversation {
    const { id, file } = this.deps.journal.create();
    return this.add(id, { stored: foldJournal([]), file });
  }

  /**
   * Restores a conversation without a prompt. It has no file, so its id is known only from its page.
   * @returns the new conversation, or the open one with this id. `undefined` if the id is invalid or a file with this
   * id exists.
   */
  async createAs(id: string): Promise<Conversation | undefined> {
    return this.fileMutex.runExclusive(async () => {
      const existing = this.openById.get(id);
      if (existing || !isConversationId(id) || !(await this.deps.journal.isUnusedId(id))) return existing?.conversation;
      return this.add(id, { stored: foldJournal([]), file: this.deps.journal.create(id).file });
    });
  }

  /**
   * Returns the open conversation with this id, or opens it.
   * @returns undefined when the conversation does not exist or can't be opened in this window
   */
  async load(id: unknown, mode: OpenMode = 'allow-read-only'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.fileMutex.runExclusive(() => this.open(id, mode));
  }

  /** Makes a read-only conversation writable here. The window that was writing the conversation shows it read-only. */
  async takeOver({ id }: Conversation): Promise<void> {
    await this.load(id, 'take-over');
    // Closes the conversation if its panel was closed meanwhile, because this window must not keep the right to write
    // it.
    this.closeIdle();
  }

  /**
   * Opens the closed conversations that have an interrupted turn, newest first.
   * @param count number of most recently written conversations that are checked
   */
  async loadInterrupted(count: number): Promise<readonly Conversation[]> {
    const { journal } = this.deps;
    return this.fileMutex.runExclusive(async () => {
      const conversations: Conversation[] = [];
      for (const { id } of (await journal.listNewestFirst()).slice(0, count)) {
        if (this.openById.has(id)) continue;
        try {
          const isInterrupted = ((await journal.read(id))?.interruptedIds.length ?? 0) > 0;
          const opened = isInterrupted ? await this.open(id, 'only-if-free') : undefined;
          if (opened) conversations.push(opened);
        } catch (error) {
          this.deps.onError(error);
        }
      }
      return conversations;
    });
  }

  /**
   * Keeps a conversation open until the result is disposed, even if the conversation is not current and has no running
   * turn.
   */
  keepOpen(conversation: Conversation): { dispose(): void } {
    this.holdCounts.set(conversation, (this.holdCounts.get(conversation) ?? 0) + 1);
    let isHeld = true;
    const dispose = (): void => {
      if (!isHeld) return;
      isHeld = false;
      const holders = (this.holdCounts.get(conversation) ?? 0) - 1;
      if (holders > 0) this.holdCounts.set(conversation, holders);
      else this.holdCounts.delete(conversation);
      this.closeIdle();
    };
    return { dispose };
  }

  /** Closes every conversation that is not current, has no running turn and is not kept open by a caller. */
  closeIdle(): void {
    this.fileMutex
      .runExclusive(async () => {
        // Waits until the next iteration of the event loop, so that a caller that has just received a conversation has
        // time to keep it open.
        await new Promise((resolve) => setImmediate(resolve));
        for (const idle of this.conversations().filter((conversation) => this.isIdle(conversation))) {
          await this.deps.journal.flush(idle.id);
          if (!this.isIdle(idle) || !this.deps.journal.isWritten(idle.id)) continue;
          this.untrack(idle.id);
          await this.deps.journal.close(idle.id);
        }
      })
      .catch(this.deps.onError);
  }

  /**
   * Stops the turns of a conversation, hides its file and closes the conversation. If the file can't be hidden, rejects
   * and leaves the conversation open.
   * @param onRemoved called if the conversation was open, before any further work on files
   * @returns undefined when no file was hidden
   */
  async remove(id: string, onRemoved: (conversation: Conversation) => void): Promise<UndoableRemoval | undefined> {
    if (!isConversationId(id)) return undefined;
    const { journal } = this.deps;
    const isHidden = await this.fileMutex.runExclusive(async () => {
      const { conversation, file } = this.openById.get(id) ?? {};
      await conversation?.stopAll();
      const hidden = await journal.hide(id);
      // Leaves the conversation open and read-only, because another window is writing it.
      if (conversation && !file && !hidden) return false;
      this.untrack(id);
      if (conversation) {
        this.holdCounts.delete(conversation);
        onRemoved(conversation);
      }
      return hidden;
    });
    return isHidden
      ? {
          undo: () => this.fileMutex.runExclusive(() => journal.unhide(id)),
          deletePermanently: () => this.fileMutex.runExclusive(() => journal.deleteHidden(id)),
        }
      : undefined;
  }

  /**
   * Deletes the oldest conversations beyond the limit of the history.
   * @returns the ids of the deleted conversations
   */
  async prune(): Promise<readonly string[]> {
    return this.fileMutex.runExclusive(() => this.deps.journal.prune());
  }

  private async open(id: string, mode: OpenMode): Promise<Conversation | undefined> {
    const existing = this.openById.get(id);
    if (existing?.file) return existing.conversation;
    const opened = await this.deps.journal.open(id, mode);
    return opened && (existing ? this.makeWritable(existing, opened) : this.add(id, opened));
  }

  /**
   * Makes a conversation read-only and stops its turns after another window has taken the right to write it, because
   * further text of the turns could not be saved.
   */
  private handleLost(id: string): void {
    const open = this.openById.get(id);
    if (!open) return;
    open.file = undefined;
    open.conversation.setReadOnly();
    // Stops the turns in a microtask, because the loss of the lock may have been noticed while a prompt was being
    // written. The turn of that prompt then starts first and is stopped as well.
    void Promise.resolve()
      .then(() => open.conversation.stopAll())
      .then(() => this.follow(open))
      .catch(this.deps.onError);
  }

  private follow(open: OpenConversation): void {
    const { conversation } = open;
    if (open.file || open.follower || !this.isOpen(conversation)) return;
    open.follower = this.deps.journal.follow(conversation.id, (stored) => conversation.refresh(stored));
    if (this.isIdle(conversation)) this.closeIdle();
  }

  private untrack(id: string): void {
    this.openById.get(id)?.follower?.dispose();
    this.openById.delete(id);
  }

  /** Makes a read-only conversation writable, if its file can be opened for writing. */
  private makeWritable(open: OpenConversation, { stored, file }: OpenedConversation): Conversation {
    const { conversation } = open;
    if (!file) return conversation;
    open.follower?.dispose();
    open.follower = undefined;
    open.file = file;
    conversation.setWritable(stored, file);
    return conversation;
  }

  private isIdle(conversation: Conversation): boolean {
    return !this.owner.isCurrent(conversation) && !this.holdCounts.has(conversation) && !conversation.busy;
  }

  private add(id: string, { stored, file }: OpenedConversation): Conversation {
    const connection = async (demo: boolean): Promise<Connection> => {
      await this.waitUntilWritten(id);
      return this.deps.connection(demo);
    };
    const conversation = new Conversation(id, stored, file, { ...this.deps, connection });
    conversation.onDidChangeState((change) => this.owner.onChange(conversation, change));
    conversation.onDidBecomeIdle(() => {
      if (this.isIdle(conversation)) this.closeIdle();
    });
    const open = { conversation, file };
    this.openById.set(id, open);
    this.follow(open);
    return conversation;
  }

  /** Waits until all lines are on disk, for at most {@link maxWriteWaitMs}. */
  private async waitUntilWritten(id: string): Promise<void> {
    let cancel = (): void => undefined;
    const timeout = new Promise<void>((resolve) => (cancel = this.deps.clock.after(maxWriteWaitMs, resolve)));
    await Promise.race([this.deps.journal.flush(id), timeout]);
    cancel();
  }
}
