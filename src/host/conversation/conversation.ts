import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EngineSettings } from '../../engine/engine';
import { isDelta, routeOf, type RecordedEvent, type StreamEvent } from '../../engine/events';
import type { ChatRequest } from '../../engine/request';
import { initialTurn, markInterrupted, toRecordedEvents } from '../../engine/state/turnState';
import type { ExchangeSnapshot } from '../../shared/protocol';
import type { StoredConversation } from '../journal/journalFold';
import type { JournalLine } from '../journal/journalSchema';
import { Listeners } from '../util/listeners';
import {
  canContinue,
  canRetry,
  toPromptInput,
  isFinished,
  stateForRerun,
  withEvents,
  type Exchange,
  type PromptInput,
} from '../journal/exchange';
import { Exchanges, type OtherVersion } from '../journal/exchanges';
import { isScheduled, ScheduledExchanges } from './scheduledExchanges';
import { TurnRunner, type ImmediateStart, type TurnRunnerDeps, type TurnStart } from './turnRunner';

/** A change to a conversation, in the format in which the host posts it to the panel. */
export type ConversationChange =
  | { readonly type: 'exchange'; readonly exchange: ExchangeSnapshot }
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly RecordedEvent[] }
  /** Another version became current. `exchanges` contains all exchanges of the newly selected branch. */
  | { readonly type: 'path'; readonly exchanges: readonly ExchangeSnapshot[] }
  | { readonly type: 'title' }
  /** The conversation became read-only or writable. Any part of its content may have changed. */
  | { readonly type: 'access' };

export interface ConversationDeps extends TurnRunnerDeps {
  /**
   * Returns the setting `holysheep.resume`. It also decides how the user's *Retry* handles an answer whose stream
   * broke.
   */
  readonly resumeSetting: () => EngineSettings['resume'];
  /**
   * Receives every event of a turn except deltas, so that the events can be logged. Must not throw, because an
   * exception would end the turn.
   */
  readonly onEvent: (conversationId: string, exchangeId: string, event: StreamEvent) => void;
}

type ConversationContent = Pick<StoredConversation, 'allExchanges' | 'tree' | 'title'>;

interface JournalWriter {
  append(line: JournalLine): void;
}

/**
 * A conversation: its exchanges in order, with at most one running turn. An exchange may have several versions, one of
 * which is current. A turn continues to run when the panel is closed. The conversation is read-only while another
 * window has the right to write it.
 */
export class Conversation {
  private readonly exchangeStore: Exchanges;
  private customTitle: string | undefined;
  private readonly turnRunner: TurnRunner;
  /** The exchanges whose prompts are sent later. */
  readonly scheduled: ScheduledExchanges;
  private readonly changeListeners = new Listeners<ConversationChange>((error) => this.deps.onError(error));
  readonly onDidChange = this.changeListeners.event;
  private readonly stateListeners = new Listeners<ConversationChange>((error) => this.deps.onError(error));
  /**
   * Fires after `onDidChange`, except when a change only adds text to the answer, which happens up to sixty times a
   * second.
   */
  readonly onDidChangeState = this.stateListeners.event;
  private readonly idleListeners = new Listeners<void>((error) => this.deps.onError(error));
  /** Fires when a turn has ended and no other turn is queued. */
  readonly onDidBecomeIdle = this.idleListeners.event;
  private isReadOnly: boolean;
  /**
   * The prompt that is sent when an API key is set. Not stored: after a reload, the prompt is still in the composer but
   * is no longer sent automatically.
   */
  promptAwaitingKey: PromptInput | undefined;

  /** @param journal the file of the conversation, or `undefined` while another window has the right to write it */
  constructor(
    readonly id: string,
    content: ConversationContent,
    private journal: JournalWriter | undefined,
    private readonly deps: ConversationDeps,
  ) {
    this.isReadOnly = journal === undefined;
    this.exchangeStore = new Exchanges(content);
    this.customTitle = content.title;
    const owner = {
      update: (exchange: Exchange) => this.update(exchange),
      fold: (exchangeId: string, events: readonly StreamEvent[]) => this.fold(exchangeId, events),
      onEvent: (exchangeId: string, event: StreamEvent) => deps.onEvent(id, exchangeId, event),
      onIdle: () => this.idleListeners.fire(),
    };
    this.turnRunner = new TurnRunner(this.exchangeStore, owner, deps);
    this.scheduled = new ScheduledExchanges(this.exchangeStore, this.turnRunner, {
      isReadOnly: () => this.isReadOnly,
      append: (line) => this.journal?.append(line),
      update: (exchange) => this.update(exchange),
      rerun: (exchange, start, model) => this.rerun(exchange, start, model),
    });
  }

