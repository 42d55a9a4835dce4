import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock';
import type { EarlierAnswer, Engine, RunningTurn } from '../../core/engine';
import type { StreamEvent } from '../../core/events';
import type { Connection } from '../../core/request';
import type { EngineSettings } from '../../core/settings';
import { initialTurn, interrupted, isRunning } from '../../core/turnState';
import type { ExchangeView } from '../../protocol';
import { chatRequest, type RequestDefaults } from './chatRequest';
import type { OtherVersion } from './conversationSummary';
import { EventBatcher } from './eventBatcher';
import {
  canContinue,
  canRetry,
  inputOf,
  isOver,
  rerunOf,
  withEvents,
  type Exchange,
  type PromptInput,
} from './exchange';
import { Exchanges } from './exchanges';
import type { FoldedJournal } from './journalFold';
import type { JournalLine } from './journalLines';
import { Listeners } from './listeners';

/** What the panel is told; the shape is the protocol's. */
export type ConversationChange =
  | { readonly type: 'exchange'; readonly exchange: ExchangeView }
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly StreamEvent[] }
  /** Another version of a prompt is shown: all exchanges as the conversation reads now. */
  | { readonly type: 'path'; readonly exchanges: readonly ExchangeView[] }
  | { readonly type: 'title' };

export interface ConversationDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  /** @param demo whether the turn is one of the embedded gateway's */
  readonly defaults: (demo: boolean) => RequestDefaults;
  /** Where such a turn goes, asked for every attempt. */
  readonly connection: (demo: boolean) => Promise<Connection>;
  /** What becomes of an answer that was cut; also when it is tried again by hand. */
  readonly resume: () => EngineSettings['resume'];
  /** Every event as it arrives, for the log. */
  readonly onEvent: (conversationId: string, exchangeId: string, event: StreamEvent) => void;
  /** A defect of ours: the engine reports faults as events. */
  readonly onError: (error: unknown) => void;
}

type Go = EarlierAnswer['go'];

/** For somebody who does not want to wait in line. */
type AtOnce = 'retryNow' | 'tryAnyway';

interface Queued {
  readonly exchangeId: string;
  /** Absent: it is asked for the first time. */
  readonly go?: Go | undefined;
  /** Absent: it waits for whatever its gateway has asked for. */
  readonly atOnce?: AtOnce | undefined;
}

interface Running {
  readonly exchangeId: string;
  readonly turn: RunningTurn;
  readonly batcher: EventBatcher;
  /** The model that was set when the turn started, or when it was last told of another. */
  defaultModel: string;
}

/**
 * Prompts and answers in order, one running turn at a time; a prompt may have other versions, of which one is shown.
 * Lives as long as its stream, with a panel or without.
 */
export class Conversation {
  private readonly asked: Exchanges;
  private given: string | undefined;
  private readonly queue: Queued[] = [];
  private running: Running | undefined;
  private following: Promise<void> = Promise.resolve();
  private readonly changes = new Listeners<ConversationChange>((error) => this.deps.onError(error));
  readonly onDidChange = this.changes.event;

  constructor(
    readonly id: string,
    earlier: Pick<FoldedJournal, 'all' | 'tree' | 'title'>,
    private readonly journal: { append(line: JournalLine): void },
    private readonly deps: ConversationDeps,
  ) {
    this.asked = new Exchanges(earlier);
    this.given = earlier.title;
  }

  /** Those that are shown, oldest first. */
  exchanges(): readonly Exchange[] {
    return this.asked.path();
  }

  /** The same, for the panel. */
  views(): readonly ExchangeView[] {
    return this.exchanges().map((exchange) => this.asked.view(exchange));
  }

  /** Those that are not shown, as they were asked. */
  others(): readonly OtherVersion[] {
    return this.asked.others();
  }

  /** Given by the person; absent: the first prompt speaks for it. */
  get title(): string | undefined {
    return this.given;
  }

  /** Any, also one of another version. */
  exchange(id: string): Exchange | undefined {
    return this.asked.get(id);
  }

  /** The exchange whose turn runs now. */
  get active(): Exchange | undefined {
    const exchange = this.running && this.asked.get(this.running.exchangeId);
    return exchange && isRunning(exchange.state.phase) ? exchange : undefined;
  }

  /** A turn runs or is about to. */
  get busy(): boolean {
    return this.running !== undefined;
  }

  get last(): Exchange | undefined {
    return this.exchanges().at(-1);
  }

  /** Starts a turn, or queues it behind those that were asked before. */
  ask(input: PromptInput): Exchange {
    const id = randomUUID();
    this.journal.append({ type: 'exchange', id, ...input });
    const exchange = { ...input, id, state: initialTurn, queued: false };
    this.asked.add(exchange);
    this.enqueue(exchange);
    this.startNext();
    return this.asked.get(id) ?? exchange;
  }

