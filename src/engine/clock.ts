/** The source of time of the engine. Tests use a clock with virtual time. */
export interface Clock {
  /** Returns the wall-clock time in epoch milliseconds. The time may jump. */
  now(): number;
  /** Returns the monotonic time in milliseconds. Only differences between two values are meaningful. */
  monotonicNow(): number;
  /**
   * Calls a function after a delay.
   * @returns a function that cancels the call, or does nothing if the call has already been made
   */
  after(ms: number, call: () => void): () => void;
}

/** Number of timers in succession that make up the delay of {@link afterUnblocked}. */
const partsOfDelay = 8;

/**
 * Calls a function after a delay. A period in which this process is blocked uses up only an eighth of the delay at most.
 * After such a period, Node.js runs overdue timers before it handles data from the network, so that a single timer would
 * end a connection that is already established.
 * @returns a function that cancels the call
 */
export function afterUnblocked(clock: Clock, ms: number, call: () => void): () => void {
  let cancel: () => void;
  const wait = (parts: number): void => {
    cancel = clock.after(ms / partsOfDelay, parts === 1 ? call : () => wait(parts - 1));
  };
  wait(partsOfDelay);
  return () => cancel();
}

/**
 * Maximum drift between the wall clock and the monotonic clock, in milliseconds. A larger difference means that the
 * wall clock was set.
 */
const maxClockDriftMs = 1000;

/**
 * A point in time at which a wait ends. The deadline follows the wall clock, so that the time during which a computer
 * sleeps counts. The monotonic clock limits the wait to its planned duration, so that a wall clock that is set back
 * does not extend the wait.
 */
export class Deadline {
  /** Monotonic time at which the deadline passes at the latest, in milliseconds. */
  private readonly latestTicks: number;

  /** @param time the planned end of the wait, in epoch milliseconds */
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

  /** The deadline in epoch milliseconds. It moves to an earlier time if the wall clock is set back. */
  get until(): number {
    const latest = this.clock.now() + this.latestTicks - this.clock.monotonicNow();
    // Moves the deadline only after a large drift, so that small differences between the clocks do not change it.
    if (this.time - latest > maxClockDriftMs) this.time = latest;
    return this.time;
  }
}
