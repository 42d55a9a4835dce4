import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EngineSettings } from '../../engine/engine';
import { isDelta, type RecordedEvent, type StreamEvent } from '../../engine/events';
import type { ChatRequest } from '../../engine/request';
import { initialTurn, interrupted, recorded } from '../../engine/state/turnState';
import type { ExchangeView } from '../../shared/protocol';
import type { FoldedJournal } from '../journal/journalFold';
import type { JournalLine } from '../journal/journalSchema';
import { Listeners } from '../util/listeners';
import {
  canContinue,
  canRetry,
  inputOf,
  isFinished,
  stateForRerun,
  withEvents,
  type Exchange,
  type PromptInput,
} from './exchange';
import { Exchanges, type OtherVersion } from './exchanges';
import { TurnRunner, type ImmediateStart, type ResumeMode, type TurnRunnerDeps, type TurnStart } from './turnRunner';

/** What the panel is told; the shape is the protocol's. */
export type ConversationChange =
  | { readonly type: 'exchange'; readonly exchange: ExchangeView }
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly RecordedEvent[] }
  /** Another version of a prompt is shown: all exchanges as the conversation reads now. */
  | { readonly type: 'path'; readonly exchanges: readonly ExchangeView[] }
  | { readonly type: 'title' }
  /** It has become read-only, or can be written again: everything may be different. */
  | { readonly type: 'access' };

export interface ConversationDeps extends TurnRunnerDeps {
  /** What becomes of an answer that was cut; also when it is tried again by hand. */
  readonly resume: () => EngineSettings['resume'];
  /** Every event but deltas as it arrives, for the log. Must not throw, because that would end the turn. */
  readonly onEvent: (conversationId: string, exchangeId: string, event: StreamEvent) => void;
}

type ConversationContent = Pick<FoldedJournal, 'allExchanges' | 'tree' | 'title'>;

interface JournalWriter {
  append(line: JournalLine): void;
}

/**
 * Prompts and answers in order, one running turn at a time; a prompt may have other versions, of which one is shown.
 * Lives as long as its stream, with a panel or without. It is read-only while another window writes it.
 */
export class Conversation {
  private readonly exchangeStore: Exchanges;
  private customTitle: string | undefined;
  private readonly turnRunner: TurnRunner;
  private readonly changeListeners = new Listeners<ConversationChange>((error) => this.deps.onError(error));
  readonly onDidChange = this.changeListeners.event;
  private readonly stepListeners = new Listeners<ConversationChange>((error) => this.deps.onError(error));
  /** Fires after `onDidChange`, except when an answer only gets longer, which happens up to sixty times a second. */
  readonly onDidStep = this.stepListeners.event;
  private readonly idleListeners = new Listeners<void>((error) => this.deps.onError(error));
  /** Its last turn has ended, and none waits. */
  readonly onDidBecomeIdle = this.idleListeners.event;
  private isReadOnly: boolean;

  /** @param journal absent: another window writes the conversation */
  constructor(
    readonly id: string,
    earlier: ConversationContent,
    private journal: JournalWriter | undefined,
    private readonly deps: ConversationDeps,
  ) {
    this.isReadOnly = journal === undefined;
    this.exchangeStore = new Exchanges(earlier);
    this.customTitle = earlier.title;
    const owner = {
      update: (exchange: Exchange) => this.update(exchange),
      fold: (exchangeId: string, events: readonly StreamEvent[]) => this.fold(exchangeId, events),
      onEvent: (exchangeId: string, event: StreamEvent) => deps.onEvent(id, exchangeId, event),
      onIdle: () => this.idleListeners.fire(),
    };
    this.turnRunner = new TurnRunner(this.exchangeStore, owner, deps);
  }

  /** Another window writes it: nothing can be asked or changed here. */
  get readOnly(): boolean {
    return this.isReadOnly;
  }

  /** Nothing can be asked or changed from now on. What runs is still written, as long as the journal takes it. */
  setReadOnly(): void {
    if (this.isReadOnly) return;
    this.isReadOnly = true;
    this.fire({ type: 'access' });
  }

  /** This window writes it from now on. */
  setWritable(folded: ConversationContent, journal: JournalWriter): void {
    this.journal = journal;
    this.isReadOnly = false;
    this.load(folded);
    this.fire({ type: 'access' });
  }