  /** Asks anew in place of an exchange, which stays as another version; a turn at or behind it is stopped first. */
  edit(exchangeId: string, input: PromptInput): Exchange {
    if (!this.asked.get(exchangeId)) return this.ask(input);
    const id = randomUUID();
    const after = this.asked.parent(exchangeId);
    this.journal.append({ type: 'exchange', id, after, ...input });
    const exchange = { ...input, id, state: initialTurn, queued: this.busy };
    this.asked.add(exchange, after);
    this.firePath();
    this.stopFrom(exchangeId);
    this.queue.push({ exchangeId: id });
    this.startNext();
    return this.asked.get(id) ?? exchange;
  }

  /**
   * Another answer to the same prompt, as another version.
   * @returns the exchange as it is when that is not over; undefined when there is none
   */
  regenerate(exchangeId: string, model?: string): Exchange | undefined {
    const exchange = this.asked.get(exchangeId);
    if (!exchange || !isOver(exchange)) return exchange;
    const input = inputOf(exchange);
    return this.edit(exchangeId, model === undefined ? input : { ...input, model });
  }

  /** Shows that version and what followed it; not while a turn runs, which would go on unseen. */
  showVersion(exchangeId: string): void {
    if (this.busy || !this.asked.get(exchangeId) || this.asked.isShown(exchangeId)) return;
    this.journal.append({ type: 'show', exchangeId });
    this.asked.show(exchangeId);
    this.firePath();
  }

  /** '' takes the title away. */
  rename(title: string): void {
    const given = title.trim() || undefined;
    if (given === this.given) return;
    this.given = given;
    this.journal.append({ type: 'title', title: given ?? '' });
    this.changes.fire({ type: 'title' });
  }

  stop(): void {
    this.running?.turn.stop();
  }

  /** Stops all turns, also those that wait. Resolves when nothing runs any more. */
  async end(): Promise<void> {
    for (const { exchangeId } of this.queue.splice(0)) this.stopQueued(exchangeId);
    this.stop();
    await this.following;
  }

  /** Ends a wait, or tries a turn again that is over without a whole answer; by default the running or last one. */
  retryNow(exchangeId = this.active?.id ?? this.last?.id): void {
    const exchange = exchangeId === undefined ? undefined : this.asked.get(exchangeId);
    if (!exchange) return;
    this.tryAgain(exchange, 'retryNow');
  }

  /** As `retryNow`, and forgets that the model is not to be asked for a while. */
  tryAnyway(exchangeId: string): void {
    const exchange = this.asked.get(exchangeId);
    if (exchange) this.tryAgain(exchange, 'tryAnyway');
  }

  /** Goes on with an answer that is over, where its text ends. */
  continue(exchangeId: string): void {
    const exchange = this.asked.get(exchangeId);
    if (exchange && canContinue(exchange)) this.rerun(exchange, { go: 'continue' });
  }

  /** Asks anew, also for a whole answer; the text stays until the new one has overtaken it. */
  restart(exchangeId: string): void {
    const exchange = this.asked.get(exchangeId);
    if (exchange && isOver(exchange)) this.rerun(exchange, { go: 'restart' });
    else this.retryNow(exchangeId);
  }

  switchModel(exchangeId: string, model: string): void {
    const exchange = this.asked.get(exchangeId);
    if (!exchange) return;
    if (exchange === this.active) this.running?.turn.switchModel(model);
    else if (isOver(exchange)) this.rerun({ ...exchange, model }, { go: 'restart' }, model);
  }

  /** A wait for another model than the one that is set now is over. */
  settingsChanged(): void {
    const { active, running } = this;
    if (!running || !active?.state.wait || active.demo) return;
    const { model } = this.deps.defaults(false);
    const isOther = model !== running.defaultModel && model !== active.state.model;
    running.defaultModel = model;
    // A turn that has fallen back asks another model than the one that is set, and is to go on doing so.
    if (active.model === undefined && isOther) running.turn.switchModel(model);
  }

  /** The embedded gateway goes away: its turn, and those that wait behind it, are over. */
  leaveDemo(): void {
    for (const queued of [...this.queue]) {
      const exchange = this.asked.get(queued.exchangeId);
      if (!exchange?.demo) continue;
      this.queue.splice(this.queue.indexOf(queued), 1);
      this.journal.append({ type: 'interrupted', exchangeId: exchange.id });
      this.update({ ...exchange, queued: false, state: interrupted(exchange.state) });
    }
    if (this.active?.demo) this.stop();
  }

  /** Folds what has arrived into state and journal now. */
  flush(): void {
    this.running?.batcher.flush();
  }

