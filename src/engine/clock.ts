/** Everything the engine knows of time, so that tests run in virtual time. */
export interface Clock {
  /** Wall clock, epoch milliseconds; may jump. */
  now(): number;
  /** Monotonic milliseconds. */
  ticks(): number;
  /** @returns a function that cancels the call; harmless afterwards. */
  after(ms: number, call: () => void): () => void;
}

/** The two clocks of a machine may drift apart by so much before it means that one of them was set. */
const maxClockDriftMs = 1000;

/**
 * A wall-clock time, so that a machine that slept does not wait twice. A clock that is set back does not move it away:
 * by the monotonic one it comes no later than was known in the beginning.
 */
export class Deadline {
  private readonly latest: number;

  /** @param time epoch milliseconds */
  constructor(
    private readonly clock: Clock,
    private time: number,
  ) {
    this.latest = clock.ticks() + Math.max(0, time - clock.now());
  }

  /** Zero: the deadline has passed. */
  get leftMs(): number {
    return Math.max(0, Math.min(this.until - this.clock.now(), this.latest - this.clock.ticks()));
  }

  /** Epoch milliseconds, by the wall clock as it is set now. */
  get until(): number {
    const latest = this.clock.now() + this.latest - this.clock.ticks();
    // Kept, so that it does not tremble with the difference of the clocks.
    if (this.time - latest > maxClockDriftMs) this.time = latest;
    return this.time;
  }
}
