import type { Clock } from '../../engine/clock';
import type { Engine, ResumeFrom, RunOptions, TurnHandle } from '../../engine/engine';
import { EventBatch } from '../../engine/eventBatch';
import { isTerminal, type StreamEvent } from '../../engine/events';
import type { ChatRequest, Connection, TextMessage } from '../../engine/request';
import type { RequestChoice, RequestDefaults } from '../connection/connections';
import type { Exchange } from '../journal/exchange';

type StartTurn = (onEvents: RunOptions['onEvents']) => TurnHandle;

/** Duration of an animation frame of the page, in milliseconds. */
const frameMs = 16;

/**
 * Runs one turn at a time. Passes events on once per frame, except the first text and the terminal event, which it passes
 * on immediately.
 */
export class TurnRunner {
  private readonly queue: { readonly exchangeId: string; readonly start: StartTurn }[] = [];
  private running: { readonly exchangeId: string; turn?: TurnHandle; hasText?: boolean } | undefined;
  private pending = new EventBatch<StreamEvent>();
  private cancelTimer: (() => void) | undefined;
  private flushedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param onEvents receives the events of a turn, with adjacent deltas merged
   * @param onFailedStart called with the error of a turn that could not start. The next turn starts all the same.
   * @param onError receives an exception of `onEvents`
   */
  constructor(
    private readonly clock: Clock,
    private readonly onEvents: (exchangeId: string, events: readonly StreamEvent[]) => void,
    private readonly onFailedStart: (exchangeId: string, error: unknown) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  get busy(): boolean {
    return this.running !== undefined || this.queue.length > 0;
  }

  get exchangeId(): string | undefined {
    return this.running?.exchangeId;
  }

  get turn(): TurnHandle | undefined {
    return this.running?.turn;
  }

  run(exchangeId: string, start: StartTurn): void {
    this.queue.push({ exchangeId, start });
    this.startNext();
  }

  removeFromQueue(exchangeId: string): boolean {
    const index = this.queue.findIndex((queued) => queued.exchangeId === exchangeId);
    if (index >= 0) this.queue.splice(index, 1);
    return index >= 0;
  }

  flush(exchangeId = this.running?.exchangeId): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const { events } = this.pending;
    if (exchangeId === undefined || events.length === 0) return;
    this.pending = new EventBatch();
    this.flushedAt = this.clock.monotonicNow();
    try {
      this.onEvents(exchangeId, events);
    } catch (error) {
      this.onError(error);
    }
  }

  private startNext(): void {
    const next = this.running ? undefined : this.queue.shift();
    if (!next) return;
    const running: typeof this.running = { exchangeId: next.exchangeId };
    this.running = running;
    try {
      running.turn = next.start((events) => this.receive(events));
    } catch (error) {
      this.running = undefined;
      this.onFailedStart(next.exchangeId, error);
      this.startNext();
    }
  }

  private receive(events: readonly StreamEvent[]): void {
    const { running } = this;
    if (!running) return;
    for (const event of events) this.pending.add(event);
    const isFirstText = !running.hasText && events.some(({ type }) => type === 'text');
    running.hasText ||= isFirstText;
    const last = events.at(-1);
    if (last && isTerminal(last)) {
      // Listeners must see that the turn is no longer running when they receive its terminal event.
      this.running = undefined;
      this.flush(running.exchangeId);
      this.startNext();
      return;
    }
    const sinceFlush = this.clock.monotonicNow() - this.flushedAt;
    if (isFirstText || sinceFlush >= frameMs) this.flush();
    else this.cancelTimer ??= this.clock.after(frameMs - sinceFlush, () => this.flush());
  }
}

/** The user's gateway, or the gateway of the demo, which has its own engine and models. */
export interface Gateways {
  readonly engine: (demo: boolean) => Pick<Engine, 'run'>;
  readonly defaults: (demo: boolean, choice?: RequestChoice) => RequestDefaults;
  /** Returns the connection for the next attempt. Called before every attempt. */
  readonly connection: (demo: boolean) => Promise<Connection>;
}

export interface TurnStart {
  /** Absent when the prompt is sent for the first time. */
  readonly mode?: ResumeFrom['mode'] | undefined;
  /** Whether the answer gets more tokens, because the last one reached the limit before any text. */
  readonly moreRoom?: boolean | undefined;
  /** Base URL or origin of the route that the first attempt avoids. */
  readonly avoidRoute?: string | undefined;
  /** Called right after the start, for example to skip the cooldown of the gateway. */
  readonly onStart?: ((turn: TurnHandle) => void) | undefined;
}

export function startTurn(
  gateways: Gateways,
  exchange: Exchange,
  previous: readonly Exchange[],
  { mode, moreRoom, avoidRoute, onStart }: TurnStart,
  onEvents: RunOptions['onEvents'],
): TurnHandle {
  const demo = exchange.demo === true;
  const request = buildRequest(previous, exchange, gateways.defaults(demo, exchange));
  const turn = gateways.engine(demo).run(
    { ...request, ...(moreRoom && { moreRoom }) },
    {
      resumeFrom: mode && partialAnswer(exchange, mode),
      avoidRoute,
      connection: () => gateways.connection(demo),
      onEvents,
    },
  );
  onStart?.(turn);
  return turn;
}

/** Previous exchanges without an answer are left out; partial answers are included. */
export function buildRequest(
  previous: readonly Exchange[],
  exchange: Exchange,
  { model, systemPrompt, ...parameters }: RequestDefaults,
): ChatRequest {
  const messages: TextMessage[] = [];
  if (systemPrompt.trim()) messages.push({ role: 'system', content: systemPrompt });
  for (const past of previous) {
    // Answers of the demo must not become context of requests to the user's gateway, and vice versa.
    if (!past.state.text || (past.demo === true) !== (exchange.demo === true)) continue;
    messages.push(promptMessage(past), { role: 'assistant', content: past.state.text });
  }
  messages.push(promptMessage(exchange));
  return { model: exchange.model ?? model, messages, ...parameters };
}

function promptMessage({ content, prompt }: Exchange): TextMessage {
  return { role: 'user', content: content ?? prompt };
}

function partialAnswer({ state }: Exchange, mode: ResumeFrom['mode']): ResumeFrom | undefined {
  const { text, textModel: model, reasoning, toolCalls } = state;
  if (text === '') return undefined;
  return { text, model, hadReasoning: reasoning !== '', hadToolCalls: toolCalls.length > 0, mode };
}