  /** Those that wait go first: the end of the running one would start them. */
  private stopFrom(exchangeId: string): void {
    const isBehind = (id: string): boolean => this.asked.isAtOrBehind(id, exchangeId);
    const stopped = this.queue.filter((queued) => isBehind(queued.exchangeId));
    for (const queued of stopped) {
      this.queue.splice(this.queue.indexOf(queued), 1);
      this.stopQueued(queued.exchangeId);
    }
    if (this.running && isBehind(this.running.exchangeId)) this.stop();
  }

  private stopQueued(exchangeId: string): void {
    const exchange = this.asked.get(exchangeId);
    if (!exchange) return;
    const { text, attempts } = exchange.state;
    this.update({ ...exchange, queued: false });
    this.fold(exchangeId, [{ type: 'stopped', text, attempt: attempts, at: this.deps.clock.ticks() }]);
  }

  private again(exchange: Exchange): Go {
    return canContinue(exchange) && this.deps.resume() === 'auto' ? 'continue' : 'restart';
  }

  private tryAgain(exchange: Exchange, atOnce: AtOnce): void {
    if (exchange === this.active) this.running?.turn[atOnce]();
    else if (canRetry(exchange)) this.rerun(exchange, { go: this.again(exchange), atOnce });
  }

  private rerun(exchange: Exchange, how: Pick<Queued, 'atOnce'> & { readonly go: Go }, model?: string): void {
    const { go } = how;
    this.journal.append({ type: 'rerun', exchangeId: exchange.id, go, ...(model !== undefined && { model }) });
    this.enqueue({ ...exchange, state: rerunOf(exchange.state, go) }, how);
    this.startNext();
  }

  private enqueue(exchange: Exchange, how: Omit<Queued, 'exchangeId'> = {}): void {
    this.queue.push({ exchangeId: exchange.id, ...how });
    this.update({ ...exchange, queued: this.busy });
  }

  private startNext(): void {
    if (this.running) return;
    const { exchangeId = '', go, atOnce } = this.queue.shift() ?? {};
    const next = this.asked.get(exchangeId);
    if (!next) return;
    const demo = next.demo === true;
    const defaults = this.deps.defaults(demo);
    // Before the first attempt says so: that may have to wait.
    const state = { ...next.state, model: next.model ?? defaults.model };
    const exchange = this.update({ ...next, state, queued: false });
    // What the demo made up is no part of a real conversation.
    const earlier = this.asked.before(exchangeId).filter((past) => (past.demo === true) === demo);
    const request = chatRequest(earlier, exchange, defaults);
    const turn = this.deps.engine.stream(request, {
      earlier: earlierAnswer(exchange, go),
      connection: () => this.deps.connection(demo),
    });
    const batcher = new EventBatcher(this.deps.clock, (events) => this.fold(exchangeId, events));
    this.running = { exchangeId, turn, batcher, defaultModel: defaults.model };
    if (atOnce) turn[atOnce]();
    this.following = this.follow(this.running);
  }

  /** Never rejects. */
  private async follow({ exchangeId, turn, batcher }: Running): Promise<void> {
    try {
      for await (const event of turn) {
        this.deps.onEvent(this.id, exchangeId, event);
        batcher.push(event);
      }
    } catch (error) {
      this.deps.onError(error);
    }
    batcher.flush();
    this.running = undefined;
    const exchange = this.asked.get(exchangeId);
    // Only a defect ends a turn without its terminal event; the user can still restart it.
    if (exchange && isRunning(exchange.state.phase)) this.update({ ...exchange, state: interrupted(exchange.state) });
    this.startNext();
  }

  private fold(exchangeId: string, events: readonly StreamEvent[]): void {
    const exchange = this.asked.get(exchangeId);
    if (!exchange) return;
    this.asked.update(withEvents(exchange, events));
    this.journal.append({ type: 'events', exchangeId, events });
    if (this.asked.isShown(exchangeId)) this.changes.fire({ type: 'events', exchangeId, events });
  }

  private update(exchange: Exchange): Exchange {
    this.asked.update(exchange);
    // A turn that an edit has stopped ends unseen.
    if (this.asked.isShown(exchange.id)) this.changes.fire({ type: 'exchange', exchange: this.asked.view(exchange) });
    return exchange;
  }

  private firePath(): void {
    this.changes.fire({ type: 'path', exchanges: this.views() });
  }
}

/** undefined: there is nothing to continue or to overtake. */
function earlierAnswer({ state }: Exchange, go: Go | undefined): EarlierAnswer | undefined {
  const { text, reasoning, toolCalls } = state;
  return go && text !== '' ? { text, reasoned: reasoning !== '', calledTools: toolCalls.length > 0, go } : undefined;
}
