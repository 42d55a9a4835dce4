/** Everything the panel knows of time. */
export interface PanelClock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** @returns a function that ends it. */
  every(ms: number, call: () => void): () => void;
  /** @returns a function that cancels it. */
  after(ms: number, call: () => void): () => void;
  /** Before the next frame is painted. */
  readonly frame: (call: () => void) => void;
}

export const browserClock: PanelClock = {
  now: () => Date.now(),
  every: (ms, call) => {
    const id = window.setInterval(call, ms);
    return () => window.clearInterval(id);
  },
  after: (ms, call) => {
    const id = window.setTimeout(call, ms);
    return () => window.clearTimeout(id);
  },
  frame: (call) => {
    window.requestAnimationFrame(call);
  },
};
