import { Conversation, type ConversationChange, type ConversationDeps } from './conversation';
import { isConversationId, type Journal } from './journal';
import type { JournalFile } from './journalFile';
import { foldJournal, type FoldedJournal } from './journalFold';

export interface OpenConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
}

/** Whose they are. */
export interface OpenConversationsOwner {
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
  ) {}

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

  /** @returns undefined when there is none of this id, or none that can be opened here */
  async load(id: unknown): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.inOrder(async () => {
      const known = this.live.get(id);
      if (known) return known.conversation;
      const opened = await this.deps.journal.open(id);
      return opened && this.add(id, opened.folded, opened.file);
    });
  }

  /** Of the last `count` that were written, those that are closed and have an answer that was broken off, newest first. */
  async loadBrokenOff(count: number): Promise<readonly Conversation[]> {
    const { journal } = this.deps;
    return this.inOrder(async () => {
      const conversations: Conversation[] = [];
      for (const { id } of (await journal.newestFirst()).slice(0, count)) {
        if (this.live.has(id) || !(await journal.read(id))?.brokenOff.length) continue;
        const opened = await journal.open(id, 'unless elsewhere');
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
        if (this.isIdle(other) && this.deps.journal.close(other.id)) this.live.delete(other.id);
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

  async prune(): Promise<void> {
    await this.inOrder(() => this.deps.journal.prune());
  }

  private isIdle(conversation: Conversation): boolean {
    return !this.owner.isCurrent(conversation) && !this.held.has(conversation) && !conversation.busy;
  }

  private add(id: string, folded: FoldedJournal, file: JournalFile): Conversation {
    const conversation = new Conversation(id, folded, file, this.deps);
    conversation.onDidChange((change) => this.owner.onChange(conversation, change));
    conversation.onDidRest(() => {
      if (this.isIdle(conversation)) this.closeIdle();
    });
    this.live.set(id, { conversation, file });
    return conversation;
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