  /** Whether another window has the right to write the conversation. If so, this window can't change it. */
  get readOnly(): boolean {
    return this.isReadOnly;
  }

  /** Makes the conversation read-only. The running turn is still written until the journal file is closed. */
  setReadOnly(): void {
    if (this.isReadOnly) return;
    this.isReadOnly = true;
    this.fire({ type: 'access' });
  }

  /** Makes the conversation writable in this window and loads what another window has written. */
  setWritable(content: ConversationContent, journal: JournalWriter): void {
    this.journal = journal;
    this.isReadOnly = false;
    this.load(content);
    this.fire({ type: 'access' });
  }

  /** Loads what another window has written, and reports it to the listeners as changes. */
  refresh(content: ConversationContent): void {
    const [title, before] = [this.title, this.views()];
    this.load(content);
    const after = this.views();
    if (this.title !== title) this.fire({ type: 'title' });
    if (before.length !== after.length || before.some(({ id }, index) => id !== after[index]?.id)) this.firePath();
    const previous = new Map(before.map((view) => [view.id, view]));
    for (const exchange of after) {
      if (!isDeepStrictEqual(previous.get(exchange.id), exchange)) this.fire({ type: 'exchange', exchange });
    }
  }

  /** Returns the exchanges of the selected branch of the conversation, oldest first. */
  exchanges(): readonly Exchange[] {
    return this.exchangeStore.path();
  }

  /** Returns the exchanges of the selected branch of the conversation, in the format that the panel draws. */
  views(): readonly ExchangeSnapshot[] {
    return this.exchanges().map((exchange) => this.exchangeStore.view(exchange));
  }

  /**
   * Returns the exchanges outside the selected branch of the conversation, in the order in which the user sent the
   * prompts.
   */
  otherVersions(): readonly OtherVersion[] {
    return this.exchangeStore.otherVersions();
  }

  /** The title that the user chose. When it is `undefined`, lists show the first prompt instead. */
  get title(): string | undefined {
    return this.customTitle;
  }

  /** Returns an exchange, even if it is not on the selected branch of the conversation. */
  exchange(id: string): Exchange | undefined {
    return this.exchangeStore.get(id);
  }

  /** The exchange whose turn is running. */
  get activeExchange(): Exchange | undefined {
    return this.turnRunner.activeExchange;
  }

  /** Whether a turn is running or about to start. */
  get busy(): boolean {
    return this.turnRunner.busy;
  }

  get lastExchange(): Exchange | undefined {
    return this.exchanges().at(-1);
  }

  /** Returns the request for an exchange, with the current settings and the model that answered the exchange. */
  requestOf(exchangeId: string): ChatRequest | undefined {
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return undefined;
    const request = this.turnRunner.requestOf(exchange);
    return { ...request, model: exchange.state.model || request.model };
  }

  /**
   * Adds a prompt at the end and starts its turn, or queues the turn while another one runs.
   * @throws Error when the conversation is read-only
   */
  ask(input: PromptInput): Exchange {
    if (this.isReadOnly) throw new Error('the conversation is read-only');
    const id = randomUUID();
    this.journal?.append({ type: 'exchange', id, ...input });
    const exchange = { ...input, id, state: initialTurn, queued: this.busy };
    this.exchangeStore.add(exchange);
    this.update(exchange);
    this.turnRunner.run(id);
    return this.exchangeStore.get(id) ?? exchange;
  }

  /**
   * Adds a new version of an exchange and starts its turn. The turns of the replaced exchange and of the exchanges
   * after it are stopped. If the id is unknown, the prompt is added at the end.
   */
  edit(exchangeId: string, input: PromptInput): Exchange {
    if (this.isReadOnly || !this.exchangeStore.get(exchangeId)) return this.ask(input);
    const id = randomUUID();
    const after = this.exchangeStore.parent(exchangeId);
    this.journal?.append({ type: 'exchange', id, after, ...input });
    const exchange = { ...input, id, state: initialTurn, queued: this.busy };
    this.exchangeStore.add(exchange, after);
    this.firePath();
    this.stopMatching((id) => this.exchangeStore.isSameOrDescendant(id, exchangeId));
    for (const { id } of this.scheduled.list()) {
      if (this.exchangeStore.isSameOrDescendant(id, exchangeId)) this.scheduled.end(id, { outcome: 'stopped' });
    }
    this.turnRunner.run(id);
    return this.exchangeStore.get(id) ?? exchange;
  }

