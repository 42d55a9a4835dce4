import { isWaiting } from '../../engine/state/turnState';
import { isConversationId } from '../journal/journalFolder';
import type { Conversation } from './conversation';
import { ConversationStore, type ConversationStoreDeps, type OpenConversation } from './conversationStore';
import {
  ConversationIndex,
  findExcerpt,
  outlineOf,
  readContent,
  searchableTexts,
  splitWords,
  type ConversationHit,
  type ConversationListItem,
  type ReadConversation,
} from './conversationSummaries';
import type { StateStore } from './promptHistoryStore';

const currentKey = 'holysheep.currentConversation';

/** Number of recently written conversations that are searched for an interrupted answer. */
const maxInterruptedChecked = 5;

interface ConversationsDeps extends ConversationStoreDeps {
  readonly workspaceState: StateStore;
}

/** The conversations of a workspace. Commands act on the current conversation, which stays open. */
export class Conversations extends ConversationStore {
  private readonly index: ConversationIndex;
  private lastCurrent: Conversation | undefined;

  constructor(protected override readonly deps: ConversationsDeps) {
    super(deps);
    this.index = new ConversationIndex(deps.journal);
  }

  get current(): Conversation | undefined {
    return this.lastCurrent && this.isOpen(this.lastCurrent) ? this.lastCurrent : undefined;
  }

  get running(): Conversation | undefined {
    return pickPrimaryConversation(this.current, this.all);
  }

  get runningCount(): number {
    return this.all.filter(({ activeExchange }) => activeExchange).length;
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
    const opened = await this.open(id);
    const created = opened ? undefined : await this.createAs(id);
    return created ? this.makeCurrent(created) : opened;
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
        if (this.openById.has(id) || !(await journal.read(id))?.interruptedIds.length) continue;
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
    const onDisk = await this.index.summaries(limit + this.openById.size);
    const open = [...this.openById.values()].flatMap(({ conversation, file }): readonly ConversationListItem[] => {
      const outline = outlineOf(conversation);
      if (!outline || !file) return [];
      return [{ id: conversation.id, lastActivityAt: file.lastActivityAt, busy: conversation.busy, ...outline }];
    });
    const summaries = [...open, ...onDisk.filter(({ id }) => !this.openById.get(id)?.file)];
    return summaries.sort((a, b) => b.lastActivityAt - a.lastActivityAt).slice(0, limit);
  }

  async search(query: string, signal?: AbortSignal): Promise<readonly ConversationHit[]> {
    const words = splitWords(query);
    const hits: ConversationHit[] = [];
    for (const summary of await this.list()) {
      if (signal?.aborted) break;
      const open = this.openById.get(summary.id);
      const texts = open?.file ? searchableTexts(open.conversation) : await this.index.texts(summary.id);
      // A conversation that can't be read may still have a title.
      const excerpt = findExcerpt(texts.length > 0 ? texts : [summary.title], words);
      if (excerpt !== undefined) hits.push({ ...summary, excerpt });
    }
    return hits;
  }

  async read(id: string): Promise<ReadConversation | undefined> {
    const open = this.openById.get(id);
    if (open?.file) return readContent(id, open.conversation);
    const stored = isConversationId(id) ? await this.deps.journal.read(id) : undefined;
    return stored && readContent(id, stored);
  }

  /** Renames an open or closed conversation. Does nothing while another window has the conversation open. */
  async rename(id: string, title: string): Promise<void> {
    (await this.load(id, 'report-if-locked'))?.rename(title);
    this.closeIdle();
  }

  protected override isIdle(open: OpenConversation): boolean {
    return open.conversation !== this.lastCurrent && super.isIdle(open);
  }

  private makeCurrent(conversation: Conversation): Conversation {
    this.lastCurrent = conversation;
    this.deps.workspaceState.update(currentKey, conversation.id).then(undefined, this.deps.onError);
    this.closeIdle();
    this.changeListeners.fire({ conversation });
    return conversation;
  }
}

function isBlank(conversation: Conversation): boolean {
  return (
    !conversation.readOnly &&
    !conversation.busy &&
    conversation.title === undefined &&
    conversation.tree.all().length === 0
  );
}

/** Returns whether the last answer was interrupted, or one of the answers that are being compared. */
function isInterrupted({ lastColumns }: Conversation): boolean {
  return lastColumns.some(({ state }) => state.phase === 'interrupted');
}

/** Returns the current conversation if its turn is running, else one whose turn waits, else any with a running turn. */
export function pickPrimaryConversation<Candidate extends Pick<Conversation, 'activeExchange'>>(
  current: Candidate | undefined,
  all: readonly Candidate[],
): Candidate | undefined {
  if (current?.activeExchange) return current;
  const running = all.filter(({ activeExchange }) => activeExchange);
  return running.find(({ activeExchange }) => activeExchange && isWaiting(activeExchange.state.phase)) ?? running[0];
}
