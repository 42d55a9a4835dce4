import { Mutex } from 'async-mutex';
import { isWaiting } from '../../engine/state/turnState';
import type { GatewaySet } from '../connection/gatewaySet';
import { foldJournal, type ExchangeTree } from '../journal/exchangeTree';
import type { Follower, Journal, OpenedConversation, OpenMode } from '../journal/journal';
import type { JournalFile } from '../journal/journalFile';
import { isConversationId } from '../journal/journalFolder';
import { Listeners } from '../util/listeners';
import type { StateStore } from '../util/stateStore';
import { resultWithin } from '../util/systemClock';
import { Conversation, type ConversationDeps } from './conversation';
import type { ConversationChange } from './conversationLog';
import {
  ConversationIndex,
  findExcerpt,
  outlineOf,
  searchableTexts,
  splitWords,
  type ConversationListItem,
} from './conversationOutlines';

const currentKey = 'holysheep.currentConversation';

/** Number of recent conversations that are searched for interrupted answers after VS Code starts. */
const maxInterruptedChecked = 5;

/**
 * Maximum time, in milliseconds, to wait until a prompt is on the disk. After this time, the prompt is sent even if it
 * is not on the disk yet.
 */
const maxWriteWaitMs = 500;

interface ConversationsDeps extends Omit<ConversationDeps, 'images'> {
  readonly journal: Journal;
  readonly workspaceState: StateStore;
}

interface UndoableRemoval {
  undo(): Promise<void>;
  deletePermanently(): Promise<void>;
}

export interface RemovalEvent {
  readonly id: string;
  /** `hidden`: deleted, but the user can still undo the deletion. `deleted`: the deletion is final. */
  readonly state: 'hidden' | 'restored' | 'deleted';
}

interface OpenConversation {
  readonly conversation: Conversation;
  file?: JournalFile | undefined;
  follower?: Follower | undefined;
  readonly holds: Set<object>;
}

/**
 * The conversations of a workspace. Commands act on the current conversation, which remains open. Other conversations
 * are open only while a caller keeps them open or their turns are running. Only one file is opened, closed or deleted
 * at a time. Otherwise, a file could be opened twice.
 */
export class Conversations {
  private readonly openById = new Map<string, OpenConversation>();
  private readonly fileMutex = new Mutex();
  private readonly changeListeners = new Listeners<{
    readonly conversation: Conversation;
    readonly change?: ConversationChange;
  }>((error) => this.deps.onError(error));
  /**
   * Fires when the state of an open conversation changes. Also fires, without a `change`, when another conversation
   * becomes current.
   */
  readonly onDidChange = this.changeListeners.event;
  private readonly removalListeners = new Listeners<RemovalEvent>((error) => this.deps.onError(error));
  readonly onDidRemove = this.removalListeners.event;
  private readonly index: ConversationIndex;
  private lastCurrent: Conversation | undefined;
  /** ID of the conversation that was current in this window before the last reload. */
  private readonly idBeforeReload: unknown;

  constructor(private readonly deps: ConversationsDeps) {
    this.index = new ConversationIndex(deps.journal);
    this.idBeforeReload = deps.workspaceState.get(currentKey);
    deps.journal.onDidLose((id) => this.handleLost(id));
  }

  get current(): Conversation | undefined {
    return this.lastCurrent && this.isOpen(this.lastCurrent) ? this.lastCurrent : undefined;
  }

  /**
   * A conversation with a running turn. The current conversation is preferred, then a conversation whose turn is
   * waiting.
   */
  get runningConversation(): Conversation | undefined {
    const { current, allRunning } = this;
    if (current?.activeAnswer) return current;
    return allRunning.find(({ activeAnswer }) => activeAnswer && isWaiting(activeAnswer.state.phase)) ?? allRunning[0];
  }

  get runningCount(): number {
    return this.allRunning.length;
  }

  /**
   * Returns the current conversation if this window can write it. Otherwise, returns the conversation that a reload has
   * interrupted. If there is no such conversation, returns a new conversation.
   */
  async ensureCurrent(): Promise<Conversation> {
    if (this.current && !this.current.readOnly) return this.current;
    // The previous conversation is opened only if its lock is free, because the user's prompt must not wait for a lock.
    const previous = await this.load(this.deps.workspaceState.get(currentKey), 'only-if-free');
    // While the file was read, a concurrent call might have made another conversation current. That conversation is
    // then used.
    if (this.current && !this.current.readOnly) return this.current;
    return previous && isInterrupted(previous) ? this.makeCurrent(previous) : this.startNew();
  }

