import type { Journal } from '../journal/journal';
import { pickPrimaryConversation } from '../status/activity';
import { Listeners } from '../util/listeners';
import type { Conversation, ConversationChange, ConversationDeps } from './conversation';
import {
  ConversationList,
  type ConversationHit,
  type ConversationSummary,
  type ReadConversation,
} from './conversationList';
import { OpenConversations, type RemovalEvent, type UndoableRemoval } from './openConversations';
import type { StateStore } from './promptHistoryStore';

const currentKey = 'holysheep.currentConversation';

/** Number of recently written conversations that are searched for an interrupted answer. */
const maxInterruptedChecked = 5;

interface ConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
  /** The state that VS Code stores for the workspace. */
  readonly workspaceState: StateStore;
}

/**
 * The conversations of a workspace. The current conversation is the one on which commands act. Other conversations are
 * open while a panel shows them or while their turn runs.
 */
export class Conversations {
  private readonly openConversations: OpenConversations;
  private readonly conversationList: ConversationList;
  private currentConversation: Conversation | undefined;
  private readonly changeListeners = new Listeners<{
    readonly conversation: Conversation;
    readonly change?: ConversationChange;
  }>((error) => this.deps.onError(error));
  /**
   * Fires on every state change of an open conversation, and without a `change` when another conversation or none became
   * current.
   */
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

  /** The conversation whose turn runs. The current conversation is preferred when several turns run. */
  get running(): Conversation | undefined {
    return pickPrimaryConversation(this.currentConversation, this.openConversations.conversations());
  }

  /** The number of conversations whose turn runs. */
  get runningCount(): number {
    return this.openConversations.conversations().filter(({ activeExchange }) => activeExchange).length;
  }

  /**
   * Returns the current conversation if it is writable. After a reload, returns the conversation whose turn the reload has
   * interrupted. Otherwise starts a new conversation.
   */
  async ensureCurrent(): Promise<Conversation> {
    if (this.currentConversation && !this.currentConversation.readOnly) return this.currentConversation;
    const storedId = this.deps.workspaceState.get(currentKey);
    // A prompt must not wait for a lock: if another window may be writing the conversation, a new one is started.
    const previous = await this.openConversations.load(storedId, 'only-if-free');
    // A concurrent call may have made a conversation current meanwhile.
    if (this.current && !this.current.readOnly) return this.current;
    return previous?.lastExchange?.state.phase === 'interrupted' ? this.makeCurrent(previous) : this.startNew();
  }

  /** Makes the conversation with a running turn current. Without a running turn, returns the current conversation or a new one. */
  async openRunning(): Promise<Conversation> {
    const { running } = this;
    return (running && running !== this.currentConversation && (await this.open(running.id))) || this.ensureCurrent();
  }

  /** Returns the current conversation if it is empty, and otherwise starts a new one. */
  startNew(): Conversation {
    if (this.currentConversation && isBlank(this.currentConversation))
      return this.makeCurrent(this.currentConversation);
    const conversation = this.makeCurrent(this.openConversations.create());
    this.prune().catch(this.deps.onError);
    return conversation;
  }

  /**
   * Opens a conversation and makes it current.
   * @param isWanted checked after loading: the user may have closed the panel meanwhile
   * @returns undefined when the conversation is no longer wanted, does not exist or can't be opened
   */
  async open(id: unknown, isWanted: () => boolean = () => true): Promise<Conversation | undefined> {
    const conversation = await this.openConversations.load(id);
    if (conversation && isWanted()) return this.makeCurrent(conversation);
    this.openConversations.closeIdle();
    return undefined;
  }

  /** Asks the other window that writes a conversation to hand it over to this window. May take seconds. */
  async takeOver(conversation: Conversation): Promise<void> {
    await this.openConversations.takeOver(conversation);
  }

