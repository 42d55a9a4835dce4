import type { Clock } from '../clock';
import type { RunOptions } from '../engine';
import { isTerminal, type StreamEvent, type TerminalEvent } from '../events/events';
import { addToLedger, emptyLedger, type TurnRecord } from '../state/ledger';

/** An event before it is emitted. `TurnOutput` adds the time and, if missing, the number of the attempt. */
export type NewEvent<E = StreamEvent> = E extends StreamEvent
  ? Omit<E, 'at' | 'attempt'> & { attempt?: number }
  : never;

export interface EventSink {
  emit(newEvent: NewEvent): void;
}

/** Delivers the events of a turn in batches. Events after the terminal event are ignored. */
export class TurnOutput implements EventSink {
  /** Number of the current attempt, starting at 1. Before the first attempt, 0. */
  attempt = 0;
  private batch: StreamEvent[] | undefined;
  /**
   * Monotonic time of all events in `batch`. The events have the same time, because they are emitted in immediate
   * succession.
   */
  private batchTime = 0;
  ledger = emptyLedger;
  private terminal: TerminalEvent | undefined;
  private isDelivering = false;
  private isScheduled = false;

  constructor(
    private readonly clock: Clock,
    private readonly onEvents: RunOptions['onEvents'],
    private readonly onDefect: (error: unknown) => void,
  ) {}

  isFinished(): boolean {
    return this.terminal !== undefined;
  }

  get record(): Omit<TurnRecord, 'time' | 'host'> {
    const { terminal, ledger } = this;
    const failure = terminal?.type === 'failed' ? terminal : undefined;
    const outcome = failure?.kind ?? terminal?.type ?? 'running';
    return { outcome, attempts: ledger.entries, waits: ledger.waits, contextTokens: failure?.contextTokens };
  }

  emit(newEvent: NewEvent): void {
    if (this.isFinished()) return;
    const event: StreamEvent = { attempt: this.attempt, ...newEvent, at: this.startBatch() };
    this.ledger = addToLedger(this.ledger, event);
    this.add(event);
    if (isTerminal(event)) {
      this.terminal = event;
      this.deliver();
    } else if (!this.isScheduled) {
      this.isScheduled = true;
      // A resolved promise starts the microtask. `queueMicrotask` is slower, because it also creates an object for the
      // asynchronous context.
      void Promise.resolve().then(() => {
        this.isScheduled = false;
        this.deliver();
      });
    }
  }

  /**
   * Emits a text or reasoning event. The event is not added to the ledger (the record of attempts and waits), because a
   * turn has thousands of such events. It is delivered by `deliver`, or together with the next event of another type.
   */
  emitToken(type: 'text' | 'reasoning', text: string): void {
    if (!this.isFinished()) this.add({ type, text, attempt: this.attempt, at: this.startBatch() });
  }

  /** Returns the monotonic time for the events of the current batch. */
  private startBatch(): number {
    if (!this.batch) this.batchTime = this.clock.monotonicNow();
    return this.batchTime;
  }

  private add(event: StreamEvent): void {
    if (this.batch) this.batch.push(event);
    else this.batch = [event];
  }

  deliver(): void {
    // The listener can stop the turn while it receives a batch. Stopping emits the terminal event and calls this method
    // a second time. The second call returns at once, and the loop below delivers the terminal event.
    if (this.isDelivering) return;
    this.isDelivering = true;
    while (this.batch) {
      const { batch } = this;
      this.batch = undefined;
      try {
        this.onEvents(batch);
      } catch (error) {
        this.onDefect(error);
      }
    }
    this.isDelivering = false;
  }
}
