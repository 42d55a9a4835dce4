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
