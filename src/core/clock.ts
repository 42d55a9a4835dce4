/** Everything the engine knows of time, so that tests run in virtual time. */
export interface Clock {
  /** Wall clock, epoch milliseconds; may jump. */
  now(): number;
  /** Monotonic milliseconds. */
  ticks(): number;
  /** @returns a function that cancels the call; harmless afterwards. */
  after(ms: number, call: () => void): () => void;
}
