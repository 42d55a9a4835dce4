import { Conversation, type ConversationChange, type ConversationDeps } from './conversation';
import { ConversationIndex } from './conversationIndex';
import { titleOf, type ConversationHit, type ConversationSummary, type ReadConversation } from './conversationSummary';
import { Exchanges } from './exchanges';
import { excerptOf, textsOf, wordsOf } from './conversationText';
import { isConversationId, type Journal } from './journal';
import type { JournalFile } from './journalFile';
import { foldJournal, type FoldedJournal } from './journalFold';
import { Listeners } from './listeners';
import type { Store } from './promptHistory';

export type { ConversationHit, ConversationSummary, ReadConversation } from './conversationSummary';

const currentKey = 'holysheep.currentConversation';

/** How many of those that were written last are looked at for an answer that was broken off. */
const lastOnes = 20;

export interface ConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
  /** Of the workspace. */
  readonly memory: Store;
}

/** A conversation that was put aside. */
export interface Removed {
  /** It is there again, and can be opened. */
  undo(): Promise<void>;
  /** For good. */
  forget(): Promise<void>;
}

interface Live {
  readonly conversation: Conversation;
  /** Epoch milliseconds of its last change. */
  at: number;
}

/** The conversation that commands act on, those that panels show, and those whose turns still run. */
export class Conversations {
  private readonly live = new Map<string, Live>();
  private readonly held = new Map<Conversation, number>();
  private readonly index: ConversationIndex;
  private fileWork: Promise<void> = Promise.resolve();
  private shown: Conversation | undefined;
  private readonly changes = new Listeners<{
    readonly conversation: Conversation;
    readonly change?: ConversationChange;
  }>((error) => this.deps.onError(error));
  /** Any change of any of them; without `change` another one became current, or none is. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: ConversationsDeps) {
    this.index = new ConversationIndex(deps.journal);
  }

  get current(): Conversation | undefined {
    return this.shown;
  }

  /** The one whose turn runs; the current one first. */
  get running(): Conversation | undefined {
    return this.shown?.active ? this.shown : this.all().find((conversation) => conversation.active);
  }

  /** The current conversation; after a reload the one it interrupted; else a new one. */
  async resume(): Promise<Conversation> {
    if (this.shown) return this.shown;
    const remembered = this.deps.memory.get(currentKey);
    const earlier = await this.load(remembered);
    // Another caller may have been faster.
    if (this.current) return this.current;
    return earlier?.last?.state.phase === 'interrupted' ? this.makeCurrent(earlier) : this.startNew();
  }

  /** For somebody who follows a sign that a turn runs: the one whose turn that is, wherever it was left. */
  async resumeBusy(): Promise<Conversation> {
    const { running } = this;
    return (running && running !== this.shown && (await this.open(running.id))) || this.resume();
  }

  /** An empty conversation; the current one, where that is. */
  startNew(): Conversation {
    if (this.shown && isBlank(this.shown)) return this.makeCurrent(this.shown);
    const { id, file } = this.deps.journal.create();
    const conversation = this.makeCurrent(this.add(id, foldJournal([]), file, this.deps.clock.now()));
    this.inOrder(() => this.deps.journal.prune()).catch(this.deps.onError);
    return conversation;
  }

  /**
   * Makes it the current one, if it is still wanted when it is loaded.
   * @returns undefined when it isn't, or when there is none of this id any more
   */
  async open(id: unknown, wanted: () => boolean = () => true): Promise<Conversation | undefined> {
    const conversation = await this.load(id);
    if (conversation && wanted()) return this.makeCurrent(conversation);
    this.closeIdle();
    return undefined;
  }

  /** Its panel was focused: commands act on it from now on. */
  activate(conversation: Conversation): void {
    if (this.isLive(conversation) && this.shown !== conversation) this.makeCurrent(conversation);
  }

  /** A panel shows it: it stays open although it is neither current nor busy. To be called as soon as one has been given it. */
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

  /**
   * The conversations whose answers a reload or a crash has broken off, newest first, once: the window may have forgotten
   * their panels. Without those that are open already. The first one becomes current where none is.
   */
  async brokenOff(): Promise<readonly Conversation[]> {
    const found = await this.inOrder(async () => {
      const conversations: Conversation[] = [];
      for (const { id } of (await this.deps.journal.newestFirst()).slice(0, lastOnes)) {
        if (this.live.has(id) || !(await this.deps.journal.read(id))?.brokenOff.length) continue;
        const opened = await this.deps.journal.open(id);
        if (opened) conversations.push(this.add(id, opened.folded, opened.file, opened.at));
      }
      return conversations;
    });
    if (found[0] && !this.current) this.makeCurrent(found[0]);
    this.closeIdle();
    return found;
  }

  /** Newest first; those in which something was asked, the open ones with what they hold now. */
  async list(): Promise<readonly ConversationSummary[]> {
    const onDisk = await this.index.summaries();
    const open = [...this.live.values()].flatMap((live) => summaryOf(live) ?? []);
    return [...open, ...onDisk.filter(({ id }) => !this.live.has(id))].toSorted((a, b) => b.at - a.at);
  }

