import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock';
import type { Engine, RunningTurn } from '../../core/engine';
import type { StreamEvent } from '../../core/events';
import type { Connection } from '../../core/request';
import { initialTurn, interrupted, isRunning } from '../../core/turnState';
import type { ExchangeView } from '../../protocol';
import { chatRequest, type RequestDefaults } from './chatRequest';
import { EventBatcher } from './eventBatcher';
import { canRetry, isOver, rerunOf, viewOf, withEvents, type Exchange, type PromptInput } from './exchange';
import type { JournalLine } from './journalLines';
import { Listeners } from './listeners';

/** What the panel is told; the shape is the protocol's. */
export type ConversationChange =
  | { readonly type: 'exchange'; readonly exchange: ExchangeView }
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly StreamEvent[] };

export interface ConversationDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  /** @param demo whether the turn is one of the embedded gateway's */
  readonly defaults: (demo: boolean) => RequestDefaults;
  /** Where such a turn goes, asked for every attempt. */
  readonly connection: (demo: boolean) => Promise<Connection>;
  /** Every event as it arrives, for the log. */
  readonly onEvent: (conversationId: string, exchangeId: string, event: StreamEvent) => void;
  /** A defect of ours: the engine reports faults as events. */
  readonly onError: (error: unknown) => void;
}

interface Running {
  readonly exchangeId: string;
  readonly turn: RunningTurn;
  readonly batcher: EventBatcher;
}

/** Prompts and answers in order, one running turn at a time. Lives as long as its stream, with a panel or without. */
export class Conversation {
  private readonly byId: Map<string, Exchange>;
  private readonly queue: string[] = [];
  private running: Running | undefined;
  private readonly changes = new Listeners<ConversationChange>((error) => this.deps.onError(error));
  readonly onDidChange = this.changes.event;

  constructor(
    readonly id: string,
    earlier: readonly Exchange[],
    private readonly journal: { append(line: JournalLine): void },
    private readonly deps: ConversationDeps,
  ) {
    this.byId = new Map(earlier.map((exchange) => [exchange.id, exchange]));
  }

  exchanges(): readonly Exchange[] {
    return [...this.byId.values()];
  }

  exchange(id: string): Exchange | undefined {
    return this.byId.get(id);
  }

  /** The exchange whose turn runs now. */
  get active(): Exchange | undefined {
    const exchange = this.running && this.byId.get(this.running.exchangeId);
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
    const exchange = this.enqueue({ ...input, id, state: initialTurn, queued: false });
    this.startNext();
    return exchange;
  }

  stop(): void {
    this.running?.turn.stop();
  }

  /** Ends a wait, or starts a turn again that is over without a whole answer; by default the running or last one. */
  retryNow(exchangeId = this.active?.id ?? this.last?.id): void {
    const exchange = exchangeId === undefined ? undefined : this.byId.get(exchangeId);
    if (!exchange) return;
    if (exchange === this.active) this.running?.turn.retryNow();
    else if (canRetry(exchange)) this.rerun(exchange);
  }

  /** As `retryNow`, and also for a whole answer. */
  restart(exchangeId: string): void {
    const exchange = this.byId.get(exchangeId);
    if (exchange && isOver(exchange)) this.rerun(exchange);
    else this.retryNow(exchangeId);
  }

  switchModel(exchangeId: string, model: string): void {
    const exchange = this.byId.get(exchangeId);
    if (!exchange) return;
    if (exchange === this.active) this.running?.turn.switchModel(model);
    else if (isOver(exchange)) this.rerun(exchange, model);
  }

  /**
   * A wait for another key, host or model than the one that is set now is over.
   * @param otherRoute the key or the host is another
   */
  settingsChanged(otherRoute: boolean): void {
    const { active } = this;
    if (!active?.state.wait || active.demo) return;
    const { model } = this.deps.defaults(false);
    if (active.model === undefined && model !== active.state.model) this.running?.turn.switchModel(model);
    else if (otherRoute) this.running?.turn.retryNow();
  }

  /** The embedded gateway goes away: its turn, and those that wait behind it, are over. */
  leaveDemo(): void {
    for (const id of this.queue.filter((waiting) => this.byId.get(waiting)?.demo)) {
      this.queue.splice(this.queue.indexOf(id), 1);
      const exchange = this.byId.get(id);
      if (exchange) this.update({ ...exchange, queued: false, state: interrupted(exchange.state) });
    }
    if (this.active?.demo) this.stop();
  }

  /** Folds what has arrived into state and journal now. */
  flush(): void {
    this.running?.batcher.flush();
  }

  private rerun(exchange: Exchange, model?: string): void {
    const { id } = exchange;
    this.journal.append(
      model === undefined ? { type: 'rerun', exchangeId: id } : { type: 'rerun', exchangeId: id, model },
    );
    this.enqueue({ ...exchange, model: model ?? exchange.model, state: rerunOf(exchange.state) });
    this.startNext();
  }

  private enqueue(exchange: Exchange): Exchange {
    this.queue.push(exchange.id);
    return this.update({ ...exchange, queued: this.running !== undefined });
  }

  private startNext(): void {
    if (this.running) return;
    const next = this.byId.get(this.queue.shift() ?? '');
    if (!next) return;
    const exchange = next.queued ? this.update({ ...next, queued: false }) : next;
    const demo = exchange.demo === true;
    const all = this.exchanges();
    // What the demo made up is no part of a real conversation.
    const earlier = all.slice(0, all.indexOf(exchange)).filter((past) => (past.demo === true) === demo);
    const request = chatRequest(earlier, exchange, this.deps.defaults(demo));
    const turn = this.deps.engine.stream(request, {
      partial: exchange.state.text || undefined,
      connection: () => this.deps.connection(demo),
    });
    const batcher = new EventBatcher(this.deps.clock, (events) => this.fold(exchange.id, events));
    this.running = { exchangeId: exchange.id, turn, batcher };
    void this.follow(this.running);
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
    const exchange = this.byId.get(exchangeId);
    // Only a defect ends a turn without its terminal event; the user can still restart it.
    if (exchange && isRunning(exchange.state.phase)) this.update({ ...exchange, state: interrupted(exchange.state) });
    this.startNext();
  }

  private fold(exchangeId: string, events: readonly StreamEvent[]): void {
    const exchange = this.byId.get(exchangeId);
    if (!exchange) return;
    this.byId.set(exchangeId, withEvents(exchange, events));
    this.journal.append({ type: 'events', exchangeId, events });
    this.changes.fire({ type: 'events', exchangeId, events });
  }

  private update(exchange: Exchange): Exchange {
    this.byId.set(exchange.id, exchange);
    this.changes.fire({ type: 'exchange', exchange: viewOf(exchange) });
    return exchange;
  }
}
