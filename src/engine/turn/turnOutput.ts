import type { Clock } from '../clock';
import { isTerminal, type EndedEvent, type StreamEvent, type TerminalEvent, type Usage } from '../events';
import type { Attempt } from '../http/attempt';
import { emptyLedger, enter, type LedgerEntry } from '../state/ledger';

export type Draft<E = StreamEvent> = E extends StreamEvent ? Omit<E, 'at' | 'attempt'> & { attempt?: number } : never;

/** What a turn says, in order, each with its attempt and time; nothing after the terminal event. */
export class TurnOutput {
  readonly events: EventQueue<StreamEvent>;
  /** Of the present attempt, from 1; 0: there was none. */
  attempt = 0;
  private ledger = emptyLedger;
  /** Tokens of all attempts. */
  private usage: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  private terminal: TerminalEvent | undefined;

  /** @param onLeave the reader has gone */
  constructor(
    private readonly clock: Clock,
    onLeave: () => void,
  ) {
    this.events = new EventQueue<StreamEvent>(onLeave);
  }

  get isOver(): boolean {
    return this.terminal !== undefined;
  }

  get attempts(): readonly LedgerEntry[] {
    return this.ledger.entries;
  }

  /** `running`, `done`, `stopped`, or the kind of the failure. */
  get outcome(): string {
    const { terminal } = this;
    if (!terminal) return 'running';
    return terminal.type === 'failed' ? terminal.kind : terminal.type;
  }

  emit(draft: Draft): void {
    if (this.isOver) return;
    const event: StreamEvent = { attempt: this.attempt, ...draft, at: this.clock.ticks() };
    this.ledger = enter(this.ledger, event);
    this.events.push(event);
    if (!isTerminal(event)) return;
    this.terminal = event;
    this.events.close();
  }

  /** As `emit`, for what comes thousands of times. */
  token(type: 'text' | 'reasoning', text: string): void {
    if (!this.terminal) this.events.push({ type, text, attempt: this.attempt, at: this.clock.ticks() });
  }

  /**
   * An attempt is over: what it brought, and what it cost, whatever became of it.
   * @returns false where that has been said already
   */
  endAttempt(attempt: Attempt | undefined, how: EndedEvent['how'], row?: number): boolean {
    const account = attempt?.takeAccount();
    if (!account) return false;
    const { usage, ...rest } = account;
    this.emit({ type: 'ended', how, row, tokens: usage?.totalTokens, ...rest });
    if (usage) {
      this.usage = sumOf(this.usage, usage);
      this.emit({ type: 'usage', ...this.usage });
    }
    return true;
  }
}

function sumOf(one: Usage, other: Usage): Usage {
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    totalTokens: one.totalTokens + other.totalTokens,
  };
}

/**
 * A queue between one producer and one reader. An item that was pushed before `close` is still delivered. A reader that
 * leaves the loop early is reported to the producer, so that a request never outlives its reader.
 */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  private items: T[] = [];
  private head = 0;
  /** Pending calls of `next`, oldest first. Empty while items are queued. */
  private readonly pending: ((result: IteratorResult<T>) => void)[] = [];
  private closed = false;

  constructor(private readonly onLeave: () => void) {}

  push(item: T): void {
    if (this.closed) return;
    const deliver = this.pending.shift();
    if (deliver) deliver({ done: false, value: item });
    else this.items.push(item);
  }

  close(): void {
    this.closed = true;
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
    if (this.closed) return Promise.resolve({ done: true, value: undefined });
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
