import { Mutex } from 'async-mutex';
import type { Connection } from '../../engine/request';
import type { Journal, OpenedConversation, OpenHow } from '../journal/journal';
import type { JournalFile } from '../journal/journalFile';
import { foldJournal } from '../journal/journalFold';
import { isConversationId } from '../journal/journalFolder';
import { Conversation, type ConversationChange, type ConversationDeps } from './conversation';

/** The longest time in milliseconds that a prompt waits for the disk before it is sent. */
const longestWriteMs = 100;

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
export interface Removed {
  /** It is there again, and can be opened. */
  undo(): Promise<void>;
  /** For good. */
  forget(): Promise<void>;
}

export interface Removal {
  readonly id: string;
  /** `hidden`: the deletion can be undone; `deleted`: it can't be any more. */
  readonly state: 'hidden' | 'restored' | 'deleted';
}

/** An open conversation. */
export interface Live {
  readonly conversation: Conversation;
  /** Absent: another window writes the conversation. */
  file?: JournalFile | undefined;
  /** Shows what another window writes. */
  following?: { dispose(): void } | undefined;
}

/**
 * Opens and closes conversations, and hands them over to other windows and back. A file is never opened twice, nor while it
 * is being closed.
 */
export class OpenConversations {
  private readonly live = new Map<string, Live>();
  private readonly held = new Map<Conversation, number>();
  private readonly fileWork = new Mutex();

  constructor(
    private readonly owner: OpenConversationsOwner,
    private readonly deps: OpenConversationsDeps,
  ) {
    deps.journal.setOwner({ onLost: (id) => this.lost(id), onRequested: (id) => this.handOver(id) });
  }

  get(id: string): Live | undefined {
    return this.live.get(id);
  }

  all(): readonly Live[] {
    return [...this.live.values()];
  }

  conversations(): readonly Conversation[] {
    return this.all().map(({ conversation }) => conversation);
  }

  isOpen(conversation: Conversation): boolean {
    return this.live.get(conversation.id)?.conversation === conversation;
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
    return this.fileWork.runExclusive(async () => {
      const known = this.live.get(id);
      if (known || !isConversationId(id) || !(await this.deps.journal.isNew(id))) return known?.conversation;
      return this.add(id, { folded: foldJournal([]), file: this.deps.journal.create(id).file });
    });
  }

  /** @returns undefined when there is none of this id, or none that can be opened here */
  async load(id: unknown, how: OpenHow = 'or read'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.fileWork.runExclusive(() => this.open(id, how));
  }

  /** Asks the window that writes a conversation to hand it over. May take seconds. */
  async takeOver({ id }: Conversation): Promise<void> {
    if (this.live.get(id)?.file || !(await this.deps.journal.request(id))) return;
    await this.load(id, 'if free');
    // The panel may have been closed meanwhile: this window must not keep the conversation then.
    this.closeIdle();
  }

  /** Of the last `count` that were written, those that are closed and have an answer that was broken off, newest first. */
  async loadBrokenOff(count: number): Promise<readonly Conversation[]> {
    const { journal } = this.deps;
    const unusable = (error: unknown): undefined => {
      this.deps.onError(error);
    };
    const found = await Promise.all(
      (await journal.newestFirst()).slice(0, count).map(({ id }) => this.claimBrokenOff(id).catch(unusable)),
    );
    return this.fileWork.runExclusive(async () => {
      const conversations: Conversation[] = [];
      for (const id of found) {
        if (id === undefined || this.live.get(id)?.file) continue;
        const opened = await this.open(id, 'if free').catch(unusable);
        if (opened) conversations.push(opened);
      }
      return conversations;
    });
  }

  /** It stays open although it is neither current nor busy. */
  hold(conversation: Conversation): { dispose(): void } {
    this.held.set(conversation, (this.held.get(conversation) ?? 0) + 1);
    let isHeld = true;
    const dispose = (): void => {
      if (!isHeld) return;
      isHeld = false;
      const holders = (this.held.get(conversation) ?? 0) - 1;
      if (holders > 0) this.held.set(conversation, holders);
      else this.held.delete(conversation);
      this.closeIdle();
    };
    return { dispose };
  }

