import type { Clock } from '../../engine/clock';
import type { ResumeFrom, Engine, Localize, RunningTurn } from '../../engine/engine';
import { isDelta, type FaultKind, type StreamEvent, isTerminal } from '../../engine/events';
import { hostFailure } from '../../engine/faults/hostFaults';
import type { ChatRequest, Connection, TextMessage } from '../../engine/request';
import { isRunning } from '../../engine/state/turnState';
import type { RequestDefaults } from '../connection/connections';
import type { Exchange } from '../journal/exchange';
import type { Exchanges } from '../journal/exchanges';

/** Whether a turn continues the partial answer or restarts it. */
export type ResumeMode = ResumeFrom['mode'];

/** The control with which the user starts a turn without waiting for the cooldown of the gateway. */
export type ImmediateStart = 'retryNow' | 'tryAnyway';

export interface TurnRunnerDeps {
  /** @param demo whether the turn belongs to the demo, which has a separate engine */
  readonly engine: (demo: boolean) => Pick<Engine, 'stream'>;
  readonly clock: Clock;
  readonly defaults: (demo: boolean) => RequestDefaults;
  /** Returns the gateway for the next attempt. Called before every attempt. */
  readonly connection: (demo: boolean) => Promise<Connection>;
  readonly localize: Localize;
  /**
   * Receives errors that only a defect of the extension can cause. Faults of the gateway or the network arrive as
   * events instead.
   */
  readonly onError: (error: unknown) => void;
}

/** The owner of a turn runner. It stores the exchanges and receives the events of their turns. */
interface TurnRunnerOwner {
  /** Stores an exchange whose turn has started. */
  update(exchange: Exchange): Exchange;
  /** Receives the events of a turn in batches. */
  fold(exchangeId: string, events: readonly StreamEvent[]): void;
  /** Receives every event except deltas as it arrives. Must not throw, because an exception would end the turn. */
  onEvent(exchangeId: string, event: StreamEvent): void;
  /** Called when a turn has ended and no further turn is queued. */
  onIdle(): void;
}

/** Options for the start of a turn. */
export interface TurnStart {
  /** Whether the turn continues or restarts an answer. Absent when the prompt is sent for the first time. */
  readonly mode?: ResumeMode | undefined;
  /**
   * The control with which the user skips the first wait of the turn. When it is absent, the turn waits for the
   * cooldown of its gateway.
   */
  readonly immediate?: ImmediateStart | undefined;
  /** Whether the answer gets more tokens, because the last one reached the limit before any text. */
  readonly moreRoom?: boolean | undefined;
  /** Base URL or origin of the route that the first attempt avoids, because the user asked for another route. */
  readonly avoidRoute?: string | undefined;
  /** The fallback model that continues the answer in place of the model of the exchange. */
  readonly continuation?: ModelContinuation | undefined;
}

/** The request that another model continues a partial answer. */
export interface ModelContinuation {
  readonly model: string;
  /** Kind of the fault because of which the previous model does not continue the answer. */
  readonly reason: FaultKind;
}

interface QueuedTurn extends TurnStart {
  readonly exchangeId: string;
}

interface ActiveTurn {
  readonly exchangeId: string;
  readonly turn: RunningTurn;
  readonly batcher: EventBatcher;
  /** The model in the settings when the turn started or when a changed setting was last applied to the turn. */
  defaultModel: string;
}

/** Runs the turns of a conversation one at a time. Further turns are queued. */
export class TurnRunner {
  private readonly queue: QueuedTurn[] = [];
  private running: ActiveTurn | undefined;
  private currentRun: Promise<void> = Promise.resolve();

  constructor(
    private readonly exchanges: Pick<Exchanges, 'get' | 'ancestors'>,
    private readonly owner: TurnRunnerOwner,
    private readonly deps: TurnRunnerDeps,
  ) {}

  /** Whether a turn is running or about to start. */
  get busy(): boolean {
    return this.running !== undefined;
  }

