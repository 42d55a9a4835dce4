import type { Journal } from '../journal/journal';
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
  /** The workspace state of VS Code. */
  readonly workspaceState: StateStore;
}

/**
 * The conversations of a workspace. Commands act on the current conversation. Other conversations are open while a
 * panel shows them or while their turn is running.
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
   * Fires on every change to an open conversation. Also fires, without a `change`, when another conversation or no
   * conversation becomes current.
   */
  readonly onDidChange = this.changeListeners.event;
  private readonly removalListeners = new Listeners<RemovalEvent>((error) => this.deps.onError(error));
  /**
   * Fires when a conversation has been deleted, either by the user or because it was the oldest one beyond the limit of
   * the history, and when a deletion has been undone.
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

  /** A conversation with a running turn, preferably the current conversation. */
  get running(): Conversation | undefined {
    return pickPrimaryConversation(this.currentConversation, this.openConversations.conversations());
  }

  /** The open conversations that this window may change. */
  get writable(): readonly Conversation[] {
    return this.openConversations.conversations().filter(({ readOnly }) => !readOnly);
  }

  /** The number of conversations with a running turn. */
  get runningCount(): number {
    return this.openConversations.conversations().filter(({ activeExchange }) => activeExchange).length;
  }

  /**
   * Returns the current conversation if it is writable. After a reload, returns the conversation whose turn was
   * interrupted by the reload. Otherwise starts a new conversation.
   */
  async ensureCurrent(): Promise<Conversation> {
    if (this.currentConversation && !this.currentConversation.readOnly) return this.currentConversation;
    const storedId = this.deps.workspaceState.get(currentKey);
    // Opens the previous conversation only if its lock is free, because a prompt must not wait for a lock.
    const previous = await this.openConversations.load(storedId, 'only-if-free');
    // Checks again whether there is a current conversation, because a concurrent call may have made one current
    // meanwhile.
    if (this.current && !this.current.readOnly) return this.current;
    return previous?.lastExchange?.state.phase === 'interrupted' ? this.makeCurrent(previous) : this.startNew();
  }

  /**
   * Makes the conversation with a running turn current and returns it. Without a running turn, returns the current
   * conversation or a new one.
   */
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
   * @param isWanted called after loading; returns false if the user has closed the panel meanwhile
   * @returns undefined when the conversation is no longer wanted, does not exist or can't be opened
   */
  async open(id: unknown, isWanted: () => boolean = () => true): Promise<Conversation | undefined> {
    const conversation = await this.openConversations.load(id);
    if (conversation && isWanted()) return this.makeCurrent(conversation);
    this.openConversations.closeIdle();
    return undefined;
  }

  /** Makes a read-only conversation writable here. The window that was writing the conversation shows it read-only. */
  async takeOver(conversation: Conversation): Promise<void> {
    await this.openConversations.takeOver(conversation);
  }

  /**
   * Opens a conversation as `open` does. If no file of the conversation exists, because it has no prompt yet, creates
   * the conversation under the id that its page has stored.
   */
  async openOrCreate(id: string): Promise<Conversation | undefined> {
    const opened = await this.open(id);
    const created = opened ? undefined : await this.openConversations.createAs(id);
    return created ? this.makeCurrent(created) : opened;
  }

  /**
   * Runs an asynchronous function with a conversation that this window may change, and keeps the conversation open
   * meanwhile. The conversation does not become current.
   * @param mode whether the user is notified if another window has the right to write the conversation
   * @returns undefined, without running the function, if the conversation does not exist or another window writes it
   */
  async withWritable<Result>(
    id: string,
    mode: 'only-if-free' | 'report-if-locked',
    work: (conversation: Conversation) => Promise<Result>,
  ): Promise<Result | undefined> {
    const conversation = await this.openConversations.load(id, mode);
    if (!conversation || conversation.readOnly) return undefined;
    const hold = this.keepOpen(conversation);
    try {
      return await work(conversation);
    } finally {
      hold.dispose();
    }
  }

  /** Waits until everything that a conversation has recorded is on disk. */
  async flush(id: string): Promise<void> {
    await this.deps.journal.flush(id);
  }

  /** Makes an open conversation current, because its panel has received the focus. */
  activate(conversation: Conversation): void {
    if (this.openConversations.isOpen(conversation) && this.currentConversation !== conversation)
      this.makeCurrent(conversation);
  }

  /**
   * Keeps a conversation open until the result is disposed, even if the conversation is not current and has no running
   * turn. The caller must call this method as soon as it has received the conversation, because idle conversations are
   * closed in the next iteration of the event loop.
   */
  keepOpen(conversation: Conversation): { dispose(): void } {
    return this.openConversations.keepOpen(conversation);
  }

  /**
   * Keeps a conversation open while an asynchronous function changes it, because its panel may be closed meanwhile and
   * a closed conversation must not be changed.
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
   * Opens the closed conversations whose turns were interrupted by a reload or a crash, newest first, because VS Code
   * may not restore their panels. Later calls don't return these conversations again. The newest one becomes current if
   * there is no current conversation.
   */
  async openInterrupted(): Promise<readonly Conversation[]> {
    const found = await this.openConversations.loadInterrupted(maxInterruptedChecked);
    if (found[0] && !this.current) this.makeCurrent(found[0]);
    this.openConversations.closeIdle();
    return found;
  }

  /**
   * Returns the conversations with at least one prompt, newest first. Open conversations are returned with their latest
   * state.
   */
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
   * Sets the title of an open or closed conversation. An empty string removes the title. The title stays unchanged
   * while another window has the conversation open. Rejects when the file can't be read.
   */
  async rename(id: string, title: string): Promise<void> {
    (await this.openConversations.load(id, 'report-if-locked'))?.rename(title);
    this.openConversations.closeIdle();
  }

  /**
   * Stops the turns of a conversation, hides its file and closes the conversation. If the file can't be hidden, rejects
   * and leaves the conversation open.
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

  /** Writes all received text to disk before the extension host exits. */
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

/** Returns whether a conversation is empty. An empty conversation is reused when the user wants a new one. */
function isBlank(conversation: Conversation): boolean {
  return (
    !conversation.readOnly &&
    !conversation.busy &&
    conversation.title === undefined &&
    conversation.promptAwaitingKey === undefined &&
    conversation.exchanges().length === 0
  );
}

/**
 * Returns the conversation to which the status bar and the commands *Stop* and *Retry now* apply when several turns are
 * running: the current conversation if its turn is running, else one whose turn waits, else any other.
 */
export function pickPrimaryConversation<Candidate extends Pick<Conversation, 'activeExchange'>>(
  current: Candidate | undefined,
  all: readonly Candidate[],
): Candidate | undefined {
  if (current?.activeExchange) return current;
  const running = all.filter(({ activeExchange }) => activeExchange);
  return running.find(({ activeExchange }) => isWaiting(activeExchange)) ?? running[0];
}

function isWaiting(active: Conversation['activeExchange']): boolean {
  const phase = active?.state.phase;
  return phase === 'waiting' || phase === 'offline';
}
