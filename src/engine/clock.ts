/** The source of time of the engine. Tests replace the clock by one with virtual time. */
export interface Clock {
  /** Returns the wall-clock time in epoch milliseconds. The time may jump. */
  now(): number;
  /** Returns the monotonic time in milliseconds. Only differences between two values are meaningful. */
  monotonicNow(): number;
  /** Calls a function after a delay. @returns a function that cancels the call and has no effect after it */
  after(ms: number, call: () => void): () => void;
}

/** Maximum drift between the wall clock and the monotonic clock. A larger difference means that the wall clock was set. */
const maxClockDriftMs = 1000;

/**
 * A point in time at which a wait ends. The deadline follows the wall clock, so that the time during which a computer
 * sleeps counts. By the monotonic clock, the deadline never comes later than planned at first, so that a wall clock that
 * is set back does not extend the wait.
 */
export class Deadline {
  /** The monotonic time at which the deadline passes at the latest, in milliseconds. */
  private readonly latestTicks: number;

  /** @param time the planned time in epoch milliseconds */
  constructor(
    private readonly clock: Clock,
    private time: number,
  ) {
    this.latestTicks = clock.monotonicNow() + Math.max(0, time - clock.now());
  }

  /** Milliseconds until the deadline, or 0 after it has passed. */
  get remainingMs(): number {
    return Math.max(0, Math.min(this.until - this.clock.now(), this.latestTicks - this.clock.monotonicNow()));
  }

  /** Epoch milliseconds of the deadline, by the wall clock as it is set now. */
  get until(): number {
    const latest = this.clock.now() + this.latestTicks - this.clock.monotonicNow();
    // The time changes only after a large drift, so that it does not vary with small differences between the clocks.
    if (this.time - latest > maxClockDriftMs) this.time = latest;
    return this.time;
  }
}