  /** Lets go of those that are neither current, held nor at work. */
  closeIdle(): void {
    this.fileWork
      .runExclusive(async () => {
        // Whoever was just given a conversation has time to hold it.
        await new Promise((resolve) => setImmediate(resolve));
        for (const other of this.conversations().filter((each) => this.isIdle(each))) {
          await this.deps.journal.flush(other.id);
          if (!this.isIdle(other) || !this.deps.journal.isWritten(other.id)) continue;
          this.forget(other.id);
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
  async remove(id: string, onGone: (conversation: Conversation) => void): Promise<Removed | undefined> {
    if (!isConversationId(id)) return undefined;
    const { journal } = this.deps;
    const isHidden = await this.fileWork.runExclusive(async () => {
      const { conversation, file } = this.live.get(id) ?? {};
      await conversation?.end();
      const hidden = await journal.hide(id);
      // Another window has it, and it is still shown here.
      if (conversation && !file && !hidden) return false;
      this.forget(id);
      if (conversation) {
        this.held.delete(conversation);
        onGone(conversation);
      }
      return hidden;
    });
    return isHidden
      ? {
          undo: () => this.fileWork.runExclusive(() => journal.unhide(id)),
          forget: () => this.fileWork.runExclusive(() => journal.forget(id)),
        }
      : undefined;
  }

  /** @returns the ids of the deleted conversations */
  async prune(): Promise<readonly string[]> {
    return this.fileWork.runExclusive(() => this.deps.journal.prune());
  }

  private async open(id: string, how: OpenHow): Promise<Conversation | undefined> {
    const known = this.live.get(id);
    if (known?.file) return known.conversation;
    const opened = await this.deps.journal.open(id, how);
    return opened && (known ? this.update(known, opened) : this.add(id, opened));
  }

  /** Before its turn in the line: it may take seconds to see whether another window still has it. */
  private async claimBrokenOff(id: string): Promise<string | undefined> {
    const { journal } = this.deps;
    if (this.live.has(id) || !(await journal.read(id))?.brokenOff.length) return undefined;
    return (await journal.claim(id)) ? id : undefined;
  }

  /** Another window asks for a conversation: it gets everything that has arrived here, and this window only reads on. */
  private handOver(id: string): void {
    const { journal } = this.deps;
    this.fileWork
      .runExclusive(async () => {
        const live = this.live.get(id);
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
  private lost(id: string): void {
    const live = this.live.get(id);
    if (!live) return;
    live.file = undefined;
    live.conversation.setReadOnly();
    // A prompt that has found out about the loss by being written begins only now.
    void Promise.resolve()
      .then(() => live.conversation.end())
      .then(() => this.follow(live))
      .catch(this.deps.onError);
  }

  private follow(live: Live): void {
    const { conversation } = live;
    if (live.file || live.following || !this.isOpen(conversation)) return;
    live.following = this.deps.journal.follow(conversation.id, (folded) => conversation.show(folded));
    if (this.isIdle(conversation)) this.closeIdle();
  }

  private forget(id: string): void {
    this.live.get(id)?.following?.dispose();
    this.live.delete(id);
  }

  /** A conversation that was read-only here: this window may write it now. */
  private update(live: Live, { folded, file }: OpenedConversation): Conversation {
    const { conversation } = live;
    if (!file) return conversation;
    live.following?.dispose();
    live.following = undefined;
    live.file = file;
    conversation.setWritable(folded, file);
    return conversation;
  }

  private isIdle(conversation: Conversation): boolean {
    return !this.owner.isCurrent(conversation) && !this.held.has(conversation) && !conversation.busy;
  }

  private add(id: string, { folded, file }: OpenedConversation): Conversation {
    const connection = async (demo: boolean): Promise<Connection> => {
      await this.written(id);
      return this.deps.connection(demo);
    };
    const conversation = new Conversation(id, folded, file, { ...this.deps, connection });
    conversation.onDidStep((change) => this.owner.onChange(conversation, change));
    conversation.onDidRest(() => {
      if (this.isIdle(conversation)) this.closeIdle();
    });
    const live = { conversation, file };
    this.live.set(id, live);
    this.follow(live);
    return conversation;
  }

  /** Waits until a prompt is on disk, but not for a disk that does not respond. */
  private async written(id: string): Promise<void> {
    let cancel = (): void => undefined;
    const isLate = new Promise<void>((resolve) => (cancel = this.deps.clock.after(longestWriteMs, resolve)));
    await Promise.race([this.deps.journal.flush(id), isLate]);
    cancel();
  }
}
