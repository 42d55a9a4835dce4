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

/** Number of recently written conversations that are searched for an interrupted answer. */
const maxInterruptedChecked = 5;

/** Maximum time for which a prompt waits for the disk before it is sent, in milliseconds. */
const maxWriteWaitMs = 500;

interface ConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
  readonly workspaceState: StateStore;
}

interface UndoableRemoval {
  undo(): Promise<void>;
  deletePermanently(): Promise<void>;
}

export interface RemovalEvent {
  readonly id: string;
  /** `hidden`: the user can still undo the deletion. `deleted`: the deletion is final. */
  readonly state: 'hidden' | 'restored' | 'deleted';
}

interface OpenConversation {
  readonly conversation: Conversation;
  file?: JournalFile | undefined;
  follower?: Follower | undefined;
  readonly holds: Set<object>;
}

/**
 * The conversations of a workspace. Commands act on the current conversation, which stays open. Another conversation is
 * open while a caller keeps it open or its turn is running. Work on files is done one job at a time, so that no file is
 * opened twice or while it is being closed.
 */
export class Conversations {
  private readonly openById = new Map<string, OpenConversation>();
  private readonly fileMutex = new Mutex();
  private readonly changeListeners = new Listeners<{
    readonly conversation: Conversation;
    readonly change?: ConversationChange;
  }>((error) => this.deps.onError(error));
  /**
   * Fires for each `onDidChangeState` of an open conversation. Also fires, without a `change`, when another
   * conversation becomes current.
   */
  readonly onDidChange = this.changeListeners.event;
  private readonly removalListeners = new Listeners<RemovalEvent>((error) => this.deps.onError(error));
  readonly onDidRemove = this.removalListeners.event;
  private readonly index: ConversationIndex;
  private lastCurrent: Conversation | undefined;
  /** The current conversation of this window before the last reload. */
  private readonly idBeforeReload: unknown;

  constructor(private readonly deps: ConversationsDeps) {
    this.index = new ConversationIndex(deps.journal);
    this.idBeforeReload = deps.workspaceState.get(currentKey);
    deps.journal.onDidLose((id) => this.handleLost(id));
  }

  get current(): Conversation | undefined {
    return this.lastCurrent && this.isOpen(this.lastCurrent) ? this.lastCurrent : undefined;
  }

  /** The current conversation if its turn is running, else one whose turn waits, else any with a running turn. */
  get running(): Conversation | undefined {
    const { current, allRunning } = this;
    if (current?.activeAnswer) return current;
    return allRunning.find(({ activeAnswer }) => activeAnswer && isWaiting(activeAnswer.state.phase)) ?? allRunning[0];
  }

  get runningCount(): number {
    return this.allRunning.length;
  }

  /** Returns the current conversation if it is writable, else the one that a reload interrupted, else a new one. */
  async ensureCurrent(): Promise<Conversation> {
    if (this.current && !this.current.readOnly) return this.current;
    // Opens the previous conversation only if its lock is free, because a prompt must not wait for a lock.
    const previous = await this.load(this.deps.workspaceState.get(currentKey), 'only-if-free');
    // Checks again, because a concurrent call may have made a conversation current meanwhile.
    if (this.current && !this.current.readOnly) return this.current;
    return previous && isInterrupted(previous) ? this.makeCurrent(previous) : this.startNew();
  }

  /** Makes the conversation with a running turn current. Without one, does the same as `ensureCurrent`. */
  async openRunning(): Promise<Conversation> {
    const { running } = this;
    return running ? this.makeCurrent(running) : this.ensureCurrent();
  }

  /** Reuses the current conversation if it is empty. */
  startNew(): Conversation {
    if (this.current && isBlank(this.current)) return this.makeCurrent(this.current);
    const conversation = this.makeCurrent(this.create());
    this.prune();
    return conversation;
  }

  /** @returns undefined if the conversation does not exist or can't be opened */
  async open(id: unknown): Promise<Conversation | undefined> {
    const conversation = await this.load(id);
    return conversation && this.makeCurrent(conversation);
  }

  /** Creates a conversation without a file, because it has no prompt yet, under the id that its page has stored. */
  async openOrCreate(id: string): Promise<Conversation | undefined> {
    const conversation = (await this.load(id)) ?? (await this.createAs(id));
    return conversation && this.makeCurrent(conversation);
  }

  /**
   * Opens the closed conversations that a reload or a crash has interrupted, newest first, because VS Code may not
   * restore their panels. Later calls don't return them again. The newest becomes current if there is none.
   */
  async openInterrupted(): Promise<readonly Conversation[]> {
    const { journal, onError } = this.deps;
    const found: Conversation[] = [];
    const holds: { dispose(): void }[] = [];
    for (const { id } of (await journal.files.listNewestFirst()).slice(0, maxInterruptedChecked)) {
      try {
        if (this.openById.has(id) || !(await journal.read(id))?.interrupted.length) continue;
        const opened = await this.load(id, 'only-if-free');
        if (!opened) continue;
        found.push(opened);
        holds.push(this.keepOpen(opened));
      } catch (error) {
        onError(error);
      }
    }
    if (found[0] && !this.current) this.makeCurrent(found[0]);
    for (const hold of holds) hold.dispose();
    return found;
  }

