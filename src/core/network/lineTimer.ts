import type { Clock } from '../clock';

/** So often a waiting line looks at the wall clock, which may have slept, and at what other windows know. */
const lookEveryMs = 1000;

/** The one timer of a line; none while nobody waits. */
export class LineTimer {
  /** Monotonic; when the next look is due. */
  private due = Infinity;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly look: () => void,
  ) {}

  /** Looks in a second, or earlier where the time is up earlier. @param leftMs 0: it is up */
  run(leftMs: number): void {
    const delayMs = leftMs > 0 ? Math.min(leftMs, lookEveryMs) : lookEveryMs;
    const due = this.clock.ticks() + delayMs;
    // Others joining the line do not put a look off.
    if (this.due <= due) return;
    this.stop();
    this.due = due;
    this.cancel = this.clock.after(delayMs, () => {
      this.due = Infinity;
      this.look();
    });
  }

  stop(): void {
    this.cancel();
    this.due = Infinity;
  }
}
