import type { Clock } from '../clock';
import { type EndedEvent, isTerminal, type StreamEvent, type TerminalEvent, type Usage } from '../events';
import type { Attempt } from '../http/attempt';
import { addToLedger, emptyLedger, type LedgerEntry, type LedgerWait } from '../state/ledger';
import { sumUsage } from '../state/usage';

/**
 * An event without its time, as a turn passes it to {@link TurnOutput}. `TurnOutput` adds the time and, if missing, the
 * number of the attempt.
 */
export type NewEvent<E = StreamEvent> = E extends StreamEvent
  ? Omit<E, 'at' | 'attempt'> & { attempt?: number }
  : never;

/** Delivers the events of a turn in batches. It ignores every event after the terminal event. */
export class TurnOutput {
  /** Number of the current attempt, from 1; 0 before the first attempt. */
  attempt = 0;
  private batch: StreamEvent[] = [];
  /** Monotonic time of all events in `batch`, which are emitted without a pause in between. */
  private batchTime = 0;
  private ledger = emptyLedger;
  /** The tokens that all attempts together have used. */
  private usage: Usage = sumUsage([]);
  private terminal: TerminalEvent | undefined;

  /** @param onDefect called with an exception of `onEvents` before the terminal event */
  constructor(
    private readonly clock: Pick<Clock, 'monotonicNow'>,
    private readonly onEvents: (events: readonly StreamEvent[]) => void,
    private readonly onDefect: (error: unknown) => void,
  ) {}

  get isFinished(): boolean {
    return this.terminal !== undefined;
  }

  get attempts(): readonly LedgerEntry[] {
    return this.ledger.entries;
  }

  /** Waits since the start of the last attempt. */
  get waits(): readonly LedgerWait[] {
    return this.ledger.waits;
  }

  /** The outcome of the turn: `running`, `done`, `stopped`, or the kind of the failure. */
  get outcome(): string {
    const { terminal } = this;
    if (!terminal) return 'running';
    return terminal.type === 'failed' ? terminal.kind : terminal.type;
  }

  emit(newEvent: NewEvent): void {
    if (this.isFinished) return;
    const event: StreamEvent = { attempt: this.attempt, ...newEvent, at: this.startBatch() };
    this.ledger = addToLedger(this.ledger, event);
    this.batch.push(event);
    if (!isTerminal(event)) return;
    this.terminal = event;
    this.deliver();
  }

  /**
   * Emits a text or reasoning event without passing the event to the ledger, because a turn has thousands of these
   * events.
   */
  emitToken(type: 'text' | 'reasoning', text: string): void {
    if (!this.isFinished) this.batch.push({ type, text, attempt: this.attempt, at: this.startBatch() });
  }

  /** Starts a batch unless one has been started. @returns the time of its events */
  private startBatch(): number {
    if (this.batch.length === 0) {
      this.batchTime = this.clock.monotonicNow();
      queueMicrotask(() => this.deliver());
    }
    return this.batchTime;
  }

  private deliver(): void {
    const { batch } = this;
    if (batch.length === 0) return;
    this.batch = [];
    try {
      this.onEvents(batch);
    } catch (error) {
      this.onDefect(error);
    }
  }

  /**
   * Emits the result and the usage of an attempt that has ended.
   * @returns false if they have already been emitted for this attempt
   */
  endAttempt(attempt: Attempt | undefined, outcome: EndedEvent['how'], row?: string): boolean {
    const stats = attempt?.takeStats();
    if (!stats) return false;
    const { usage, ...otherStats } = stats;
    const { totalTokens: tokens, ...counts }: Partial<Usage> = usage ?? {};
    this.emit({ type: 'ended', how: outcome, row, tokens, ...counts, ...otherStats });
    if (usage) {
      this.usage = sumUsage([this.usage, usage]);
      this.emit({ type: 'usage', ...this.usage });
    }
    return true;
  }
}