  activate(conversation: Conversation): void {
    if (this.isOpen(conversation) && this.current !== conversation) this.makeCurrent(conversation);
  }

  /** @param limit maximum number of conversations, the most recent ones */
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
      // A conversation that can't be read may still have a title.
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

  /** Renames an open or closed conversation. Does nothing while another window has the conversation open. */
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

  /** Call this as soon as a conversation was received: idle ones are closed in the next iteration of the event loop. */
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

  /** @returns undefined, without calling `work`, if the conversation does not exist or another window writes it */
  async withWritable<Result>(
    id: string,
    mode: 'only-if-free' | 'report-if-locked',
    work: (conversation: Conversation) => Promise<Result>,
  ): Promise<Result | undefined> {
    const conversation = await this.load(id, mode);
    if (!conversation || conversation.readOnly) return undefined;
    return this.withOpen(conversation, () => work(conversation));
  }

  /** Makes a read-only conversation writable here. The window that was writing the conversation shows it read-only. */
  async takeOver({ id }: Conversation): Promise<void> {
    await this.load(id, 'take-over');
  }

  /** Shows what other windows have written to the conversations that are read-only here. */
  reread(): void {
    for (const { follower } of this.openById.values()) follower?.reread();
  }

  async flush(id: string): Promise<void> {
    await this.deps.journal.flush(id);
  }

  /** See `Journal.sync`. */
  async sync(id: string): Promise<void> {
    await this.deps.journal.sync(id);
  }

  /** Rejects and leaves the conversation open if hiding fails. @returns undefined when no file was hidden */
  async remove(id: string): Promise<UndoableRemoval | undefined> {
    const { journal } = this.deps;
    if (!isConversationId(id)) return undefined;
    const isHidden = await this.fileMutex.runExclusive(async () => {
      const { conversation, file } = this.openById.get(id) ?? {};
      const hidden = await journal.hide(id);
      // The conversation stays open and read-only if another window is writing it.
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

  /** Call this before the gateways of the set close. */
  stopAllOf(set: GatewaySet): void {
    for (const conversation of this.all) if (conversation.set === set) conversation.stopAll();
  }

  applySettings(): void {
    for (const conversation of this.all) conversation.applySettings();
  }

  /** Writes all received text to disk before the extension host exits. */
  flushSync(): void {
    for (const conversation of this.all) conversation.flush();
    this.deps.journal.flushSync();
  }

  private isOpen(conversation: Conversation): boolean {
    return this.openById.get(conversation.id)?.conversation === conversation;
  }

  private create(unusedId?: string): Conversation {
    const { id, file } = this.deps.journal.create(unusedId);
    return this.add(id, { stored: foldJournal([]), file });
  }

  /** Restores a conversation without a prompt. It has no file, so its id is known only from its page. */
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

  private async load(id: unknown, mode: OpenMode = 'allow-read-only'): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.fileMutex.runExclusive(async () => {
      const existing = this.openById.get(id);
      if (existing?.file) return existing.conversation;
      const opened = await this.deps.journal.open(id, mode);
      if (!opened || !existing) return opened && this.add(id, opened);
      if (!opened.file) return existing.conversation;
      existing.follower?.dispose();
      existing.follower = undefined;
      existing.file = opened.file;
      existing.conversation.log.setWritable(opened.stored.tree, opened.file);
      return existing.conversation;
    });
  }

  private add(id: string, { stored, file }: OpenedConversation): Conversation {
    const beforeAttempt = (): Promise<unknown> => resultWithin(maxWriteWaitMs, this.flush(id), this.deps.clock);
    const conversation = new Conversation(id, stored.tree, file, { ...this.deps, beforeAttempt });
    const open: OpenConversation = { conversation, file, holds: new Set() };
    conversation.log.onDidChangeState((change) => {
      this.changeListeners.fire({ conversation, change });
      if (this.isIdle(open)) this.closeIdle();
    });
    this.openById.set(id, open);
    if (!file) this.follow(open);
    // Nobody might keep the conversation open, for example because its panel was closed while the file was being read.
    this.closeIdle();
    return conversation;
  }

  private follow(open: OpenConversation): void {
    const { conversation } = open;
    open.follower = this.deps.journal.follow(conversation.id, ({ tree }, isFree) => {
      conversation.log.refresh(tree);
      // The extension host from before a reload may still have had the lock when this one opened the conversation.
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
        // A caller that has just received a conversation needs time to keep it open.
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

/** Returns whether the last answer was interrupted, or one of the answers that are being compared. */
function isInterrupted({ lastAnswers }: Conversation): boolean {
  return lastAnswers.some(({ state }) => state.phase === 'interrupted');
}
