import type { Clock } from '../../engine/clock';
import type { RunOptions, TurnHandle } from '../../engine/engine';
import { EventBatch } from '../../engine/events/eventBatch';
import { isTerminal, type StreamEvent } from '../../engine/events/events';

type StartTurn = (onEvents: RunOptions['onEvents']) => TurnHandle;

/** Duration of an animation frame of the page, in milliseconds. */
const frameMs = 16;

interface QueuedTurn {
  readonly answerId: string;
  /** Turns of the same comparison run at the same time. */
  readonly comparison?: string | undefined;
  readonly start: StartTurn;
}

interface RunningTurn {
  readonly answerId: string;
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
    private readonly onEvents: (answerId: string, events: readonly StreamEvent[]) => void,
    private readonly onFailure: (answerId: string, error: unknown) => void,
    private readonly onError: (error: unknown) => void,
    private readonly mayStart: (answerId: string) => boolean | Promise<boolean>,
    private readonly onRefused: (answerId: string) => void,
  ) {}

  get busy(): boolean {
    return this.running.size > 0 || this.queue.length > 0;
  }

  get answerIds(): readonly string[] {
    return [...this.running.keys()];
  }

  turn(answerId: string): TurnHandle | undefined {
    return this.running.get(answerId)?.handle;
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

  removeFromQueue(answerId: string): boolean {
    const index = this.queue.findIndex((queued) => queued.answerId === answerId);
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
    const { answerId } = running;
    try {
      this.onEvents(answerId, events);
    } catch (error) {
      if (this.running.has(answerId)) this.onError(error);
      else this.onFailure(answerId, error);
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
    const mayStart = this.mayStart(next.answerId);
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
      if (this.removeFromQueue(next.answerId)) this.onRefused(next.answerId);
    } finally {
      this.continueQueue();
    }
  }

  private startNext(): void {
    const index = this.queue.findIndex(({ comparison }) => this.isRunningComparison(comparison));
    const [next] = this.running.size === 0 || index >= 0 ? this.queue.splice(Math.max(0, index), 1) : [];
    if (!next) return;
    const { answerId, comparison, start } = next;
    const running: RunningTurn = {
      answerId,
      comparison,
      hasText: false,
      pending: new EventBatch(),
      cancelTimer: undefined,
      flushedAt: Number.NEGATIVE_INFINITY,
    };
    this.running.set(answerId, running);
    try {
      running.handle = start((events) => this.receive(running, events));
    } catch (error) {
      this.running.delete(answerId);
      this.onFailure(answerId, error);
    }
    this.continueQueue();
  }

  private receive(running: RunningTurn, events: readonly StreamEvent[]): void {
    if (this.running.get(running.answerId) !== running) return;
    for (const event of events) running.pending.add(event);
    const isFirstText = !running.hasText && events.some(({ type }) => type === 'text');
    running.hasText ||= isFirstText;
    const last = events.at(-1);
    if (last && isTerminal(last)) {
      // Listeners must see that the turn is no longer running when they receive its terminal event.
      this.running.delete(running.answerId);
      this.flushTurn(running);
      this.continueQueue();
      return;
    }
    const sinceFlush = this.clock.monotonicNow() - running.flushedAt;
    if (isFirstText || sinceFlush >= frameMs) this.flushTurn(running);
    else running.cancelTimer ??= this.clock.after(frameMs - sinceFlush, () => this.flushTurn(running));
  }
}
