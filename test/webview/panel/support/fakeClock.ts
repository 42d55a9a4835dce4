import type { PanelClock } from '../../../../src/webview/panelClock';

interface Timer {
  due: number;
  readonly repeat: number | undefined;
  readonly call: () => void;
}

/** Time that passes when a test says so. Frames run at once. */
export class FakeClock implements PanelClock {
  private time: number;
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

  every(ms: number, call: () => void): () => void {
    return this.start({ due: this.time + ms, repeat: ms, call });
  }

  after(ms: number, call: () => void): () => void {
    return this.start({ due: this.time + ms, repeat: undefined, call });
  }

  readonly frame = (call: () => void): void => call();

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
