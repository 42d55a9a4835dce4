/** Everything the panel knows of time. */
export interface PanelClock {
  /** Wall clock, epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds, to measure work by. */
  ticks(): number;
  /** @returns a function that ends it. */
  every(ms: number, call: () => void): () => void;
  /** @returns a function that cancels it. */
  after(ms: number, call: () => void): () => void;
  /** Before the next frame is painted. */
  readonly frame: (call: () => void) => void;
  /** In a task of its own: what the person does comes first. */
  readonly soon: (call: () => void) => void;
  /** When there is nothing else to do, and a frame has been painted meanwhile. */
  readonly idle: (call: () => void) => void;
}

/** Milliseconds: what can wait must not wait for ever. */
const maxIdleDelayMs = 2000;

const tasks: (() => void)[] = [];
const channel = new MessageChannel();
channel.port1.onmessage = () => tasks.shift()?.();

export const browserClock: PanelClock = {
  now: () => Date.now(),
  ticks: () => performance.now(),
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
  soon: (call) => {
    // Timers are throttled to some milliseconds.
    tasks.push(call);
    channel.port2.postMessage(undefined);
  },
  idle: (call) => {
    window.requestAnimationFrame(() => window.requestIdleCallback(call, { timeout: maxIdleDelayMs }));
  },
};
