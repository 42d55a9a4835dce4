import type { PanelClock } from '../../../../src/webview/util/panelClock';

interface Timer {
  due: number;
  readonly repeat: number | undefined;
  readonly call: () => void;
}

/** Time that passes when a test says so. Frames and tasks run at once, unless they are held. */
export class FakeClock implements PanelClock {
  /** Frames and tasks, while they are held. */
  held: (() => void)[] | undefined;
  /** What each look at the clock costs, so that work takes time. */
  costMs = 0;
  private time: number;
  private spent = 0;
  private readonly atIdle = new Set<() => void>();
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
    return (this.spent += this.costMs);
  }

  every(ms: number, call: () => void): () => void {
    return this.start({ due: this.time + ms, repeat: ms, call });
  }

  after(ms: number, call: () => void): () => void {
    return this.start({ due: this.time + ms, repeat: undefined, call });
  }

  readonly frame = (call: () => void): void => this.runInNextTask(call);

  readonly runInNextTask = (call: () => void): void => {
    if (this.held) this.held.push(call);
    else call();
  };

  readonly idle = (call: () => void): void => {
    if (this.held) this.atIdle.add(call);
    this.runInNextTask(call);
  };

  /** Runs what was held until there was nothing else to do, and all that was held before it. */
  runIdle(): void {
    const idle = this.held?.find((call) => this.atIdle.has(call));
    while (idle && this.held?.includes(idle)) this.runHeld();
  }

  /** Runs one task that was held. */
  runHeld(): void {
    this.held?.shift()?.();
  }

  /** The wall clock jumps, as it does when a laptop wakes: timers that are due fire once. */
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