  /** Makes a conversation with a running turn current. If no turn is running, does the same as `ensureCurrent`. */
  async openRunning(): Promise<Conversation> {
    const { runningConversation } = this;
    return runningConversation ? this.makeCurrent(runningConversation) : this.ensureCurrent();
  }

  /** Returns a new conversation, or the current conversation if it is still empty. */
  startNew(): Conversation {
    if (this.current && isBlank(this.current)) return this.makeCurrent(this.current);
    const conversation = this.makeCurrent(this.create());
    this.prune();
    return conversation;
  }

  /** Creates a conversation, which becomes current only if no conversation is current. */
  createInBackground(): Conversation {
    const conversation = this.create();
    return this.current ? conversation : this.makeCurrent(conversation);
  }

  /**
   * Opens a conversation and makes it current.
   * @returns undefined if the conversation does not exist or can't be opened
   */
  async open(id: unknown): Promise<Conversation | undefined> {
    const conversation = await this.load(id);
    return conversation && this.makeCurrent(conversation);
  }

  /**
   * Opens the conversation whose id a page has stored. A conversation without a prompt has no file, so it is created
   * again under the same id. The conversation becomes current only if no conversation is current.
   */
  async openOrCreate(id: string): Promise<Conversation | undefined> {
    const conversation = (await this.load(id)) ?? (await this.createAs(id));
    return conversation && !this.current ? this.makeCurrent(conversation) : conversation;
  }

  /**
   * Opens the conversations that a reload or a crash has interrupted, because VS Code might not restore their panels.
   * @returns the conversations that were not open yet, newest first. Later calls don't return them again. If no
   * conversation is current, the newest becomes current.
   */
  async openInterrupted(): Promise<readonly Conversation[]> {
    const { journal, onError } = this.deps;
    const interrupted: Conversation[] = [];
    const holds: { dispose(): void }[] = [];
    for (const { id } of (await journal.files.listNewestFirst()).slice(0, maxInterruptedChecked)) {
      try {
        if (this.openById.has(id) || !(await journal.read(id))?.interrupted.length) continue;
        const opened = await this.load(id, 'only-if-free');
        if (!opened) continue;
        interrupted.push(opened);
        holds.push(this.keepOpen(opened));
      } catch (error) {
        onError(error);
      }
    }
    if (interrupted[0] && !this.current) this.makeCurrent(interrupted[0]);
    for (const hold of holds) hold.dispose();
    return interrupted;
  }

  activate(conversation: Conversation): void {
    if (this.isOpen(conversation) && this.current !== conversation) this.makeCurrent(conversation);
  }

  /**
   * Lists the conversations, most recent first.
   * @param limit maximum number of conversations
   */
  async list(limit = Infinity): Promise<readonly ConversationListItem[]> {
    const onDisk = await this.index.list(limit + this.openById.size);
    const open = [...this.openById.values()].flatMap(({ conversation, file }): readonly ConversationListItem[] => {
      const outline = outlineOf(conversation.tree);
      if (!outline || !file) return [];
      return [{ id: conversation.id, lastActivityAt: file.lastActivityAt, busy: conversation.busy, ...outline }];
    });
    const items = [...open, ...onDisk.filter(({ id }) => !this.openById.get(id)?.file)];
    return items.sort((a, b) => b.lastActivityAt - a.lastActivityAt).slice(0, limit);
  }

  async search(query: string, signal?: AbortSignal): Promise<readonly ConversationListItem[]> {
    const words = splitWords(query);
    const hits: ConversationListItem[] = [];
    for (const item of await this.list()) {
      if (signal?.aborted) break;
      const open = this.openById.get(item.id);
      const texts = open?.file ? searchableTexts(open.conversation.tree) : await this.index.texts(item.id);
      // If the texts of a conversation can't be read, only its title is searched.
      const excerpt = findExcerpt(texts.length > 0 ? texts : [item.title], words);
      if (excerpt !== undefined) hits.push({ ...item, excerpt });
    }
    return hits;
  }

  async read(id: string): Promise<ExchangeTree | undefined> {
    const open = this.openById.get(id);
    if (open?.file) return open.conversation.tree;
    return isConversationId(id) ? (await this.deps.journal.read(id))?.tree : undefined;
  }

  /** Renames an open or closed conversation. Does nothing while the conversation is open in another window. */
  async rename(id: string, title: string): Promise<void> {
    (await this.load(id, 'report-if-locked'))?.rename(title);
  }