  /** The exchange whose turn is running. */
  get activeExchange(): Exchange | undefined {
    const exchange = this.running && this.exchanges.get(this.running.exchangeId);
    return exchange && isRunning(exchange.state.phase) ? exchange : undefined;
  }

  get runningTurn(): RunningTurn | undefined {
    return this.running?.turn;
  }

  /** Starts the turn of an exchange, or queues it while another turn runs. */
  run(exchangeId: string, start: TurnStart = {}): void {
    this.queue.push({ exchangeId, ...start });
    this.startNext();
  }

  /**
   * Removes the matching turns from the queue. The caller must update their exchanges.
   * @returns the exchanges of the removed turns, in the order of the queue
   */
  removeFromQueue(matches: (exchange: Exchange) => boolean): readonly Exchange[] {
    const removed: Exchange[] = [];
    for (const queued of [...this.queue]) {
      const exchange = this.exchanges.get(queued.exchangeId);
      if (!exchange || !matches(exchange)) continue;
      this.queue.splice(this.queue.indexOf(queued), 1);
      removed.push(exchange);
    }
    return removed;
  }

  /** Stops the running turn if the predicate accepts the id of its exchange. By default every id is accepted. */
  stop(matches: (exchangeId: string) => boolean = () => true): void {
    if (this.running && matches(this.running.exchangeId)) this.running.turn.stop();
  }

  /** Waits until the turn that is running at the time of the call has ended. */
  async waitForCurrentTurn(): Promise<void> {
    await this.currentRun;
  }

  /**
   * Switches the running turn to `model` if the turn is waiting and the model belongs to the gateway that the turn
   * uses.
   */
  selectModel(model: string, demo: boolean): void {
    this.flush();
    const { activeExchange, running } = this;
    if (!running || !activeExchange?.state.wait || (activeExchange.demo === true) !== demo) return;
    // Records that the turn already uses this model, because the setting changes to the same model right afterwards and
    // must not switch the turn a second time.
    running.defaultModel = model;
    running.turn.switchModel(model);
  }

  /**
   * Switches a waiting turn to the model in the settings, if the user has changed that setting since the turn started.
   */
  applySettings(): void {
    const { activeExchange, running } = this;
    if (!running || !activeExchange?.state.wait || activeExchange.demo) return;
    const { model } = this.deps.defaults(false);
    const hasChanged = model !== running.defaultModel && model !== activeExchange.state.model;
    running.defaultModel = model;
    // Does not switch a turn back from its fallback model unless the user has changed the model in the settings.
    if (activeExchange.model === undefined && hasChanged) running.turn.switchModel(model);
  }

  /** Passes the events that have arrived to the `TurnRunnerOwner` without waiting for the next batch. */
  flush(): void {
    this.running?.batcher.flush();
  }

  /** Returns the request of an exchange. By default it uses the current settings. */
  requestOf(exchange: Exchange, defaults = this.deps.defaults(exchange.demo === true)): ChatRequest {
    // Leaves out the exchanges of the other gateway: answers of the demo must not become context of requests to the
    // user's gateway, and vice versa.
    const previous = this.exchanges
      .ancestors(exchange.id)
      .filter((past) => (past.demo === true) === (exchange.demo === true));
    return buildRequest(previous, exchange, defaults);
  }

  private startNext(): void {
    if (this.running) return;
    const { exchangeId = '', mode, immediate, moreRoom, avoidRoute, continuation } = this.queue.shift() ?? {};
    const next = this.exchanges.get(exchangeId);
    if (!next) return;
    const demo = next.demo === true;
    const defaults = this.deps.defaults(demo);
    // Sets the model before the first attempt, so that the panel shows the model even while that attempt has to wait.
    const state = { ...next.state, model: next.model ?? defaults.model };
    const exchange = this.owner.update({ ...next, state, queued: false });
    const request = { ...this.requestOf(exchange, defaults), ...(moreRoom && { moreRoom }) };
    const turn = this.deps.engine(demo).stream(request, {
      resumeFrom: partialAnswer(exchange, mode),
      avoidRoute,
      connection: () => this.deps.connection(demo),
    });
    const batcher = new EventBatcher(this.deps.clock, (events) => this.owner.fold(exchangeId, events));
    this.running = { exchangeId, turn, batcher, defaultModel: defaults.model };
    if (immediate) turn[immediate]();
    if (continuation) turn.continueWith(continuation.model, continuation.reason);
    this.currentRun = this.consume(this.running);
  }

