import type { PanelClock } from '../../../../src/webview/util/panelClock';

interface Timer {
  due: number;
  readonly repeat: number | undefined;
  readonly call: () => void;
}

/** A clock that a test advances. Frames and tasks run immediately, unless the test holds them. */
export class FakeClock implements PanelClock {
  /** The held frames and tasks; undefined while they run immediately. */
  heldCalls: (() => void)[] | undefined;
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

  every(ms: number, call: () => void): () => void {
    return this.start({ due: this.time + ms, repeat: ms, call });
  }

  after(ms: number, call: () => void): () => void {
    return this.start({ due: this.time + ms, repeat: undefined, call });
  }

  readonly frame = (call: () => void): void => this.runInNextTask(call);

  readonly runInNextTask = (call: () => void): void => {
    if (this.heldCalls) this.heldCalls.push(call);
    else call();
  };

  readonly idle = (call: () => void): void => {
    if (this.heldCalls) this.idleCalls.add(call);
    this.runInNextTask(call);
  };

  /** Runs the next held idle callback and everything that was held before it. */
  runIdle(): void {
    const idle = this.heldCalls?.find((call) => this.idleCalls.has(call));
    while (idle && this.heldCalls?.includes(idle)) this.runNext();
  }

  /** Runs the next held frame or task. */
  runNext(): void {
    this.heldCalls?.shift()?.();
  }

  /** Advances the wall clock at once, as after a sleep of the computer. Due timers fire once. */
  jump(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers]) if (timer.due <= this.time) this.fire(timer);
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

  private start(timer: Timer): () => void {
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  private fire(timer: Timer): void {
    if (timer.repeat === undefined) this.timers.delete(timer);
    else timer.due = this.time + timer.repeat;
    timer.call();
  }
}
