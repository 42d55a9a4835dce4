/** The source of time for the engine. Tests use a clock with virtual time. */
export interface Clock {
  /**
   * Returns the wall-clock time in epoch milliseconds. This time can jump, because the user or the operating system can
   * set the clock.
   */
  now(): number;
  /** Returns the monotonic time in milliseconds. Only differences between two values are meaningful. */
  monotonicNow(): number;
  /**
   * Calls a function after a delay.
   * @returns a function that cancels the call; it does nothing if the call has already been made
   */
  callAfter(ms: number, call: () => void): () => void;
}

/** Number of consecutive timers that {@link afterUnblocked} uses for its delay. */
const partsOfDelay = 8;

/**
 * Calls a function after a delay, such as a timeout for connecting. While this process is blocked, at most an eighth of
 * the delay can pass, because the delay is divided into several timers.
 * @returns a function that cancels the call
 */
export function afterUnblocked(clock: Clock, ms: number, call: () => void): () => void {
  let cancel: () => void;
  // Node.js runs expired timers before it handles received data. If the process is blocked, a single timer could
  // therefore expire and end a connection that has already been established.
  const wait = (parts: number): void => {
    cancel = clock.callAfter(ms / partsOfDelay, parts === 1 ? call : () => wait(parts - 1));
  };
  wait(partsOfDelay);
  return () => cancel();
}