  private makeCurrent(conversation: Conversation): Conversation {
    this.lastCurrent = conversation;
    this.deps.workspaceState.update(currentKey, conversation.id).then(undefined, this.deps.onError);
    this.closeIdle();
    this.changeListeners.fire({ conversation });
    return conversation;
  }

  get writable(): readonly Conversation[] {
    return this.all.filter(({ readOnly }) => !readOnly);
  }

  private get all(): readonly Conversation[] {
    return [...this.openById.values()].map(({ conversation }) => conversation);
  }

  private get allRunning(): readonly Conversation[] {
    return this.all.filter(({ activeAnswer }) => activeAnswer);
  }

  /**
   * Keeps a conversation open until the returned object is disposed. Callers must call this method as soon as they
   * receive the conversation, because idle conversations are closed in the next iteration of the event loop.
   */
  keepOpen({ id }: Conversation): { dispose(): void } {
    const open = this.openById.get(id);
    const hold = {};
    open?.holds.add(hold);
    return { dispose: () => open?.holds.delete(hold) && this.closeIdle() };
  }

  async withOpen<Result>(conversation: Conversation, work: () => Result | Promise<Result>): Promise<Result> {
    const hold = this.keepOpen(conversation);
    try {
      return await work();
    } finally {
      hold.dispose();
    }
  }

  /**
   * Calls `work` with the conversation and keeps the conversation open until the work is done.
   * @returns undefined, without calling `work`, if the conversation does not exist or is open in another window
   */
  async withWritable<Result>(
    id: string,
    lockMode: 'only-if-free' | 'report-if-locked',
    work: (conversation: Conversation) => Promise<Result>,
  ): Promise<Result | undefined> {
    const conversation = await this.load(id, lockMode);
    if (!conversation || conversation.readOnly) return undefined;
    return this.withOpen(conversation, () => work(conversation));
  }

  /** Takes over a conversation: makes it writable in this window, and read-only in the window that was writing it. */
  async takeOver({ id }: Conversation): Promise<void> {
    await this.load(id, 'take-over');
  }

  /** Reads the read-only conversations from the disk again, because other windows might have changed them. */
  rereadReadOnly(): void {
    for (const { follower } of this.openById.values()) follower?.reread();
  }

  async flush(id: string): Promise<void> {
    await this.deps.journal.flush(id);
  }

  /** Writes the conversation to the disk, so that the conversation survives a power failure. See `Journal.sync`. */
  async sync(id: string): Promise<void> {
    await this.deps.journal.sync(id);
  }

  /**
   * Deletes a conversation by hiding its file, so that the user can undo the deletion.
   * @returns undefined when there is no file to hide. If the file can't be hidden because of an error, the promise
   * rejects and the conversation remains open.
   */
  async remove(id: string): Promise<UndoableRemoval | undefined> {
    const { journal } = this.deps;
    if (!isConversationId(id)) return undefined;
    const isHidden = await this.fileMutex.runExclusive(async () => {
      const { conversation, file } = this.openById.get(id) ?? {};
      const hidden = await journal.hide(id);
      // A conversation that is open in another window can't be hidden. It remains open and read-only in this window.
      if (conversation && !file && !hidden) return false;
      conversation?.stopAll();
      await journal.flush(id);
      await journal.close(id);
      this.untrack(id);
      if (conversation) this.changeListeners.fire({ conversation });
      return hidden;
    });
    if (!isHidden) return undefined;
    this.removalListeners.fire({ id, state: 'hidden' });
    return {
      undo: async () => {
        await this.fileMutex.runExclusive(() => journal.files.unhide(id));
        this.removalListeners.fire({ id, state: 'restored' });
      },
      deletePermanently: async () => {
        this.removalListeners.fire({ id, state: 'deleted' });
        await this.fileMutex.runExclusive(() => journal.files.deleteHidden(id));
      },
    };
  }

  /** Stops all turns that use the gateways of the set. Call this method before these gateways close. */
  stopAllOf(set: GatewaySet): void {
    for (const conversation of this.all) if (conversation.set === set) conversation.stopAll();
  }

  applySettings(): void {
    for (const conversation of this.all) conversation.applySettings();
  }

  /** Writes all received text to the disk before the extension host exits. */
  flushSync(): void {
    for (const conversation of this.all) conversation.flush();
    this.deps.journal.flushSync();
  }