  /** Shows what another window has written. */
  refresh(folded: ConversationContent): void {
    const [title, before] = [this.title, this.views()];
    this.load(folded);
    const after = this.views();
    if (this.title !== title) this.fire({ type: 'title' });
    if (before.length !== after.length || before.some(({ id }, index) => id !== after[index]?.id)) this.firePath();
    const known = new Map(before.map((view) => [view.id, view]));
    for (const exchange of after) {
      if (!isDeepStrictEqual(known.get(exchange.id), exchange)) this.fire({ type: 'exchange', exchange });
    }
  }

  /** Those that are shown, oldest first. */
  exchanges(): readonly Exchange[] {
    return this.exchangeStore.path();
  }

  /** The same, for the panel. */
  views(): readonly ExchangeView[] {
    return this.exchanges().map((exchange) => this.exchangeStore.view(exchange));
  }

  /** Those that are not shown, as they were asked. */
  otherVersions(): readonly OtherVersion[] {
    return this.exchangeStore.otherVersions();
  }

  /** Given by the person; absent: the first prompt speaks for it. */
  get title(): string | undefined {
    return this.customTitle;
  }

  /** Any, also one of another version. */
  exchange(id: string): Exchange | undefined {
    return this.exchangeStore.get(id);
  }

  /** The exchange whose turn runs now. */
  get active(): Exchange | undefined {
    return this.turnRunner.activeExchange;
  }

  /** A turn runs or is about to. */
  get busy(): boolean {
    return this.turnRunner.busy;
  }

  get last(): Exchange | undefined {
    return this.exchanges().at(-1);
  }

  /** What an exchange asks with the settings as they are now, of the model that has answered it or is to. */
  requestOf(exchangeId: string): ChatRequest | undefined {
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return undefined;
    const request = this.turnRunner.requestOf(exchange);
    return { ...request, model: exchange.state.model || request.model };
  }

  /** Starts a turn, or queues it behind those that were asked before. */
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

  /** Asks anew in place of an exchange, which stays as another version; a turn at or behind it is stopped first. */
  edit(exchangeId: string, input: PromptInput): Exchange {
    if (this.isReadOnly || !this.exchangeStore.get(exchangeId)) return this.ask(input);
    const id = randomUUID();
    const after = this.exchangeStore.parent(exchangeId);
    this.journal?.append({ type: 'exchange', id, after, ...input });
    const exchange = { ...input, id, state: initialTurn, queued: this.busy };
    this.exchangeStore.add(exchange, after);
    this.firePath();
    this.stopMatching((each) => this.exchangeStore.isSameOrDescendant(each, exchangeId));
    this.turnRunner.run(id);
    return this.exchangeStore.get(id) ?? exchange;
  }

  /**
   * Another answer to the same prompt, as another version.
   * @returns the exchange as it is when that is not over; undefined when there is none
   */
  regenerate(exchangeId: string, model?: string): Exchange | undefined {
    const exchange = this.exchangeStore.get(exchangeId);
    if (this.isReadOnly || !exchange || !isFinished(exchange)) return exchange;
    const input = inputOf(exchange);
    return this.edit(exchangeId, model === undefined ? input : { ...input, model });
  }

  /** Shows that version and what followed it; not while a turn runs, which would go on unseen. */
  showVersion(exchangeId: string): void {
    if (this.isReadOnly || this.busy || !this.exchangeStore.get(exchangeId) || this.exchangeStore.isOnPath(exchangeId))
      return;
    this.journal?.append({ type: 'show', exchangeId });
    this.exchangeStore.show(exchangeId);
    this.firePath();
  }

  /** '' takes the title away. */
  rename(title: string): void {
    const given = title.trim() || undefined;
    if (this.isReadOnly || given === this.customTitle) return;
    this.customTitle = given;
    this.journal?.append({ type: 'title', title: given ?? '' });
    this.fire({ type: 'title' });
  }

  /** Stops the turn of an exchange, or removes it from the queue; by default the running turn. */
  stop(exchangeId?: string): void {
    if (exchangeId === undefined) this.turnRunner.stop();
    else this.stopMatching((each) => each === exchangeId);
  }

  /** Stops all turns, also those that wait. Resolves when nothing runs any more. */
  async end(): Promise<void> {
    this.stopMatching(() => true);
    await this.turnRunner.waitForCurrentTurn();
  }

  /** Ends a wait, or tries a turn again that is over without a whole answer; by default the running or last one. */
  retryNow(exchangeId = this.active?.id ?? this.last?.id): void {
    const exchange = exchangeId === undefined ? undefined : this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    this.retry(exchange, 'retryNow');
  }

  /** As `retryNow`, and forgets that the model is not to be asked for a while. */
  tryAnyway(exchangeId: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (exchange) this.retry(exchange, 'tryAnyway');
  }

