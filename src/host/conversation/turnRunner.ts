import type { Clock } from '../../engine/clock';
import type { RunOptions, TurnHandle } from '../../engine/engine';
import { isTerminal, type StreamEvent } from '../../engine/events';
import { mergeDeltas } from '../journal/journalLines';

type StartTurn = (onEvents: RunOptions['onEvents']) => TurnHandle;

/** Duration of an animation frame of the page, in milliseconds. */
const frameMs = 16;

/**
 * Runs the turns of a conversation one at a time. Passes their events on at most once per animation frame, except for
 * the first text and the terminal event, which are passed on immediately.
 */
export class TurnRunner {
  private readonly queue: { readonly exchangeId: string; readonly start: StartTurn }[] = [];
  private running: { readonly exchangeId: string; turn?: TurnHandle; hasText?: boolean } | undefined;
  private pending: StreamEvent[] = [];
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

  /** Whether a turn is running or about to start. */
  get busy(): boolean {
    return this.running !== undefined || this.queue.length > 0;
  }

  get exchangeId(): string | undefined {
    return this.running?.exchangeId;
  }

  get turn(): TurnHandle | undefined {
    return this.running?.turn;
  }

  /** Starts a turn, or queues it while another one is running. */
  run(exchangeId: string, start: StartTurn): void {
    this.queue.push({ exchangeId, start });
    this.startNext();
  }

  /** @returns whether the turn was queued */
  removeFromQueue(exchangeId: string): boolean {
    const index = this.queue.findIndex((queued) => queued.exchangeId === exchangeId);
    if (index >= 0) this.queue.splice(index, 1);
    return index >= 0;
  }

  /** Passes on the events that have arrived without waiting for the next frame. */
  flush(exchangeId = this.running?.exchangeId): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (exchangeId === undefined || this.pending.length === 0) return;
    const events = mergeDeltas(this.pending);
    this.pending = [];
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
    for (const event of events) this.pending.push(event);
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
