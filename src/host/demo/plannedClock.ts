import type { Clock } from '../../core/clock';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** A step of the engine takes a few turns of the loop until it waits for the next timer. */
const turnsToSettle = 12;

/** Time that passes as fast as it can be computed: from one timer to the next, as soon as nothing else is left to do. */
export class PlannedClock implements Clock {
  private time = 0;
  private readonly timers = new Set<Timer>();

  /** @param epoch the wall clock at the beginning, in milliseconds */
  constructor(private readonly epoch: number) {}

  now(): number {
    return this.epoch + this.time;
  }

  ticks(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Until nothing waits for time to pass any more, or the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await settle();
      const [next] = [...this.timers].toSorted((one, other) => one.at - other.at);
      if (!next || signal.aborted) return;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.call();
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn++) await new Promise((resolve) => setImmediate(resolve));
}
