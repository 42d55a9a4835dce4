import type { Clock } from '../../src/engine/clock';

/** A scheduled call. */
interface Due {
  /** Virtual time of the call, in milliseconds. */
  readonly at: number;
  /** The function to call, or undefined if the call was canceled. */
  call: (() => void) | undefined;
}

/**
 * Maximum virtual time of a simulation, in milliseconds. A longer simulation is stopped with an error, because it would
 * probably never end.
 */
const maxDurationMs = 24 * 3600 * 1000;

/** A virtual clock that jumps from event to event, so that simulating an hour takes a fraction of a second. */
export class World implements Clock {
  /** Whether the world waits for promise callbacks before it advances the time. Strategies that use promises set this. */
  awaitsPromises = false;
  /** The scheduled calls in descending order of time. Of two calls at the same time, the last one was scheduled first. */
  private readonly scheduled: Due[] = [];
  private time = 0;

  now(): number {
    return Date.UTC(2026, 0, 15, 9, 0, 0) + this.time;
  }

  monotonicNow(): number {
    return this.time;
  }

  callAfter(ms: number, call: () => void): () => void {
    const due: Due = { at: this.time + Math.max(0, ms), call };
    let index = 0;
    for (let end = this.scheduled.length; index < end;) {
      const middle = (index + end) >> 1;
      if (this.scheduled[middle]!.at > due.at) index = middle + 1;
      else end = middle;
    }
    this.scheduled.splice(index, 0, due);
    return () => (due.call = undefined);
  }

  /**
   * Runs all scheduled calls until none are left.
   * @throws if the simulation exceeds its maximum duration
   */
  async run(): Promise<void> {
    for (let due = this.scheduled.pop(); due; due = this.scheduled.pop()) {
      if (!due.call) continue;
      if (due.at > maxDurationMs) throw new Error('The simulation exceeds its maximum duration.');
      this.time = due.at;
      due.call();
      if (this.awaitsPromises) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
