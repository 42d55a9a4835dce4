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

/** Knows the current conversation and receives the changes of all open conversations. */
interface OpenConversationsOwner {
  /** Returns whether commands act on this conversation, so that it must stay open. */
  isCurrent(conversation: Conversation): boolean;
  onChange(conversation: Conversation, change: ConversationChange): void;
}

/** The deletion of a conversation whose file is only hidden so far. */
export interface UndoableRemoval {
  /** Restores the conversation, so that it is listed and can be opened again. */
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
 * Opens and closes conversations, and hands them over to other windows and back. Work on files is done one job at a time,
 * so that no file is opened twice or while it is being closed.
 */
export class OpenConversations {
  private readonly openById = new Map<string, OpenConversation>();
  private readonly holdCounts = new Map<Conversation, number>();
  private readonly fileMutex = new Mutex();

  constructor(
    private readonly owner: OpenConversationsOwner,
    private readonly deps: OpenConversationsDeps,
  ) {
    deps.journal.setOwner({ onLost: (id) => this.handleLost(id), onRequested: (id) => this.handOver(id) });
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
    return this.add(id, { folded: foldJournal([]), file });
  }

  /**
   * Creates a conversation under an id that a page has stored. A conversation without a prompt has no file, so its page is
   * the only place that remembers the id.
   * @returns the open conversation with this id, if there is one; undefined when there is a file with this id
   */
  async createAs(id: string): Promise<Conversation | undefined> {
    return this.fileMutex.runExclusive(async () => {
      const existing = this.openById.get(id);
      if (existing || !isConversationId(id) || !(await this.deps.journal.isUnusedId(id))) return existing?.conversation;
      return this.add(id, { folded: foldJournal([]), file: this.deps.journal.create(id).file });
    });
  }

  /** Opens a conversation, unless it is open. @returns undefined when it does not exist or can't be opened here */
  async load(id: unknown, mode: OpenMode = 'allow-read-only'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.fileMutex.runExclusive(() => this.open(id, mode));
  }

  /** Asks the other window that writes a conversation to hand it over to this window. May take seconds. */
  async takeOver({ id }: Conversation): Promise<void> {
    if (this.openById.get(id)?.file || !(await this.deps.journal.requestLock(id))) return;
    await this.load(id, 'only-if-free');
    // If the panel was closed meanwhile, this window must not keep the conversation.
    this.closeIdle();
  }

  /** Opens those of the last `count` written conversations that are closed and have an interrupted answer, newest first. */
  async loadInterrupted(count: number): Promise<readonly Conversation[]> {
    const { journal } = this.deps;
    const reportError = (error: unknown): undefined => {
      this.deps.onError(error);
    };
    const claimedIds = await Promise.all(
      (await journal.listNewestFirst()).slice(0, count).map(({ id }) => this.claimInterrupted(id).catch(reportError)),
    );
    return this.fileMutex.runExclusive(async () => {
      const conversations: Conversation[] = [];
      for (const id of claimedIds) {
        if (id === undefined || this.openById.get(id)?.file) continue;
        const opened = await this.open(id, 'only-if-free').catch(reportError);
        if (opened) conversations.push(opened);
      }
      return conversations;
    });
  }

  /** Keeps a conversation open until the result is disposed, even if it is neither current nor busy. */
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

