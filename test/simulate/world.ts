import type { Clock } from '../../src/engine/clock';
import { EventHeap, type Due } from './eventHeap';

/** Nothing here may take longer; what does has no end. */
const maxDurationMs = 24 * 3600 * 1000;

/** Time that jumps from event to event: an hour of a thousand clients takes a fraction of a second. */
export class World implements Clock {
  /** For who awaits: what promises go on to do belongs to the moment they were settled in. */
  awaitsPromises = false;
  private readonly heap = new EventHeap();
  private time = 0;
  private order = 0;

  now(): number {
    return Date.UTC(2026, 0, 15, 9, 0, 0) + this.time;
  }

  ticks(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    const due: Due = { at: this.time + Math.max(0, ms), order: this.order++, call };
    this.heap.put(due);
    return () => (due.call = undefined);
  }

  /**
   * Until nothing is due.
   * @throws where the world has no end
   */
  async run(): Promise<void> {
    for (let due = this.heap.take(); due; due = this.heap.take()) {
      if (!due.call) continue;
      if (due.at > maxDurationMs) throw new Error('The simulated world does not come to an end.');
      this.time = due.at;
      due.call();
      if (this.awaitsPromises) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