  /**
   * Those in which all of the words occur, newest first.
   * @returns what was found before `signal` was aborted
   */
  async search(query: string, signal?: AbortSignal): Promise<readonly ConversationHit[]> {
    const words = wordsOf(query);
    const hits: ConversationHit[] = [];
    for (const summary of await this.list()) {
      if (signal?.aborted) break;
      const conversation = this.live.get(summary.id)?.conversation;
      const texts = conversation ? textsOf(readConversation(conversation)) : await this.index.textsIn(summary.id);
      const excerpt = texts && excerptOf(texts, words);
      if (excerpt !== undefined) hits.push({ ...summary, excerpt });
    }
    return hits;
  }

  /** Without opening it. @returns undefined when there is none, or none that can be read */
  async read(id: string): Promise<ReadConversation | undefined> {
    const open = this.live.get(id)?.conversation;
    if (open) return readConversation(open);
    const folded = isConversationId(id) ? await this.deps.journal.read(id) : undefined;
    return folded && readOf(id, new Exchanges(folded), folded.title);
  }

  /** Of an open one or a closed one; '' takes the title away. */
  async rename(id: string, title: string): Promise<void> {
    (await this.load(id))?.rename(title);
    this.closeIdle();
  }

  /** Stops its turns, closes it and puts its file aside. @returns undefined when there was nothing of it on disk */
  async remove(id: string): Promise<Removed | undefined> {
    if (!isConversationId(id)) return undefined;
    const { journal } = this.deps;
    const hidden = await this.inOrder(async () => {
      const conversation = this.live.get(id)?.conversation;
      await conversation?.end();
      this.live.delete(id);
      const isHidden = await journal.hide(id);
      if (conversation) this.left(conversation);
      return isHidden;
    });
    return hidden
      ? { undo: () => this.inOrder(() => journal.unhide(id)), forget: () => this.inOrder(() => journal.forget(id)) }
      : undefined;
  }

  leaveDemo(): void {
    for (const conversation of this.all()) conversation.leaveDemo();
  }

  settingsChanged(): void {
    for (const conversation of this.all()) conversation.settingsChanged();
  }

  /** For the moment the extension host goes away: what has arrived is on disk afterwards. */
  flushSync(): void {
    for (const conversation of this.all()) conversation.flush();
    this.deps.journal.flushSync();
  }

  private all(): readonly Conversation[] {
    return [...this.live.values()].map(({ conversation }) => conversation);
  }

  private isLive(conversation: Conversation): boolean {
    return this.live.get(conversation.id)?.conversation === conversation;
  }

  private async load(id: unknown): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.inOrder(async () => {
      const known = this.live.get(id);
      if (known) return known.conversation;
      const opened = await this.deps.journal.open(id);
      return opened && this.add(id, opened.folded, opened.file, opened.at);
    });
  }

  private add(id: string, folded: FoldedJournal, file: JournalFile, at: number): Conversation {
    const conversation = new Conversation(id, folded, file, this.deps);
    const live: Live = { conversation, at };
    conversation.onDidChange((change) => {
      live.at = this.deps.clock.now();
      this.changes.fire({ conversation, change });
    });
    this.live.set(id, live);
    return conversation;
  }

  private makeCurrent(conversation: Conversation): Conversation {
    this.shown = conversation;
    this.remember(conversation.id);
    this.closeIdle();
    this.changes.fire({ conversation });
    return conversation;
  }

  /** It is gone. */
  private left(conversation: Conversation): void {
    this.held.delete(conversation);
    if (this.shown === conversation) {
      this.shown = undefined;
      this.remember(undefined);
    }
    this.changes.fire({ conversation });
  }

  private remember(id: string | undefined): void {
    this.deps.memory.update(currentKey, id).then(undefined, this.deps.onError);
  }

  /** Lets go of those that are neither current, held nor at work. */
  private closeIdle(): void {
    const isIdle = (conversation: Conversation): boolean =>
      conversation !== this.shown && !this.held.has(conversation) && !conversation.busy;
    this.inOrder(async () => {
      // Whoever was just given a conversation has time to hold it.
      await new Promise((resolve) => setImmediate(resolve));
      for (const other of this.all().filter(isIdle)) {
        await this.deps.journal.flush(other.id);
        if (isIdle(other) && this.deps.journal.close(other.id)) this.live.delete(other.id);
      }
    }).catch(this.deps.onError);
  }

  /** A file is never opened twice, nor while it is being closed. */
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

/** Nothing is in it that could be lost by writing into it. */
function isBlank(conversation: Conversation): boolean {
  return !conversation.busy && conversation.title === undefined && conversation.exchanges().length === 0;
}

function readConversation(conversation: Conversation): ReadConversation {
  const { id, title } = conversation;
  return { id, title, exchanges: conversation.exchanges(), others: conversation.others() };
}

function readOf(id: string, all: Exchanges, title: string | undefined): ReadConversation {
  return { id, title, exchanges: all.path(), others: all.others() };
}

function summaryOf({ conversation, at }: Live): ConversationSummary | undefined {
  const { id, title, busy } = conversation;
  const exchanges = conversation.exchanges();
  const [first] = exchanges;
  return first && { id, title: titleOf(title, first.prompt), at, turns: exchanges.length, busy };
}