  /** Passes the events of a turn to the `TurnRunnerOwner` and then starts the next turn. Never rejects. */
  private async consume(running: ActiveTurn): Promise<void> {
    const { exchangeId, turn, batcher } = running;
    try {
      for await (const event of turn) {
        if (!isDelta(event)) this.owner.onEvent(exchangeId, event);
        batcher.push(event);
      }
    } catch (error) {
      this.deps.onError(error);
    }
    try {
      batcher.flush();
      this.failUnlessFinished(exchangeId);
    } catch (error) {
      this.deps.onError(error);
    }
    this.running = undefined;
    this.startNext();
    if (!this.busy) this.owner.onIdle();
  }

  /**
   * Fails a turn whose events ended without a terminal event, which only a defect of the extension can cause. The
   * partial answer is kept, and the user can retry.
   */
  private failUnlessFinished(exchangeId: string): void {
    const exchange = this.exchanges.get(exchangeId);
    if (!exchange || !isRunning(exchange.state.phase)) return;
    const { text, attempts } = exchange.state;
    const failure = hostFailure('internal', text, this.deps.localize);
    const event = { ...failure, attempt: attempts, at: this.deps.clock.monotonicNow() };
    this.owner.onEvent(exchangeId, event);
    this.owner.fold(exchangeId, [event]);
  }
}

/**
 * Returns the partial answer from which a turn resumes, or `undefined` when the prompt is sent for the first time or
 * the answer has no text yet.
 */
function partialAnswer({ state }: Exchange, mode: ResumeMode | undefined): ResumeFrom | undefined {
  const { text, reasoning, toolCalls } = state;
  return mode && text !== ''
    ? { text, hadReasoning: reasoning !== '', hadToolCalls: toolCalls.length > 0, mode }
    : undefined;
}

const frameMs = 16;

/**
 * Groups the events of a turn into at most one batch per animation frame. The first text and the terminal event are
 * passed on immediately.
 */
export class EventBatcher {
  private pending: StreamEvent[] = [];
  private cancelTimer: (() => void) | undefined;
  private flushedAt = Number.NEGATIVE_INFINITY;
  private sawText = false;

  constructor(
    private readonly clock: Clock,
    private readonly emit: (events: readonly StreamEvent[]) => void,
  ) {}

  push(event: StreamEvent): void {
    this.pending.push(event);
    const firstText = event.type === 'text' && !this.sawText;
    this.sawText ||= firstText;
    const sinceFlush = this.clock.monotonicNow() - this.flushedAt;
    if (firstText || isTerminal(event) || sinceFlush >= frameMs) this.flush();
    else this.cancelTimer ??= this.clock.after(frameMs - sinceFlush, () => this.flush());
  }

  flush(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (!this.pending.length) return;
    const events = this.pending;
    this.pending = [];
    this.flushedAt = this.clock.monotonicNow();
    this.emit(events);
  }
}

/**
 * Builds the request for an exchange.
 * @param previous the preceding exchanges. Exchanges without an answer are left out; partial answers are included.
 */
function buildRequest(
  previous: readonly Exchange[],
  exchange: Exchange,
  { model, systemPrompt, ...parameters }: RequestDefaults,
): ChatRequest {
  const messages: TextMessage[] = [];
  if (systemPrompt.trim()) messages.push({ role: 'system', content: systemPrompt });
  for (const past of previous) {
    if (past.state.text) messages.push(promptMessage(past), { role: 'assistant', content: past.state.text });
  }
  messages.push(promptMessage(exchange));
  return { model: exchange.model ?? model, messages, ...parameters };
}

function promptMessage(exchange: Exchange): TextMessage {
  return { role: 'user', content: exchange.content ?? exchange.prompt };
}
