import { Mutex } from 'async-mutex';
import type { Connection } from '../../engine/request';
import type { Journal, OpenedConversation, OpenMode } from '../journal/journal';
import type { JournalFile } from '../journal/journalFile';
import { foldJournal } from '../journal/journalFold';
import { isConversationId } from '../journal/journalFolder';
import { Conversation, type ConversationChange, type ConversationDeps } from './conversation';

/** The longest time in milliseconds that a prompt waits for the disk before it is sent. */
const maxWriteWaitMs = 100;

interface OpenConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
}

/** Whose they are. */
interface OpenConversationsOwner {
  /** Commands act on it: it stays open. */
  isCurrent(conversation: Conversation): boolean;
  onChange(conversation: Conversation, change: ConversationChange): void;
}

/** A conversation that was put aside. */
export interface UndoableRemoval {
  /** It is there again, and can be opened. */
  undo(): Promise<void>;
  /** For good. */
  deletePermanently(): Promise<void>;
}

export interface RemovalEvent {
  readonly id: string;
  /** `hidden`: the deletion can be undone; `deleted`: it can't be any more. */
  readonly state: 'hidden' | 'restored' | 'deleted';
}

/** An open conversation. */
export interface OpenConversation {
  readonly conversation: Conversation;
  /** Absent: another window writes the conversation. */
  file?: JournalFile | undefined;
  /** Shows what another window writes. */
  follower?: { dispose(): void } | undefined;
}

