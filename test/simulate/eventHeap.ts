/** A scheduled call. */
export interface Due {
  /** Virtual time of the call, in milliseconds. */
  readonly at: number;
  /** Order of insertion. Of two calls at the same time, the one that was inserted first runs first. */
  readonly order: number;
  /** The function to call, or undefined if the call was canceled. */
  call: (() => void) | undefined;
}

/** A binary heap of scheduled calls, ordered by time. Both operations take logarithmic time. */
export class EventHeap {
  private readonly items: Due[] = [];

  put(due: Due): void {
    const { items } = this;
    let hole = items.length;
    items.push(due);
    while (hole > 0) {
      const parentIndex = (hole - 1) >> 1;
      const parent = items[parentIndex]!;
      if (!isBefore(due, parent)) break;
      items[hole] = parent;
      hole = parentIndex;
    }
    items[hole] = due;
  }

  take(): Due | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (last && items.length > 0) this.sink(last);
    return first;
  }

  private sink(due: Due): void {
    const { items } = this;
    let hole = 0;
    for (;;) {
      let childIndex = 2 * hole + 1;
      if (childIndex >= items.length) break;
      if (childIndex + 1 < items.length && isBefore(items[childIndex + 1]!, items[childIndex]!)) childIndex++;
      const child = items[childIndex]!;
      if (isBefore(due, child)) break;
      items[hole] = child;
      hole = childIndex;
    }
    items[hole] = due;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
