import { isTerminal, type StreamEvent } from './events';

/**
 * The events of a turn for one reader, who iterates them. When the reader leaves the loop early, `onLeave` is called at
 * once, even while a read is pending.
 */
export class EventQueue implements AsyncIterable<StreamEvent> {
  private events: StreamEvent[] = [];
  private isClosed = false;
  private wake: () => void = () => undefined;

  constructor(private readonly onLeave: () => void) {}

  /** Adds events. The terminal event closes the queue. */
  push(events: readonly StreamEvent[]): void {
    if (this.isClosed) return;
    this.events.push(...events);
    this.isClosed = events.some(isTerminal);
    this.wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    const reads = this.read();
    return {
      next: () => reads.next(),
      return: () => {
        this.isClosed = true;
        this.events = [];
        this.onLeave();
        this.wake();
        return reads.return(undefined);
      },
    };
  }

  private async *read(): AsyncGenerator<StreamEvent, undefined> {
    while (!this.isClosed || this.events.length > 0) {
      const { events } = this;
      this.events = [];
      yield* events;
      if (!this.isClosed && this.events.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return undefined;
  }
}
