export interface FrameClock {
  monotonicNow(): number;
  /** Calls a function before the next frame. */
  readonly frame: (call: () => void) => void;
  /**
   * Calls a function in a new task, so that pending user input is handled first. The function is called even if the
   * window paints no frames.
   */
  readonly runInNextTask: (call: () => void) => void;
}

export interface PanelClock extends FrameClock {
  /** Returns the current time in epoch milliseconds. */
  now(): number;
  /**
   * Calls a function after a delay.
   * @returns a function that cancels the call
   */
  readonly callAfter: (ms: number, call: () => void) => () => void;
  /** Calls a function when the browser is idle after the next frame. */
  readonly idle: (call: () => void) => void;
}

/** Maximum time to wait until the browser is idle, in milliseconds. */
const maxIdleDelayMs = 2000;

const tasks: (() => void)[] = [];
const channel = new MessageChannel();
channel.port1.onmessage = () => tasks.shift()?.();

export const browserClock: PanelClock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  callAfter: (ms, call) => {
    const id = window.setTimeout(call, ms);
    return () => window.clearTimeout(id);
  },
  frame: (call) => {
    window.requestAnimationFrame(call);
  },
  runInNextTask: (call) => {
    // Uses a message instead of a timer, because browsers delay nested timers by several milliseconds.
    tasks.push(call);
    channel.port2.postMessage(undefined);
  },
  idle: (call) => {
    window.requestAnimationFrame(() => window.requestIdleCallback(call, { timeout: maxIdleDelayMs }));
  },
};
