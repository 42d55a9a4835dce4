import type { Clock } from '../../engine/clock';
import type { EarlierAnswer, Engine, Localize, RunningTurn } from '../../engine/engine';
import { isDelta, type StreamEvent, isTerminal } from '../../engine/events';
import { hostFailure } from '../../engine/faults/hostFaults';
import type { ChatRequest, Connection, TextMessage } from '../../engine/request';
import { isRunning } from '../../engine/state/turnState';
import type { Exchange } from './exchange';
import type { Exchanges } from './exchanges';

export type ResumeMode = EarlierAnswer['go'];

/** For somebody who does not want to wait in line. */
export type ImmediateStart = 'retryNow' | 'tryAnyway';

export interface TurnRunnerDeps {
  /** @param demo whether the turn is one of the embedded gateway's */
  readonly engine: (demo: boolean) => Engine;
  readonly clock: Clock;
  readonly defaults: (demo: boolean) => RequestDefaults;
  /** Where such a turn goes, asked for every attempt. */
  readonly connection: (demo: boolean) => Promise<Connection>;
  readonly localize: Localize;
  /** A defect of ours: the engine reports faults as events. */
  readonly onError: (error: unknown) => void;
}

/** What becomes of the exchanges; whoever runs them keeps them. */
interface TurnRunnerOwner {
  /** Stores an exchange whose turn has started. */
  update(exchange: Exchange): Exchange;
  /** What an answer has brought, gathered. */
  fold(exchangeId: string, events: readonly StreamEvent[]): void;
  /** Every event but deltas as it arrives. Must not throw, because that would end the turn. */
  onEvent(exchangeId: string, event: StreamEvent): void;
  /** Nothing runs any more, and nothing waits. */
  onIdle(): void;
}

/** How a turn starts. */
export interface TurnStart {
  /** Absent: it is asked for the first time. */
  readonly mode?: ResumeMode | undefined;
  /** Absent: it waits for whatever its gateway has asked for. */
  readonly immediate?: ImmediateStart | undefined;
}

interface QueuedTurn extends TurnStart {
  readonly exchangeId: string;
}

interface ActiveTurn {
  readonly exchangeId: string;
  readonly turn: RunningTurn;
  readonly batcher: EventBatcher;
  /** The model that was set when the turn started, or when it was last told of another. */
  defaultModel: string;
}

/** The turns of a conversation, one at a time; those that were asked meanwhile wait in line. */
export class TurnRunner {
  private readonly queue: QueuedTurn[] = [];
  private running: ActiveTurn | undefined;
  private currentRun: Promise<void> = Promise.resolve();

  constructor(
    private readonly exchanges: Pick<Exchanges, 'get' | 'ancestors'>,
    private readonly owner: TurnRunnerOwner,
    private readonly deps: TurnRunnerDeps,
  ) {}

  /** A turn runs or is about to. */
  get busy(): boolean {
    return this.running !== undefined;
  }

  /** The exchange whose turn runs now. */
  get activeExchange(): Exchange | undefined {
    const exchange = this.running && this.exchanges.get(this.running.exchangeId);
    return exchange && isRunning(exchange.state.phase) ? exchange : undefined;
  }

  /** The running turn, to be controlled. */
  get runningTurn(): RunningTurn | undefined {
    return this.running?.turn;
  }

  /** Starts it, or, when one is running, puts it in line. */
  run(exchangeId: string, start: TurnStart = {}): void {
    this.queue.push({ exchangeId, ...start });
    this.startNext();
  }

  /** Takes those out of the line, first come first. @returns their exchanges; what becomes of them is the caller's */
  removeFromQueue(isTaken: (exchange: Exchange) => boolean): readonly Exchange[] {
    const taken: Exchange[] = [];
    for (const queued of [...this.queue]) {
      const exchange = this.exchanges.get(queued.exchangeId);
      if (!exchange || !isTaken(exchange)) continue;
      this.queue.splice(this.queue.indexOf(queued), 1);
      taken.push(exchange);
    }
    return taken;
  }

  /** The running one. @param isMeant absent: whichever it is */
  stop(isMeant: (exchangeId: string) => boolean = () => true): void {
    if (this.running && isMeant(this.running.exchangeId)) this.running.turn.stop();
  }

  /** Resolves when nothing runs any more of what runs now. */
  async waitForCurrentTurn(): Promise<void> {
    await this.currentRun;
  }

  /** Switches the running turn to `model` if the turn waits and the model belongs to the gateway that the turn uses. */
  selectModel(model: string, demo: boolean): void {
    this.flush();
    const { activeExchange: active, running } = this;
    if (!running || !active?.state.wait || (active.demo === true) !== demo) return;
    // The setting changes next. That must not switch the turn a second time.
    running.defaultModel = model;
    running.turn.switchModel(model);
  }