  /**
   * Opens a conversation as `open` does. If it is not on disk, because nothing was asked in it yet, creates it under the
   * id that its page has stored.
   */
  async openOrCreate(id: string): Promise<Conversation | undefined> {
    const opened = await this.open(id);
    const created = opened ? undefined : await this.openConversations.createAs(id);
    return created ? this.makeCurrent(created) : opened;
  }

  /** Makes an open conversation current, because its panel received the focus. */
  activate(conversation: Conversation): void {
    if (this.openConversations.isOpen(conversation) && this.currentConversation !== conversation)
      this.makeCurrent(conversation);
  }

  /**
   * Keeps a conversation open until the result is disposed, even if it is neither current nor busy. The caller must call
   * this method as soon as it has received the conversation, because idle conversations are closed in the next iteration
   * of the event loop.
   */
  keepOpen(conversation: Conversation): { dispose(): void } {
    return this.openConversations.keepOpen(conversation);
  }

  /**
   * Keeps a conversation open during asynchronous work, because its panel may be closed meanwhile and a closed conversation
   * must not be changed.
   */
  async withOpen(conversation: Conversation, work: () => Promise<void>): Promise<void> {
    const hold = this.keepOpen(conversation);
    try {
      await work();
    } finally {
      hold.dispose();
    }
  }

  /**
   * Opens the closed conversations whose answers a reload or a crash has interrupted, newest first, because VS Code may not
   * restore their panels. Later calls don't return them again. The newest one becomes current if there is no current
   * conversation.
   */
  async openInterrupted(): Promise<readonly Conversation[]> {
    const found = await this.openConversations.loadInterrupted(maxInterruptedChecked);
    if (found[0] && !this.current) this.makeCurrent(found[0]);
    this.openConversations.closeIdle();
    return found;
  }

  /** Returns the conversations with at least one prompt, newest first, and the open ones with their latest state. */
  async list(): Promise<readonly ConversationSummary[]> {
    return this.conversationList.list();
  }

  /**
   * Finds the conversations that contain all words of the query, newest first.
   * @returns the conversations found before `signal` was aborted
   */
  async search(query: string, signal?: AbortSignal): Promise<readonly ConversationHit[]> {
    return this.conversationList.search(query, signal);
  }

  /** Reads a conversation without opening it. @returns undefined when it does not exist or can't be read */
  async read(id: string): Promise<ReadConversation | undefined> {
    return this.conversationList.read(id);
  }

  /**
   * Sets the title of an open or closed conversation. An empty string removes it. The title stays unchanged when another
   * window has the conversation open. Rejects when the file can't be read.
   */
  async rename(id: string, title: string): Promise<void> {
    (await this.openConversations.load(id, 'report-if-locked'))?.rename(title);
    this.openConversations.closeIdle();
  }

  /**
   * Stops the turns of a conversation, hides its file and closes it. Rejects when the file can't be hidden, and the
   * conversation then stays open.
   * @returns undefined when no file was hidden
   */
  async remove(id: string): Promise<UndoableRemoval | undefined> {
    const removed = await this.openConversations.remove(id, (conversation) => this.handleRemoved(conversation));
    if (!removed) return undefined;
    this.removalListeners.fire({ id, state: 'hidden' });
    const undo = async (): Promise<void> => {
      await removed.undo();
      this.removalListeners.fire({ id, state: 'restored' });
    };
    const deletePermanently = async (): Promise<void> => {
      this.removalListeners.fire({ id, state: 'deleted' });
      await removed.deletePermanently();
    };
    return { undo, deletePermanently };
  }

  endDemo(): void {
    for (const conversation of this.openConversations.conversations()) conversation.endDemo();
  }

  applySettings(): void {
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
    this.deps.workspaceState.update(currentKey, id).then(undefined, this.deps.onError);
  }
}

/** Returns whether a conversation is empty, so that it can serve as a new conversation. */
function isBlank(conversation: Conversation): boolean {
  return (
    !conversation.readOnly &&
    !conversation.busy &&
    conversation.title === undefined &&
    conversation.exchanges().length === 0
  );
}
