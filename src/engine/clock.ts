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
   * @returns a function that cancels the call, or does nothing if the call has already been made
   */
  callAfter(ms: number, call: () => void): () => void;
}

/** Number of consecutive timers into which {@link afterUnblocked} divides its delay. */
const partsOfDelay = 8;

/**
 * Calls a function after a delay, such as a timeout for connecting. The delay is divided into several timers, so a
 * period in which this process is blocked uses up at most an eighth of the delay. A single timer could expire while the
 * process is blocked. Node.js runs expired timers before it handles data from the network, so the timeout would then
 * end a connection that is already established.
 * @returns a function that cancels the call
 */
export function afterUnblocked(clock: Clock, ms: number, call: () => void): () => void {
  let cancel: () => void;
  const wait = (parts: number): void => {
    cancel = clock.callAfter(ms / partsOfDelay, parts === 1 ? call : () => wait(parts - 1));
  };
  wait(partsOfDelay);
  return () => cancel();
}