  /** A wait for another model than the one that is set now is over. */
  applySettings(): void {
    const { activeExchange: active, running } = this;
    if (!running || !active?.state.wait || active.demo) return;
    const { model } = this.deps.defaults(false);
    const isOther = model !== running.defaultModel && model !== active.state.model;
    running.defaultModel = model;
    // A turn that has fallen back asks another model than the one that is set, and is to go on doing so.
    if (active.model === undefined && isOther) running.turn.switchModel(model);
  }

  /** Hands over what has arrived now. */
  flush(): void {
    this.running?.batcher.flush();
  }

  /** What it is asked with; by default with the settings as they are now. */
  requestOf(exchange: Exchange, defaults = this.deps.defaults(exchange.demo === true)): ChatRequest {
    // What the demo made up is no part of a real conversation.
    const earlier = this.exchanges
      .ancestors(exchange.id)
      .filter((past) => (past.demo === true) === (exchange.demo === true));
    return buildRequest(earlier, exchange, defaults);
  }

  private startNext(): void {
    if (this.running) return;
    const { exchangeId = '', mode: go, immediate: atOnce } = this.queue.shift() ?? {};
    const next = this.exchanges.get(exchangeId);
    if (!next) return;
    const demo = next.demo === true;
    const defaults = this.deps.defaults(demo);
    // Before the first attempt says so: that may have to wait.
    const state = { ...next.state, model: next.model ?? defaults.model };
    const exchange = this.owner.update({ ...next, state, queued: false });
    const request = this.requestOf(exchange, defaults);
    const turn = this.deps.engine(demo).stream(request, {
      earlier: partialAnswer(exchange, go),
      connection: () => this.deps.connection(demo),
    });
    const batcher = new EventBatcher(this.deps.clock, (events) => this.owner.fold(exchangeId, events));
    this.running = { exchangeId, turn, batcher, defaultModel: defaults.model };
    if (atOnce) turn[atOnce]();
    this.currentRun = this.consume(this.running);
  }

  /** Never rejects. */
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
   * Ends a turn that has no terminal event, which only a defect can cause. The partial answer is kept, and the user can
   * retry.
   */
  private failUnlessFinished(exchangeId: string): void {
    const exchange = this.exchanges.get(exchangeId);
    if (!exchange || !isRunning(exchange.state.phase)) return;
    const { text, attempts } = exchange.state;
    const failure = hostFailure('internal', text, this.deps.localize);
    const event = { ...failure, attempt: attempts, at: this.deps.clock.ticks() };
    this.owner.onEvent(exchangeId, event);
    this.owner.fold(exchangeId, [event]);
  }
}

/** undefined: there is nothing to continue or to overtake. */
function partialAnswer({ state }: Exchange, go: ResumeMode | undefined): EarlierAnswer | undefined {
  const { text, reasoning, toolCalls } = state;
  return go && text !== '' ? { text, reasoned: reasoning !== '', calledTools: toolCalls.length > 0, go } : undefined;
}

const frameMs = 16;

/** One batch a frame; the first words and the end of a turn at once. */
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
    const sinceFlush = this.clock.ticks() - this.flushedAt;
    if (firstText || isTerminal(event) || sinceFlush >= frameMs) this.flush();
    else this.cancelTimer ??= this.clock.after(frameMs - sinceFlush, () => this.flush());
  }

  flush(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (!this.pending.length) return;
    const events = this.pending;
    this.pending = [];
    this.flushedAt = this.clock.ticks();
    this.emit(events);
  }
}

/** What a request takes from the settings; read when a turn starts. */
export interface RequestDefaults {
  readonly model: string;
  readonly systemPrompt: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

/** @param earlier the exchanges before it; one that has no text is left out, a partial answer goes along as it is. */
function buildRequest(earlier: readonly Exchange[], exchange: Exchange, defaults: RequestDefaults): ChatRequest {
  const messages: TextMessage[] = [];
  if (defaults.systemPrompt.trim()) messages.push({ role: 'system', content: defaults.systemPrompt });
  for (const past of earlier) {
    if (past.state.text) messages.push(questionMessage(past), { role: 'assistant', content: past.state.text });
  }
  messages.push(questionMessage(exchange));
  return {
    model: exchange.model ?? defaults.model,
    messages,
    temperature: defaults.temperature,
    maxTokens: defaults.maxTokens,
  };
}

function questionMessage(exchange: Exchange): TextMessage {
  return { role: 'user', content: exchange.content ?? exchange.prompt };
}
