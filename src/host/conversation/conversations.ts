import { Conversation, type ConversationChange, type ConversationDeps } from './conversation';
import type { Exchange } from './exchange';
import { isConversationId, type Journal } from './journal';
import type { JournalFile } from './journalFile';
import { Listeners } from './listeners';
import type { Store } from './promptHistory';

const currentKey = 'holysheep.currentConversation';

export interface ConversationsDeps extends ConversationDeps {
  readonly journal: Journal;
  /** Of the workspace. */
  readonly memory: Store;
}

/** The conversation that commands act on, and those before it whose turns still run. */
export class Conversations {
  private readonly live = new Map<string, Conversation>();
  private fileWork: Promise<void> = Promise.resolve();
  private shown: Conversation | undefined;
  private readonly changes = new Listeners<{
    readonly conversation: Conversation;
    readonly change?: ConversationChange;
  }>((error) => this.deps.onError(error));
  /** Any change of any of them; without `change` another one became current. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: ConversationsDeps) {}

  get current(): Conversation | undefined {
    return this.shown;
  }

  /** The one whose turn runs; the current one first. */
  get running(): Conversation | undefined {
    return this.shown?.active ? this.shown : [...this.live.values()].find((conversation) => conversation.active);
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

  startNew(): Conversation {
    const { id, file } = this.deps.journal.create();
    const conversation = this.makeCurrent(this.add(id, [], file));
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

  /**
   * The conversation whose answer a reload or a crash has broken off, once: the window may have forgotten its panel.
   * @returns undefined when there is none, or when it is shown already
   */
  async brokenOff(): Promise<Conversation | undefined> {
    const found = await this.inOrder(async () => {
      const id = await this.deps.journal.newest();
      if (id === undefined || this.live.has(id)) return undefined;
      const opened = await this.deps.journal.open(id);
      if (opened?.brokenOff) return this.add(id, opened.exchanges, opened.file);
      await this.deps.journal.close(id);
      return undefined;
    });
    if (found && !this.current) return this.makeCurrent(found);
    this.closeIdle();
    return undefined;
  }

  leaveDemo(): void {
    for (const conversation of this.live.values()) conversation.leaveDemo();
  }

  settingsChanged(): void {
    for (const conversation of this.live.values()) conversation.settingsChanged();
  }

  /** For the moment the extension host goes away: what has arrived is on disk afterwards. */
  flushSync(): void {
    for (const conversation of this.live.values()) conversation.flush();
    this.deps.journal.flushSync();
  }

  private async load(id: unknown): Promise<Conversation | undefined> {
    if (!isConversationId(id)) return undefined;
    return this.inOrder(async () => {
      const known = this.live.get(id);
      if (known) return known;
      const opened = await this.deps.journal.open(id);
      return opened && this.add(id, opened.exchanges, opened.file);
    });
  }

  private add(id: string, exchanges: readonly Exchange[], file: JournalFile): Conversation {
    const conversation = new Conversation(id, exchanges, file, this.deps);
    conversation.onDidChange((change) => this.changes.fire({ conversation, change }));
    this.live.set(id, conversation);
    return conversation;
  }

  private makeCurrent(conversation: Conversation): Conversation {
    this.shown = conversation;
    this.deps.memory.update(currentKey, conversation.id).then(undefined, this.deps.onError);
    this.closeIdle();
    this.changes.fire({ conversation });
    return conversation;
  }

  /** Lets go of those that are neither current nor at work. */
  private closeIdle(): void {
    for (const other of this.live.values()) {
      if (other === this.shown || other.busy) continue;
      this.live.delete(other.id);
      this.inOrder(() => this.deps.journal.close(other.id)).catch(this.deps.onError);
    }
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