  /** Goes on with an answer that is over, where its text ends. */
  continue(exchangeId: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (exchange && canContinue(exchange)) this.rerun(exchange, { mode: 'continue' });
  }

  /** Asks anew, also for a whole answer; the text stays until the new one has overtaken it. */
  restart(exchangeId: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (exchange && isFinished(exchange)) this.rerun(exchange, { mode: 'restart' });
    else this.retryNow(exchangeId);
  }

  /** Switches a running turn to another model, or restarts with it a turn that ended without a complete answer. */
  switchModel(exchangeId: string, model: string): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    if (exchange === this.active) this.turnRunner.runningTurn?.switchModel(model);
    // The answer may have become complete while the user was choosing the model.
    else if (canRetry(exchange)) this.rerun({ ...exchange, model }, { mode: 'restart' }, model);
  }

  /**
   * Switches a waiting turn to the model that the user has selected, whichever model the turn used before. Other turns
   * keep their model.
   * @param demo whether the model belongs to the embedded gateway
   */
  selectModel(model: string, demo: boolean): void {
    this.turnRunner.selectModel(model, demo);
  }

  /** A wait for another model than the one that is set now is over. */
  applySettings(): void {
    this.turnRunner.applySettings();
  }

  /** The embedded gateway goes away: its turn, and those that wait behind it, are over. */
  endDemo(): void {
    for (const exchange of this.turnRunner.removeFromQueue(({ demo }) => demo === true)) {
      this.journal?.append({ type: 'interrupted', exchangeId: exchange.id });
      this.update({ ...exchange, queued: false, state: interrupted(exchange.state) });
    }
    if (this.active?.demo) this.stop();
  }

  /** Folds what has arrived into state and journal now. */
  flush(): void {
    this.turnRunner.flush();
  }

  /** Those that wait go first: the end of the running one would start them. */
  private stopMatching(isMeant: (exchangeId: string) => boolean): void {
    for (const exchange of this.turnRunner.removeFromQueue(({ id }) => isMeant(id))) {
      const { text, attempts } = exchange.state;
      this.update({ ...exchange, queued: false });
      this.fold(exchange.id, [{ type: 'stopped', text, attempt: attempts, at: this.deps.clock.ticks() }]);
    }
    this.turnRunner.stop(isMeant);
  }

  private retryMode(exchange: Exchange): ResumeMode {
    return canContinue(exchange) && this.deps.resume() === 'auto' ? 'continue' : 'restart';
  }

  private retry(exchange: Exchange, atOnce: ImmediateStart): void {
    if (exchange === this.active) this.turnRunner.runningTurn?.[atOnce]();
    else if (canRetry(exchange)) this.rerun(exchange, { mode: this.retryMode(exchange), immediate: atOnce });
  }

  private rerun(exchange: Exchange, how: TurnStart & { readonly mode: ResumeMode }, model?: string): void {
    if (this.isReadOnly) return;
    const { mode: go } = how;
    this.journal?.append({ type: 'rerun', exchangeId: exchange.id, go, ...(model !== undefined && { model }) });
    this.update({ ...exchange, state: stateForRerun(exchange.state, go), queued: this.busy });
    this.turnRunner.run(exchange.id, how);
  }

  private fold(exchangeId: string, arrived: readonly StreamEvent[]): void {
    const exchange = this.exchangeStore.get(exchangeId);
    if (!exchange) return;
    const events = recorded(arrived, exchange.state);
    const next = withEvents(exchange, events);
    this.exchangeStore.update(next);
    this.journal?.append({ type: 'events', exchangeId, events });
    if (!this.exchangeStore.isOnPath(exchangeId)) return;
    const onlyGrows = next.state.phase === exchange.state.phase && events.every(isDelta);
    this.fire({ type: 'events', exchangeId, events }, onlyGrows);
  }

  private update(exchange: Exchange): Exchange {
    this.exchangeStore.update(exchange);
    // A turn that an edit has stopped ends unseen.
    if (this.exchangeStore.isOnPath(exchange.id))
      this.fire({ type: 'exchange', exchange: this.exchangeStore.view(exchange) });
    return exchange;
  }

  private load(folded: ConversationContent): void {
    this.exchangeStore.load(folded);
    this.customTitle = folded.title;
  }

  private firePath(): void {
    this.fire({ type: 'path', exchanges: this.views() });
  }

  private fire(change: ConversationChange, onlyGrows = false): void {
    this.changeListeners.fire(change);
    if (!onlyGrows) this.stepListeners.fire(change);
  }
}
