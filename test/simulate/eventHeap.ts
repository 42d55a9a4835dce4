export interface Due {
  readonly at: number;
  /** Of two that are due at once the one that was put first goes first. */
  readonly order: number;
  call: (() => void) | undefined;
}

/** A binary heap: what is due first is taken first, in logarithmic time. */
export class EventHeap {
  private readonly items: Due[] = [];

  put(due: Due): void {
    const { items } = this;
    let hole = items.length;
    items.push(due);
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = items[above]!;
      if (!isBefore(due, parent)) break;
      items[hole] = parent;
      hole = above;
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
      let below = 2 * hole + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && isBefore(items[below + 1]!, items[below]!)) below++;
      const child = items[below]!;
      if (isBefore(due, child)) break;
      items[hole] = child;
      hole = below;
    }
    items[hole] = due;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