  /**
   * Adds a new version with the same prompt, to get another answer.
   * @returns the new exchange; the existing exchange if its turn is still running or queued; undefined for an unknown
   * id
   */
  regenerate(exchangeId: string, model?: string): Exchange | undefined {
    const exchange = this.exchangeStore.get(exchangeId);
    if (this.isReadOnly || !exchange || !isFinished(exchange)) return exchange;
    const input = toPromptInput(exchange);
    return this.edit(exchangeId, model === undefined ? input : { ...input, model });
  }

  /**
   * Makes a version current, together with the exchanges that followed it. Does nothing while a turn is running,
   * because the running turn could disappear from the panel.
   */
  showVersion(exchangeId: string): void {
    if (this.isReadOnly || this.busy || !this.exchangeStore.get(exchangeId) || this.exchangeStore.isOnPath(exchangeId))
      return;
    this.journal?.append({ type: 'show', exchangeId });
    this.exchangeStore.show(exchangeId);
    this.firePath();
  }

  /** Sets the title. An empty string removes it. */
  rename(title: string): void {
    const newTitle = title.trim() || undefined;
    if (this.isReadOnly || newTitle === this.customTitle) return;
    this.customTitle = newTitle;
    this.journal?.append({ type: 'title', title: newTitle ?? '' });
    this.fire({ type: 'title' });
  }

  /**
   * Stops the turn of an exchange, removes the turn from the queue or cancels its schedule. Without an id, the running
   * turn is stopped.
   */
  stop(exchangeId?: string): void {
    if (exchangeId === undefined) this.turnRunner.stop();
    else {
      this.scheduled.end(exchangeId, { outcome: 'stopped' });
      this.stopMatching((id) => id === exchangeId);
    }
  }

  /** Stops the running turn and removes all queued turns. Resolves when no turn is running any more. */
  async stopAll(): Promise<void> {
    this.stopMatching(() => true);
    await this.turnRunner.waitForCurrentTurn();
  }

  /**
   * Ends the wait of a running turn, or retries a turn that has ended without a complete answer. Without an id, this
   * applies to the running turn, or else to the last turn. Does nothing for a scheduled exchange, whose prompt only the
   * scheduler sends.
   */
  retryNow(exchangeId = this.activeExchange?.id ?? this.lastExchange?.id): void {
    const exchange = exchangeId === undefined ? undefined : this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    this.retry(exchange, 'retryNow');
  }

  /** Does the same as `retryNow`, and clears the failures that the circuit breaker has recorded for the model. */
  tryAnyway(exchangeId: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (exchange) this.retry(exchange, 'tryAnyway');
  }

  /** Continues an incomplete answer at the end of its text. */
  continue(exchangeId: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (exchange && canContinue(exchange)) this.rerun(exchange, { mode: 'continue' });
  }

