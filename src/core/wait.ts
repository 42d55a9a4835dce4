import type { Clock } from './clock';

/** The wall clock is looked at this often, so that a laptop that slept does not wait twice. */
const lookEveryMs = 1000;

/** A wait until a wall-clock time that can be ended at any moment. Its promise resolves once and never rejects. */
export class Wait {
  readonly over: Promise<void>;
  private resolve!: () => void;
  private cancel: () => void = () => undefined;
  /** A clock that is set back must not prolong the wait: by the monotonic one it is over by then. */
  private readonly latest: number;

  /** @param until epoch milliseconds; Infinity: until it is ended */
  constructor(
    private readonly clock: Clock,
    private readonly until: number,
  ) {
    this.latest = clock.ticks() + Math.max(0, until - clock.now());
    this.over = new Promise((resolve) => (this.resolve = resolve));
    if (until !== Infinity) this.look();
  }

  end(): void {
    this.cancel();
    this.resolve();
  }

  private look(): void {
    const left = Math.min(this.until - this.clock.now(), this.latest - this.clock.ticks());
    if (left <= 0) this.end();
    else this.cancel = this.clock.after(Math.min(left, lookEveryMs), () => this.look());
  }
}
