import type { PanelClock } from '../../../../src/webview/util/panelClock';

interface Timer {
  readonly due: number;
  readonly call: () => void;
}

/** A clock that a test advances. Frames and tasks run immediately, unless the test defers them. */
export class FakeClock implements PanelClock {
  /** The deferred frames and tasks; undefined while frames and tasks run immediately. */
  deferredCalls: (() => void)[] | undefined;
  /** Milliseconds by which each call of `ticks` advances the monotonic time, so that work takes time. */
  tickCostMs = 0;
  private time: number;
  private ticksMs = 0;
  private readonly idleCalls = new Set<() => void>();
  private readonly timers = new Set<Timer>();

  constructor(now: number) {
    this.time = now;
  }

  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    return this.time;
  }

  monotonicNow(): number {
    return (this.ticksMs += this.tickCostMs);
  }

  callAfter(ms: number, call: () => void): () => void {
    const timer = { due: this.time + ms, call };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  readonly frame = (call: () => void): void => this.runInNextTask(call);

  readonly runInNextTask = (call: () => void): void => {
    if (this.deferredCalls) this.deferredCalls.push(call);
    else call();
  };

  readonly idle = (call: () => void): void => {
    if (this.deferredCalls) this.idleCalls.add(call);
    this.runInNextTask(call);
  };

  /** Runs the next deferred idle callback and everything that was deferred before it. */
  runIdle(): void {
    const idle = this.deferredCalls?.find((call) => this.idleCalls.has(call));
    while (idle && this.deferredCalls?.includes(idle)) this.runNext();
  }

  /** Runs the next deferred frame or task. */
  runNext(): void {
    this.deferredCalls?.shift()?.();
  }

  /** Advances the wall clock at once, as after a sleep of the computer. Due timers fire once. */
  jump(ms: number): void {
    this.time += ms;
    for (const timer of Array.from(this.timers)) if (timer.due <= this.time) this.fire(timer);
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.due - b.due)[0];
      if (!next || next.due > end) break;
      this.time = next.due;
      this.fire(next);
    }
    this.time = end;
  }

  private fire(timer: Timer): void {
    this.timers.delete(timer);
    timer.call();
  }
}
