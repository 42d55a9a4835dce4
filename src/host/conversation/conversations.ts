import type { Journal } from '../journal/journal';
import { foremost } from '../status/activity';
import { Listeners } from '../util/listeners';
import type { Conversation, ConversationChange, ConversationDeps } from './conversation';
import {
  ConversationList,
  type ConversationHit,
  type ConversationSummary,
  type ReadConversation,
} from './conversationList';
import { OpenConversations, type RemovalEvent, type UndoableRemoval } from './openConversations';
import type { Store } from './promptHistoryStore';

const currentKey = 'holysheep.currentConversation';

/** How many of those that were written last are looked at for an answer that was broken off. */
const maxInterruptedChecked = 5;

interface ConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
  /** Of the workspace. */
  readonly memory: Store;
}

/** The conversation that commands act on, those that panels show, and those whose turns still run. */
export class Conversations {
  private readonly openConversations: OpenConversations;
  private readonly conversationList: ConversationList;
  private currentConversation: Conversation | undefined;
  private readonly changeListeners = new Listeners<{
    readonly conversation: Conversation;
    readonly change?: ConversationChange;
  }>((error) => this.deps.onError(error));
  /** Any step of any of them (`onDidStep`); without `change` another one became current, or none is. */
  readonly onDidChange = this.changeListeners.event;
  private readonly removalListeners = new Listeners<RemovalEvent>((error) => this.deps.onError(error));
  /**
   * Fires when a conversation was deleted, by the user or as the oldest beyond the limit, and when the deletion was
   * undone.
   */
  readonly onDidRemove = this.removalListeners.event;

  constructor(private readonly deps: ConversationsDeps) {
    const owner = {
      isCurrent: (conversation: Conversation) => conversation === this.currentConversation,
      onChange: (conversation: Conversation, change: ConversationChange) =>
        this.changeListeners.fire({ conversation, change }),
    };
    this.openConversations = new OpenConversations(owner, deps);
    this.conversationList = new ConversationList(this.openConversations, deps.journal);
  }

  get current(): Conversation | undefined {
    return this.currentConversation;
  }

  /** The one whose turn runs; the foremost where several do. */
  get running(): Conversation | undefined {
    return foremost(this.currentConversation, this.openConversations.conversations());
  }

  /** Of conversations whose turn runs. */
  get runningCount(): number {
    return this.openConversations.conversations().filter(({ active }) => active).length;
  }

  /** The current conversation, if it can be written; after a reload the one it interrupted; else a new one. */
  async resume(): Promise<Conversation> {
    if (this.currentConversation && !this.currentConversation.readOnly) return this.currentConversation;
    const remembered = this.deps.memory.get(currentKey);
    // Nobody has asked for it, and another window may be writing in it: a prompt does not wait until that is certain.
    const earlier = await this.openConversations.load(remembered, 'if free');
    // Another caller may have been faster.
    if (this.current && !this.current.readOnly) return this.current;
    return earlier?.last?.state.phase === 'interrupted' ? this.makeCurrent(earlier) : this.startNew();
  }

  /** For somebody who follows a sign that a turn runs: the one whose turn that is, wherever it was left. */
  async resumeBusy(): Promise<Conversation> {
    const { running } = this;
    return (running && running !== this.currentConversation && (await this.open(running.id))) || this.resume();
  }

  /** An empty conversation; the current one, where that is. */
  startNew(): Conversation {
    if (this.currentConversation && isBlank(this.currentConversation))
      return this.makeCurrent(this.currentConversation);
    const conversation = this.makeCurrent(this.openConversations.create());
    this.prune().catch(this.deps.onError);
    return conversation;
  }

  /**
   * Makes it the current one, if it is still wanted when it is loaded.
   * @returns undefined when it isn't, or when there is none of this id that can be opened here
   */
  async open(id: unknown, wanted: () => boolean = () => true): Promise<Conversation | undefined> {
    const conversation = await this.openConversations.load(id);
    if (conversation && wanted()) return this.makeCurrent(conversation);
    this.openConversations.closeIdle();
    return undefined;
  }

  /** Asks the window that writes a conversation, which is read-only here, to hand it over. May take seconds. */
  async takeOver(conversation: Conversation): Promise<void> {
    await this.openConversations.takeOver(conversation);
  }

  /** As `open`; one in which nothing was asked yet goes on under its id, which its page knows. */
  async openOrStart(id: string): Promise<Conversation | undefined> {
    const opened = await this.open(id);
    const fresh = opened ? undefined : await this.openConversations.createAs(id);
    return fresh ? this.makeCurrent(fresh) : opened;
  }