  /**
   * Requests the answer again from the beginning, even if it is complete. The old text stays until the new text is
   * longer.
   * @param options with `moreRoom`, the answer gets more tokens
   */
  restart(exchangeId: string, options: Pick<TurnStart, 'moreRoom'> = {}): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (exchange && isFinished(exchange)) this.rerun(exchange, { mode: 'restart', ...options });
    else this.retryNow(exchangeId);
  }

  /**
   * Switches a running turn to another model. A turn that has ended without a complete answer is restarted with that
   * model.
   */
  switchModel(exchangeId: string, model: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    if (exchange === this.activeExchange) this.turnRunner.runningTurn?.switchModel(model);
    // Checks again, because the answer may have become complete while the user was choosing the model.
    else if (canRetry(exchange)) this.rerun({ ...exchange, model }, { mode: 'restart' }, model);
  }

  /**
   * Switches a running turn to the next route. A turn that has ended without a complete answer is started again over
   * another route than the one that it used last.
   */
  switchRoute(exchangeId: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    if (exchange === this.activeExchange) this.turnRunner.runningTurn?.switchRoute();
    else if (canRetry(exchange)) this.rerun(exchange, { avoidRoute: routeOf(exchange.state) });
  }

  /**
   * Lets the fallback model that the wait or the failure of a turn names continue the partial answer. The model of the
   * exchange stays the same, so that *Regenerate* and *Continue* use it.
   */
  continueWithFallback(exchangeId: string): void {
    this.turnRunner.flush();
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    const { wait, failure } = exchange.state;
    const { fallbackModel: model, reason } = wait ?? { ...failure, reason: failure?.kind };
    if (model === undefined || reason === undefined) return;
    if (exchange === this.activeExchange) this.turnRunner.runningTurn?.continueWith(model, reason);
    else if (canContinue(exchange)) this.rerun(exchange, { mode: 'continue', continuation: { model, reason } });
  }

  /**
   * Switches a waiting turn to the model that the user has selected, regardless of the turn's previous model. A turn
   * that does not wait keeps its model.
   * @param demo whether the model belongs to the demo's embedded gateway
   */
  selectModel(model: string, demo: boolean): void {
    this.turnRunner.selectModel(model, demo);
  }

  /**
   * Applies changed settings: if the user has selected another model in the settings, a waiting turn switches to it.
   */
  applySettings(): void {
    this.turnRunner.applySettings();
  }

  /** Ends all turns of the demo, because its embedded gateway is about to close. */
  endDemo(): void {
    for (const exchange of this.turnRunner.removeFromQueue(({ demo }) => demo === true)) {
      this.journal?.append({ type: 'interrupted', exchangeId: exchange.id });
      this.update({ ...exchange, queued: false, state: markInterrupted(exchange.state) });
    }
    if (this.activeExchange?.demo) this.stop();
  }

  /**
   * Adds the events of the running turn that have arrived so far to the state and to the journal, without waiting until
   * the next batch is due.
   */
  flush(): void {
    this.turnRunner.flush();
  }

  private stopMatching(matches: (exchangeId: string) => boolean): void {
    // Removes the queued turns first, because the end of the running turn starts the next queued turn.
    for (const exchange of this.turnRunner.removeFromQueue(({ id }) => matches(id))) {
      const { text, attempts } = exchange.state;
      this.update({ ...exchange, queued: false });
      this.fold(exchange.id, [{ type: 'stopped', text, attempt: attempts, at: this.deps.clock.monotonicNow() }]);
    }
    this.turnRunner.stop(matches);
  }

  private retry(exchange: Exchange, immediate: ImmediateStart): void {
    if (exchange === this.activeExchange) this.turnRunner.runningTurn?.[immediate]();
    else if (canRetry(exchange)) this.rerun(exchange, { immediate });
  }

  /**
   * Starts the turn of an exchange again. Does nothing for a scheduled exchange, because the request could otherwise be
   * sent twice: only the scheduler may send its prompt, after it has claimed the prompt.
   * @param start by default, continues a partial answer if the setting allows it, and otherwise restarts the answer
   */
  private rerun(exchange: Exchange, start: TurnStart, model?: string): void {
    if (this.isReadOnly || isScheduled(exchange)) return;
    const continues = canContinue(exchange) && this.deps.resumeSetting() === 'auto';
    const { mode = continues ? 'continue' : 'restart' } = start;
    this.journal?.append({ type: 'rerun', exchangeId: exchange.id, go: mode, ...(model !== undefined && { model }) });
    this.update({ ...exchange, state: stateForRerun(exchange.state, mode), queued: this.busy });
    this.turnRunner.run(exchange.id, { ...start, mode });
  }

  private fold(exchangeId: string, streamEvents: readonly StreamEvent[]): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    const events = toRecordedEvents(streamEvents, exchange.state);
    const next = withEvents(exchange, events);
    this.exchangeStore.update(next);
    this.journal?.append({ type: 'events', exchangeId, events });
    if (!this.exchangeStore.isOnPath(exchangeId)) return;
    const onlyDeltas = next.state.phase === exchange.state.phase && events.every(isDelta);
    this.fire({ type: 'events', exchangeId, events }, onlyDeltas);
  }

  private update(exchange: Exchange): Exchange {
    this.exchangeStore.update(exchange);
    // Reports only exchanges of the selected branch, because the panel does not draw an exchange that an edit has
    // replaced.
    if (this.exchangeStore.isOnPath(exchange.id))
      this.fire({ type: 'exchange', exchange: this.exchangeStore.view(exchange) });
    return exchange;
  }

  private load(content: ConversationContent): void {
    this.exchangeStore.load(content);
    this.customTitle = content.title;
  }

  private firePath(): void {
    this.fire({ type: 'path', exchanges: this.views() });
  }

  private fire(change: ConversationChange, onlyDeltas = false): void {
    this.changeListeners.fire(change);
    if (!onlyDeltas) this.stateListeners.fire(change);
  }
}
