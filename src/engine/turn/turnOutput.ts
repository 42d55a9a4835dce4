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

/** The event stream of a turn. It ignores every event after the terminal event. */
export class TurnOutput {
  readonly events: EventQueue<StreamEvent>;
  /** Number of the current attempt, from 1; 0 before the first attempt. */
  attempt = 0;
  private ledger = emptyLedger;
  /** The tokens that all attempts together have used. */
  private usage: Usage = sumUsage([]);
  private terminal: TerminalEvent | undefined;

  /** @param onLeave called when the reader of the events leaves its loop early */
  constructor(
    private readonly clock: Clock,
    onLeave: () => void,
  ) {
    this.events = new EventQueue<StreamEvent>(onLeave);
  }

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
    const event: StreamEvent = { attempt: this.attempt, ...newEvent, at: this.clock.monotonicNow() };
    this.ledger = addToLedger(this.ledger, event);
    this.events.push(event);
    if (!isTerminal(event)) return;
    this.terminal = event;
    this.events.close();
  }

  /**
   * Emits a text or reasoning event without passing the event to the ledger, because a turn has thousands of these
   * events.
   */
  emitToken(type: 'text' | 'reasoning', text: string): void {
    if (!this.terminal) this.events.push({ type, text, attempt: this.attempt, at: this.clock.monotonicNow() });
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

/**
 * A queue between one producer and one reader. Items that were pushed before `close` are still delivered. When the
 * reader leaves its loop early, the queue notifies the producer, so that no request outlives its reader.
 */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  private items: T[] = [];
  private head = 0;
  /** Calls of `next` that wait for an item, oldest first. The list is empty while items are queued. */
  private readonly pending: ((result: IteratorResult<T>) => void)[] = [];
  private isClosed = false;

  constructor(private readonly onLeave: () => void) {}

  push(item: T): void {
    if (this.isClosed) return;
    const deliver = this.pending.shift();
    if (deliver) deliver({ done: false, value: item });
    else this.items.push(item);
  }

  close(): void {
    this.isClosed = true;
    for (const deliver of this.pending.splice(0)) deliver({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.head < this.items.length) {
      const value = this.items[this.head++] as T;
      if (this.head === this.items.length) {
        this.items = [];
        this.head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.pending.push(resolve));
  }

  return(): Promise<IteratorResult<T>> {
    this.items = [];
    this.head = 0;
    this.onLeave();
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