  /** Its panel was focused: commands act on it from now on. */
  activate(conversation: Conversation): void {
    if (this.openConversations.isOpen(conversation) && this.currentConversation !== conversation)
      this.makeCurrent(conversation);
  }

  /** A panel shows it: it stays open although it is neither current nor busy. To be called as soon as one has been given it. */
  hold(conversation: Conversation): { dispose(): void } {
    return this.openConversations.keepOpen(conversation);
  }

  /**
   * Holds a conversation during work that takes time: its panel may be closed meanwhile, and nothing may happen to a
   * conversation that was let go of.
   */
  async whileHeld(conversation: Conversation, work: () => Promise<void>): Promise<void> {
    const held = this.hold(conversation);
    try {
      await work();
    } finally {
      held.dispose();
    }
  }

  /**
   * The conversations whose answers a reload or a crash has broken off, newest first, once: the window may have forgotten
   * their panels. Without those that are open already. The first one becomes current where none is.
   */
  async brokenOff(): Promise<readonly Conversation[]> {
    const found = await this.openConversations.loadInterrupted(maxInterruptedChecked);
    if (found[0] && !this.current) this.makeCurrent(found[0]);
    this.openConversations.closeIdle();
    return found;
  }

  /** Newest first; those in which something was asked, the open ones with what they hold now. */
  async list(): Promise<readonly ConversationSummary[]> {
    return this.conversationList.list();
  }

  /**
   * Those in which all of the words occur, newest first.
   * @returns what was found before `signal` was aborted
   */
  async search(query: string, signal?: AbortSignal): Promise<readonly ConversationHit[]> {
    return this.conversationList.search(query, signal);
  }

  /** Without opening it. @returns undefined when there is none, or none that can be read */
  async read(id: string): Promise<ReadConversation | undefined> {
    return this.conversationList.read(id);
  }

  /**
   * Of an open one or a closed one, not of one that another window has open; '' takes the title away. Rejects when its
   * file can't be read.
   */
  async rename(id: string, title: string): Promise<void> {
    (await this.openConversations.load(id, 'or say elsewhere'))?.rename(title);
    this.openConversations.closeIdle();
  }

  /**
   * Stops its turns, puts its file aside and closes it. Rejects with why the file can't be put aside; it stays open then.
   * @returns undefined when there was nothing of it on disk
   */
  async remove(id: string): Promise<UndoableRemoval | undefined> {
    const removed = await this.openConversations.remove(id, (conversation) => this.handleRemoved(conversation));
    if (!removed) return undefined;
    this.removalListeners.fire({ id, state: 'hidden' });
    const undo = async (): Promise<void> => {
      await removed.undo();
      this.removalListeners.fire({ id, state: 'restored' });
    };
    const forget = async (): Promise<void> => {
      this.removalListeners.fire({ id, state: 'deleted' });
      await removed.deletePermanently();
    };
    return { undo, deletePermanently: forget };
  }

  leaveDemo(): void {
    for (const conversation of this.openConversations.conversations()) conversation.endDemo();
  }

  settingsChanged(): void {
    for (const conversation of this.openConversations.conversations()) conversation.applySettings();
  }

  /** Writes everything that has arrived to disk before the extension host exits. */
  flushSync(): void {
    for (const conversation of this.openConversations.conversations()) conversation.flush();
    this.deps.journal.flushSync();
  }

  private async prune(): Promise<void> {
    for (const id of await this.openConversations.prune()) this.removalListeners.fire({ id, state: 'deleted' });
  }

  /** It is open no longer. */
  private handleRemoved(conversation: Conversation): void {
    if (this.currentConversation === conversation) {
      this.currentConversation = undefined;
      this.rememberCurrent(undefined);
    }
    this.changeListeners.fire({ conversation });
  }

  private makeCurrent(conversation: Conversation): Conversation {
    this.currentConversation = conversation;
    this.rememberCurrent(conversation.id);
    this.openConversations.closeIdle();
    this.changeListeners.fire({ conversation });
    return conversation;
  }

  private rememberCurrent(id: string | undefined): void {
    this.deps.memory.update(currentKey, id).then(undefined, this.deps.onError);
  }
}

/** Nothing is in it that could be lost by writing into it. */
function isBlank(conversation: Conversation): boolean {
  return (
    !conversation.readOnly &&
    !conversation.busy &&
    conversation.title === undefined &&
    conversation.exchanges().length === 0
  );
}
