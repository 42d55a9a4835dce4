import type { Connection } from '../../core/request';
import { Conversation, type ConversationChange, type ConversationDeps } from './conversation';
import { isConversationId, type Journal, type OpenHow } from './journal';
import type { JournalFile } from './journalFile';
import { foldJournal, type FoldedJournal } from './journalFold';

/** The longest time in milliseconds that a prompt waits for the disk before it is sent. */
const longestWriteMs = 100;

export interface OpenConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
}

/** Whose they are. */
export interface OpenConversationsOwner {
  /** Commands act on it: it stays open. */
  isCurrent(conversation: Conversation): boolean;
  onChange(conversation: Conversation, change: ConversationChange): void;
  /** Another window has taken it over: it is open here no longer. */
  onLost(conversation: Conversation): void;
}

/** A conversation that was put aside. */
export interface Removed {
  /** It is there again, and can be opened. */
  undo(): Promise<void>;
  /** For good. */
  forget(): Promise<void>;
}

/** A conversation whose file is open. */
export interface Live {
  readonly conversation: Conversation;
  readonly file: Pick<JournalFile, 'at'>;
}

/** Opens and closes conversations; a file is never opened twice, nor while it is being closed. */
export class OpenConversations {
  private readonly live = new Map<string, Live>();
  private readonly held = new Map<Conversation, number>();
  private fileWork: Promise<void> = Promise.resolve();

  constructor(
    private readonly owner: OpenConversationsOwner,
    private readonly deps: OpenConversationsDeps,
  ) {
    deps.journal.onDidLose((id) => this.lost(id));
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
    return this.add(id, foldJournal([]), file);
  }

  /**
   * A new one under an id that a page knows: of a conversation in which nothing was asked there is nothing on disk.
   * @returns undefined when there is something after all
   */
  async createAs(id: string): Promise<Conversation | undefined> {
    return this.inOrder(async () => {
      const known = this.live.get(id);
      if (known || !isConversationId(id) || !(await this.deps.journal.isNew(id))) return known?.conversation;
      return this.add(id, foldJournal([]), this.deps.journal.create(id).file);
    });
  }

  /** @returns undefined when there is none of this id, or none that can be opened here */
  async load(id: unknown, how: OpenHow = 'here'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.inOrder(async () => {
      const known = this.live.get(id);
      if (known) return known.conversation;
      const opened = await this.deps.journal.open(id, how);
      return opened && this.add(id, opened.folded, opened.file);
    });
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
    return this.inOrder(async () => {
      const conversations: Conversation[] = [];
      for (const id of found) {
        if (id === undefined || this.live.has(id)) continue;
        const opened = await journal.open(id, 'if free').catch(unusable);
        if (opened) conversations.push(this.add(id, opened.folded, opened.file));
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
    this.inOrder(async () => {
      // Whoever was just given a conversation has time to hold it.
      await new Promise((resolve) => setImmediate(resolve));
      for (const other of this.conversations().filter((each) => this.isIdle(each))) {
        await this.deps.journal.flush(other.id);
        if (!this.isIdle(other) || !this.deps.journal.isWritten(other.id)) continue;
        this.live.delete(other.id);
        await this.deps.journal.close(other.id);
      }
    }).catch(this.deps.onError);
  }

  /**
   * Stops its turns, puts its file aside and closes it. Rejects with why the file can't be put aside; it stays open then.
   * @param onGone is told which, before another file is worked on
   * @returns undefined when there was nothing of it on disk
   */
  async remove(id: string, onGone: (conversation: Conversation) => void): Promise<Removed | undefined> {
    if (!isConversationId(id)) return undefined;
    const { journal } = this.deps;
    const isHidden = await this.inOrder(async () => {
      const conversation = this.live.get(id)?.conversation;
      await conversation?.end();
      const hidden = await journal.hide(id);
      this.live.delete(id);
      if (conversation) {
        this.held.delete(conversation);
        onGone(conversation);
      }
      return hidden;
    });
    return isHidden
      ? { undo: () => this.inOrder(() => journal.unhide(id)), forget: () => this.inOrder(() => journal.forget(id)) }
      : undefined;
  }

  /** @returns the ids of the deleted conversations */
  async prune(): Promise<readonly string[]> {
    return this.inOrder(() => this.deps.journal.prune());
  }

  /** Before its turn in the line: it may take seconds to see whether another window still has it. */
  private async claimBrokenOff(id: string): Promise<string | undefined> {
    const { journal } = this.deps;
    if (this.live.has(id) || !(await journal.read(id))?.brokenOff.length) return undefined;
    return (await journal.claim(id)) ? id : undefined;
  }

  /** What it would do from now on would be kept nowhere. */
  private lost(id: string): void {
    const conversation = this.live.get(id)?.conversation;
    if (!conversation) return;
    this.live.delete(id);
    this.held.delete(conversation);
    // A prompt that has found out about it by being written begins only now.
    void Promise.resolve()
      .then(() => conversation.end())
      .catch(this.deps.onError);
    this.owner.onLost(conversation);
  }

  private isIdle(conversation: Conversation): boolean {
    return !this.owner.isCurrent(conversation) && !this.held.has(conversation) && !conversation.busy;
  }

  private add(id: string, folded: FoldedJournal, file: JournalFile): Conversation {
    const connection = async (demo: boolean): Promise<Connection> => {
      await this.written(file);
      return this.deps.connection(demo);
    };
    const conversation = new Conversation(id, folded, file, { ...this.deps, connection });
    conversation.onDidStep((change) => this.owner.onChange(conversation, change));
    conversation.onDidRest(() => {
      if (this.isIdle(conversation)) this.closeIdle();
    });
    this.live.set(id, { conversation, file });
    return conversation;
  }

  /** Waits until a prompt is on disk, but not for a disk that does not respond. */
  private async written(file: JournalFile): Promise<void> {
    let cancel = (): void => undefined;
    const isLate = new Promise<void>((resolve) => (cancel = this.deps.clock.after(longestWriteMs, resolve)));
    await Promise.race([file.flush(), isLate]);
    cancel();
  }

  private inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.fileWork.then(work);
    // The caller has the failure; the next in line must not.
    this.fileWork = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}