/**
 * Opens and closes conversations, and hands them over to other windows and back. A file is never opened twice, nor while it
 * is being closed.
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
   * A new one under an id that a page knows: of a conversation in which nothing was asked there is nothing on disk.
   * @returns undefined when there is something after all
   */
  async createAs(id: string): Promise<Conversation | undefined> {
    return this.fileMutex.runExclusive(async () => {
      const known = this.openById.get(id);
      if (known || !isConversationId(id) || !(await this.deps.journal.isUnusedId(id))) return known?.conversation;
      return this.add(id, { folded: foldJournal([]), file: this.deps.journal.create(id).file });
    });
  }

  /** @returns undefined when there is none of this id, or none that can be opened here */
  async load(id: unknown, how: OpenMode = 'or read'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.fileMutex.runExclusive(() => this.open(id, how));
  }

  /** Asks the window that writes a conversation to hand it over. May take seconds. */
  async takeOver({ id }: Conversation): Promise<void> {
    if (this.openById.get(id)?.file || !(await this.deps.journal.requestLock(id))) return;
    await this.load(id, 'if free');
    // The panel may have been closed meanwhile: this window must not keep the conversation then.
    this.closeIdle();
  }

  /** Of the last `count` that were written, those that are closed and have an answer that was broken off, newest first. */
  async loadInterrupted(count: number): Promise<readonly Conversation[]> {
    const { journal } = this.deps;
    const unusable = (error: unknown): undefined => {
      this.deps.onError(error);
    };
    const found = await Promise.all(
      (await journal.listNewestFirst()).slice(0, count).map(({ id }) => this.claimInterrupted(id).catch(unusable)),
    );
    return this.fileMutex.runExclusive(async () => {
      const conversations: Conversation[] = [];
      for (const id of found) {
        if (id === undefined || this.openById.get(id)?.file) continue;
        const opened = await this.open(id, 'if free').catch(unusable);
        if (opened) conversations.push(opened);
      }
      return conversations;
    });
  }

  /** It stays open although it is neither current nor busy. */
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

  /** Lets go of those that are neither current, held nor at work. */
  closeIdle(): void {
    this.fileMutex
      .runExclusive(async () => {
        // Whoever was just given a conversation has time to hold it.
        await new Promise((resolve) => setImmediate(resolve));
        for (const other of this.conversations().filter((each) => this.isIdle(each))) {
          await this.deps.journal.flush(other.id);
          if (!this.isIdle(other) || !this.deps.journal.isWritten(other.id)) continue;
          this.untrack(other.id);
          await this.deps.journal.close(other.id);
        }
      })
      .catch(this.deps.onError);
  }

  /**
   * Stops its turns, puts its file aside and closes it. Rejects with why the file can't be put aside; it stays open then.
   * @param onGone is told which, before another file is worked on
   * @returns undefined when there was nothing of it on disk
   */
  async remove(id: string, onGone: (conversation: Conversation) => void): Promise<UndoableRemoval | undefined> {
    if (!isConversationId(id)) return undefined;
    const { journal } = this.deps;
    const isHidden = await this.fileMutex.runExclusive(async () => {
      const { conversation, file } = this.openById.get(id) ?? {};
      await conversation?.end();
      const hidden = await journal.hide(id);
      // Another window has it, and it is still shown here.
      if (conversation && !file && !hidden) return false;
      this.untrack(id);
      if (conversation) {
        this.holdCounts.delete(conversation);
        onGone(conversation);
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

  /** @returns the ids of the deleted conversations */
  async prune(): Promise<readonly string[]> {
    return this.fileMutex.runExclusive(() => this.deps.journal.prune());
  }

  private async open(id: string, how: OpenMode): Promise<Conversation | undefined> {
    const known = this.openById.get(id);
    if (known?.file) return known.conversation;
    const opened = await this.deps.journal.open(id, how);
    return opened && (known ? this.makeWritable(known, opened) : this.add(id, opened));
  }

  /** Before its turn in the line: it may take seconds to see whether another window still has it. */
  private async claimInterrupted(id: string): Promise<string | undefined> {
    const { journal } = this.deps;
    if (this.openById.has(id) || !(await journal.read(id))?.interruptedIds.length) return undefined;
    return (await journal.acquireLock(id)) ? id : undefined;
  }

  /** Another window asks for a conversation: it gets everything that has arrived here, and this window only reads on. */
  private handOver(id: string): void {
    const { journal } = this.deps;
    this.fileMutex
      .runExclusive(async () => {
        const live = this.openById.get(id);
        // A window that can't write would lose what is not on disk: it keeps the conversation, and its turn goes on.
        if (!live?.file || live.file.failure) return;
        live.conversation.setReadOnly();
        await live.conversation.end();
        await journal.flush(id);
        // The disk has failed just now: the next request tries again.
        if (!journal.isWritten(id)) return;
        await journal.close(id);
        live.file = undefined;
        this.follow(live);
      })
      .catch(this.deps.onError);
  }

  /** Another window has taken a conversation away. What its turn would bring from now on would be kept nowhere. */
  private handleLost(id: string): void {
    const live = this.openById.get(id);
    if (!live) return;
    live.file = undefined;
    live.conversation.setReadOnly();
    // A prompt that has found out about the loss by being written begins only now.
    void Promise.resolve()
      .then(() => live.conversation.end())
      .then(() => this.follow(live))
      .catch(this.deps.onError);
  }

  private follow(live: OpenConversation): void {
    const { conversation } = live;
    if (live.file || live.follower || !this.isOpen(conversation)) return;
    live.follower = this.deps.journal.follow(conversation.id, (folded) => conversation.refresh(folded));
    if (this.isIdle(conversation)) this.closeIdle();
  }

  private untrack(id: string): void {
    this.openById.get(id)?.follower?.dispose();
    this.openById.delete(id);
  }

  /** A conversation that was read-only here: this window may write it now. */
  private makeWritable(live: OpenConversation, { folded, file }: OpenedConversation): Conversation {
    const { conversation } = live;
    if (!file) return conversation;
    live.follower?.dispose();
    live.follower = undefined;
    live.file = file;
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
    conversation.onDidStep((change) => this.owner.onChange(conversation, change));
    conversation.onDidBecomeIdle(() => {
      if (this.isIdle(conversation)) this.closeIdle();
    });
    const live = { conversation, file };
    this.openById.set(id, live);
    this.follow(live);
    return conversation;
  }

  /** Waits until a prompt is on disk, but not for a disk that does not respond. */
  private async waitUntilWritten(id: string): Promise<void> {
    let cancel = (): void => undefined;
    const isLate = new Promise<void>((resolve) => (cancel = this.deps.clock.after(maxWriteWaitMs, resolve)));
    await Promise.race([this.deps.journal.flush(id), isLate]);
    cancel();
  }
}