  /** Closes the conversations that are neither current nor kept open nor busy. */
  closeIdle(): void {
    this.fileMutex
      .runExclusive(async () => {
        // A caller that has just received a conversation needs time to keep it open.
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
   * Stops the turns of a conversation, hides its file and closes it. Rejects when the file can't be hidden, and the
   * conversation then stays open.
   * @param onRemoved called for an open conversation, before any other work on files
   * @returns undefined when no file was hidden
   */
  async remove(id: string, onRemoved: (conversation: Conversation) => void): Promise<UndoableRemoval | undefined> {
    if (!isConversationId(id)) return undefined;
    const { journal } = this.deps;
    const isHidden = await this.fileMutex.runExclusive(async () => {
      const { conversation, file } = this.openById.get(id) ?? {};
      await conversation?.stopAll();
      const hidden = await journal.hide(id);
      // The conversation stays open and read-only, because another window writes it.
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

  /** Deletes the oldest conversations beyond the limit. @returns the ids of the deleted conversations */
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
   * Acquires the lock of a conversation with an interrupted answer. This happens outside the file mutex, because it may
   * take seconds to find out whether another window still holds the lock.
   */
  private async claimInterrupted(id: string): Promise<string | undefined> {
    const { journal } = this.deps;
    if (this.openById.has(id) || !(await journal.read(id))?.interruptedIds.length) return undefined;
    return (await journal.acquireLock(id)) ? id : undefined;
  }

  /**
   * Hands a conversation over to another window that has requested it. Everything that has arrived is written first.
   * Afterwards this window shows the conversation read-only.
   */
  private handOver(id: string): void {
    const { journal } = this.deps;
    this.fileMutex
      .runExclusive(async () => {
        const open = this.openById.get(id);
        // While the disk fails, the unwritten part would be lost, so this window keeps the conversation and its turn.
        if (!open?.file || open.file.failure) return;
        open.conversation.setReadOnly();
        await open.conversation.stopAll();
        await journal.flush(id);
        // When the write has failed, the hand-over is tried again with the next request.
        if (!journal.isWritten(id)) return;
        await journal.close(id);
        open.file = undefined;
        this.follow(open);
      })
      .catch(this.deps.onError);
  }

  /**
   * Makes a conversation read-only and stops its turns after another window has taken it over: further text of the turn
   * could not be saved.
   */
  private handleLost(id: string): void {
    const open = this.openById.get(id);
    if (!open) return;
    open.file = undefined;
    open.conversation.setReadOnly();
    // The loss may have been noticed while a prompt was being written. Its turn starts first, and can then be stopped.
    void Promise.resolve()
      .then(() => open.conversation.stopAll())
      .then(() => this.follow(open))
      .catch(this.deps.onError);
  }

  private follow(open: OpenConversation): void {
    const { conversation } = open;
    if (open.file || open.follower || !this.isOpen(conversation)) return;
    open.follower = this.deps.journal.follow(conversation.id, (folded) => conversation.refresh(folded));
    if (this.isIdle(conversation)) this.closeIdle();
  }

  private untrack(id: string): void {
    this.openById.get(id)?.follower?.dispose();
    this.openById.delete(id);
  }

  /** Makes a read-only conversation writable, if its file could be opened for writing. */
  private makeWritable(open: OpenConversation, { folded, file }: OpenedConversation): Conversation {
    const { conversation } = open;
    if (!file) return conversation;
    open.follower?.dispose();
    open.follower = undefined;
    open.file = file;
    conversation.setWritable(folded, file);
    return conversation;
  }

  private isIdle(conversation: Conversation): boolean {
    return !this.owner.isCurrent(conversation) && !this.holdCounts.has(conversation) && !conversation.busy;
  }

  private add(id: string, { folded, file }: OpenedConversation): Conversation {
    const connection = async (demo: boolean): Promise<Connection> => {
      await this.waitUntilWritten(id);
      return this.deps.connection(demo);
    };
    const conversation = new Conversation(id, folded, file, { ...this.deps, connection });
    conversation.onDidChangeState((change) => this.owner.onChange(conversation, change));
    conversation.onDidBecomeIdle(() => {
      if (this.isIdle(conversation)) this.closeIdle();
    });
    const open = { conversation, file };
    this.openById.set(id, open);
    this.follow(open);
    return conversation;
  }

  /** Waits until everything is on disk, for at most {@link maxWriteWaitMs}. */
  private async waitUntilWritten(id: string): Promise<void> {
    let cancel = (): void => undefined;
    const timeout = new Promise<void>((resolve) => (cancel = this.deps.clock.after(maxWriteWaitMs, resolve)));
    await Promise.race([this.deps.journal.flush(id), timeout]);
    cancel();
  }
}
