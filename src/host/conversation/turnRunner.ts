import type { Clock } from '../../engine/clock';
import type { Engine, ResumeFrom, RunOptions, TurnHandle } from '../../engine/engine';
import { EventBatch } from '../../engine/events/eventBatch';
import { isTerminal, type StreamEvent } from '../../engine/events/events';
import type { ChatRequest, TextMessage } from '../../engine/request';
import type { RequestChoice, RequestDefaults } from '../connection/connections';
import type { Exchange } from '../journal/exchange';
import type { Preceding } from '../journal/exchangeTree';
import { summaryMessages, summaryParameters } from './summaryPrompt';

type StartTurn = (onEvents: RunOptions['onEvents']) => TurnHandle;

/** Duration of an animation frame of the page, in milliseconds. */
const frameMs = 16;

interface QueuedTurn {
  readonly exchangeId: string;
  /** Turns of the same comparison run at the same time. */
  readonly comparison?: string | undefined;
  readonly start: StartTurn;
}

interface RunningTurn {
  readonly exchangeId: string;
  readonly comparison: string | undefined;
  handle?: TurnHandle;
  hasText: boolean;
  pending: EventBatch<StreamEvent>;
  cancelTimer: (() => void) | undefined;
  flushedAt: number;
}

/**
 * Runs one turn at a time, or all turns of a comparison. Passes the events of a turn on once per frame, except the first
 * text and the terminal event, which it passes on immediately.
 */
export class TurnRunner {
  private readonly queue: QueuedTurn[] = [];
  private readonly running = new Map<string, RunningTurn>();
  private isAsking = false;

  /**
   * @param onEvents receives the events of a turn, with adjacent deltas merged
   * @param onFailure receives the exception that kept a turn from starting, or `onEvents` from handling its terminal
   * event. The next turn starts nevertheless.
   * @param onError receives any other exception of `onEvents`
   * @param mayStart returns whether a turn that has waited in the queue can start
   * @param onRefused called with a turn that was removed from the queue, because `mayStart` has refused it
   */
  constructor(
    private readonly clock: Clock,
    private readonly onEvents: (exchangeId: string, events: readonly StreamEvent[]) => void,
    private readonly onFailure: (exchangeId: string, error: unknown) => void,
    private readonly onError: (error: unknown) => void,
    private readonly mayStart: (exchangeId: string) => boolean | Promise<boolean>,
    private readonly onRefused: (exchangeId: string) => void,
  ) {}

  get busy(): boolean {
    return this.running.size > 0 || this.queue.length > 0;
  }

  get exchangeIds(): readonly string[] {
    return [...this.running.keys()];
  }

  turn(exchangeId: string): TurnHandle | undefined {
    return this.running.get(exchangeId)?.handle;
  }

  run(turn: QueuedTurn): void {
    const mustQueue = this.mustQueue(turn.comparison);
    this.queue.push(turn);
    if (!mustQueue) this.startNext();
  }

  /** Returns whether a turn would have to wait for the end of others. */
  mustQueue(comparison: string | undefined): boolean {
    return this.busy && !this.isRunningComparison(comparison);
  }

  removeFromQueue(exchangeId: string): boolean {
    const index = this.queue.findIndex((queued) => queued.exchangeId === exchangeId);
    if (index >= 0) this.queue.splice(index, 1);
    return index >= 0;
  }

  flush(): void {
    for (const running of this.running.values()) this.flushTurn(running);
  }

  private flushTurn(running: RunningTurn): void {
    running.cancelTimer?.();
    running.cancelTimer = undefined;
    const { events } = running.pending;
    if (events.length === 0) return;
    running.pending = new EventBatch();
    running.flushedAt = this.clock.monotonicNow();
    const { exchangeId } = running;
    try {
      this.onEvents(exchangeId, events);
    } catch (error) {
      if (this.running.has(exchangeId)) this.onError(error);
      else this.onFailure(exchangeId, error);
    }
  }

  private isRunningComparison(comparison: string | undefined): boolean {
    return comparison !== undefined && [...this.running.values()].some((running) => running.comparison === comparison);
  }

  /** Starts the other turns of a running comparison. If no turn runs, asks whether the first queued turn can start. */
  private continueQueue(): void {
    if (this.running.size > 0) this.startNext();
    const [next] = this.queue;
    if (!next || this.running.size > 0 || this.isAsking) return;
    const mayStart = this.mayStart(next.exchangeId);
    if (typeof mayStart === 'boolean') {
      this.endWait(next, mayStart);
      return;
    }
    this.isAsking = true;
    mayStart
      .catch((error: unknown) => {
        this.onError(error);
        return false;
      })
      .then((may) => {
        this.isAsking = false;
        this.endWait(next, may);
      })
      .catch(this.onError);
  }

  private endWait(next: QueuedTurn, mayStart: boolean): void {
    // The user may have removed the turn from the queue while a question was open.
    if (this.queue[0] === next && mayStart) {
      this.startNext();
      return;
    }
    try {
      if (this.removeFromQueue(next.exchangeId)) this.onRefused(next.exchangeId);
    } finally {
      this.continueQueue();
    }
  }