  private isOpen(conversation: Conversation): boolean {
    return this.openById.get(conversation.id)?.conversation === conversation;
  }

  private create(unusedId?: string): Conversation {
    const { id, file } = this.deps.journal.create(unusedId);
    return this.add(id, { storedConversation: foldJournal([]), file });
  }

  /**
   * Creates a conversation without a prompt again, under the id that its page has stored. Such a conversation has no
   * file, so the page is the only place that has the id.
   */
  private async createAs(id: string): Promise<Conversation | undefined> {
    const { journal } = this.deps;
    return this.fileMutex.runExclusive(async () => {
      const existing = this.openById.get(id)?.conversation;
      if (existing || !isConversationId(id) || !(await journal.files.isUnused(id))) return existing;
      return this.create(id);
    });
  }

  private prune(): void {
    this.fileMutex
      .runExclusive(async () => {
        for (const id of await this.deps.journal.prune()) this.removalListeners.fire({ id, state: 'deleted' });
      })
      .catch(this.deps.onError);
  }

  private async load(id: unknown, openMode: OpenMode = 'allow-read-only'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.fileMutex.runExclusive(async () => {
      const existing = this.openById.get(id);
      if (existing?.file) return existing.conversation;
      const opened = await this.deps.journal.open(id, openMode);
      if (!opened || !existing) return opened && this.add(id, opened);
      if (!opened.file) return existing.conversation;
      existing.follower?.dispose();
      existing.follower = undefined;
      existing.file = opened.file;
      existing.conversation.log.setWritable(opened.storedConversation.tree, opened.file);
      return existing.conversation;
    });
  }

  private add(id: string, { storedConversation, file }: OpenedConversation): Conversation {
    const beforeAttempt = (): Promise<unknown> => resultWithin(maxWriteWaitMs, this.flush(id), this.deps.clock);
    const { images } = this.deps.journal.files;
    const deps = { ...this.deps, images, beforeAttempt };
    const conversation = new Conversation(id, storedConversation.tree, file, deps);
    const open: OpenConversation = { conversation, file, holds: new Set() };
    conversation.log.onDidChangeState((change) => {
      this.changeListeners.fire({ conversation, change });
      if (this.isIdle(open)) this.closeIdle();
    });
    this.openById.set(id, open);
    if (!file) this.follow(open);
    // If the conversation's panel was closed while the file was being read, the conversation is unused and is closed.
    this.closeIdle();
    return conversation;
  }

  private follow(open: OpenConversation): void {
    const { conversation } = open;
    open.follower = this.deps.journal.follow(conversation.id, ({ tree }, isFree) => {
      conversation.log.refresh(tree);
      // After a reload, the old extension host might still have had the lock when the conversation was opened. The
      // conversation becomes writable as soon as the lock is free.
      if (isFree && conversation.id === this.idBeforeReload) {
        this.load(conversation.id, 'only-if-free').catch(this.deps.onError);
      }
    });
  }

  private handleLost(id: string): void {
    const open = this.openById.get(id);
    if (!open) return;
    open.file = undefined;
    open.conversation.setReadOnly();
    this.follow(open);
    this.closeIdle();
  }

  private isIdle({ conversation, holds }: OpenConversation): boolean {
    return holds.size === 0 && !conversation.busy && conversation !== this.lastCurrent;
  }

  private closeIdle(): void {
    const { journal, onError } = this.deps;
    this.fileMutex
      .runExclusive(async () => {
        // Waiting for one iteration of the event loop lets a caller that has just received a conversation call
        // `keepOpen`.
        await new Promise((resolve) => setImmediate(resolve));
        for (const [id, open] of Array.from(this.openById)) {
          if (!this.isIdle(open)) continue;
          await journal.flush(id);
          if (!this.isIdle(open) || !journal.isWritten(id)) continue;
          this.untrack(id);
          await journal.close(id);
        }
      })
      .catch(onError);
  }

  private untrack(id: string): void {
    this.openById.get(id)?.follower?.dispose();
    this.openById.delete(id);
  }
}

function isBlank(conversation: Conversation): boolean {
  return (
    !conversation.readOnly && !conversation.busy && conversation.tree.title === undefined && conversation.tree.isEmpty
  );
}

/**
 * Returns whether the last answer, or one of the compared answers at the end, was interrupted by a reload or a crash.
 */
function isInterrupted({ lastAnswers }: Conversation): boolean {
  return lastAnswers.some(({ state }) => state.phase === 'interrupted');
}