  private startNext(): void {
    const index = this.queue.findIndex(({ comparison }) => this.isRunningComparison(comparison));
    const [next] = this.running.size === 0 || index >= 0 ? this.queue.splice(Math.max(0, index), 1) : [];
    if (!next) return;
    const { exchangeId, comparison, start } = next;
    const running: RunningTurn = {
      exchangeId,
      comparison,
      hasText: false,
      pending: new EventBatch(),
      cancelTimer: undefined,
      flushedAt: Number.NEGATIVE_INFINITY,
    };
    this.running.set(exchangeId, running);
    try {
      running.handle = start((events) => this.receive(running, events));
    } catch (error) {
      this.running.delete(exchangeId);
      this.onFailure(exchangeId, error);
    }
    this.continueQueue();
  }

  private receive(running: RunningTurn, events: readonly StreamEvent[]): void {
    if (this.running.get(running.exchangeId) !== running) return;
    for (const event of events) running.pending.add(event);
    const isFirstText = !running.hasText && events.some(({ type }) => type === 'text');
    running.hasText ||= isFirstText;
    const last = events.at(-1);
    if (last && isTerminal(last)) {
      // Listeners must see that the turn is no longer running when they receive its terminal event.
      this.running.delete(running.exchangeId);
      this.flushTurn(running);
      this.continueQueue();
      return;
    }
    const sinceFlush = this.clock.monotonicNow() - running.flushedAt;
    if (isFirstText || sinceFlush >= frameMs) this.flushTurn(running);
    else running.cancelTimer ??= this.clock.after(frameMs - sinceFlush, () => this.flushTurn(running));
  }
}

/** The user's gateway, or the gateway of the demo, which has its own engine and models. */
export interface Gateways {
  readonly engine: (demo: boolean) => Pick<Engine, 'run'>;
  readonly defaults: (demo: boolean, choice?: RequestChoice) => RequestDefaults;
  /** See `StreamOptions.beforeAttempt`. */
  readonly beforeAttempt?: () => Promise<unknown>;
}

export interface TurnStart {
  /** Absent when the prompt is sent for the first time. */
  readonly mode?: ResumeFrom['mode'] | undefined;
  /** Whether the request has a higher token limit, because the previous answer reached the limit before any text. */
  readonly moreRoom?: boolean | undefined;
  /** The base URL of the gateway that the user has switched to. */
  readonly preferredGateway?: string | undefined;
  /** Called right after the start, for example to skip the cooldown of the gateway. */
  readonly onStart?: ((turn: TurnHandle) => void) | undefined;
  /** Called before each attempt, which starts when it resolves. */
  readonly beforeAttempt?: (() => Promise<void>) | undefined;
}

export function startTurn(
  gateways: Gateways,
  exchange: Exchange,
  preceding: Preceding,
  { mode, moreRoom, preferredGateway, onStart, beforeAttempt }: TurnStart,
  onEvents: RunOptions['onEvents'],
): TurnHandle {
  const demo = exchange.demo === true;
  const request = buildRequest(preceding, exchange, gateways.defaults(demo, exchange));
  const turn = gateways.engine(demo).run(
    { ...request, ...(moreRoom && { moreRoom }) },
    {
      resumeFrom: mode && partialAnswer(exchange, mode),
      preferredGateway,
      beforeAttempt: async () => {
        await beforeAttempt?.();
        await gateways.beforeAttempt?.();
      },
      onEvents,
    },
  );
  onStart?.(turn);
  return turn;
}

/** Previous exchanges without an answer are left out; partial answers are included. */
export function buildRequest(
  { summary, exchanges }: Preceding,
  exchange: Exchange,
  { model, systemPrompt, ...parameters }: RequestDefaults,
): ChatRequest {
  const messages: TextMessage[] = [];
  if (systemPrompt.trim()) messages.push({ role: 'system', content: systemPrompt });
  if (summary) messages.push(...summaryMessages(summary.state.text));
  for (const past of exchanges) {
    // Answers of the demo must not become context of requests to the user's gateway, and vice versa.
    if (!past.state.text || (past.demo === true) !== (exchange.demo === true)) continue;
    messages.push(promptMessage(past), { role: 'assistant', content: past.state.text });
  }
  messages.push(promptMessage(exchange));
  const sent = exchange.summarizes === undefined ? parameters : summaryParameters(parameters);
  return { model: exchange.model ?? model, messages, ...sent };
}

function promptMessage({ content, prompt }: Exchange): TextMessage {
  return { role: 'user', content: content ?? prompt };
}

function partialAnswer({ state }: Exchange, mode: ResumeFrom['mode']): ResumeFrom | undefined {
  const { text, textModel: model, reasoning, toolCalls } = state;
  if (text === '') return undefined;
  return { text, model, hadReasoning: reasoning !== '', hadToolCalls: toolCalls.length > 0, mode };
}
