import type { Clock } from '../../engine/clock';
import type { ModelCooldown } from '../../engine/gate/networkState';

export interface PauseWatchDeps {
  readonly clock: Clock;
  /** Of the model that would be asked now. */
  readonly pause: () => Promise<ModelCooldown | undefined>;
  readonly show: (pause: ModelCooldown | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** The longest a timer of the host can run, about 25 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Shows whether the present model is left alone, and takes the sign away when that is over; else nothing runs. */
export class PauseWatch {
  private cancel: (() => void) | undefined;
  /** A look that takes long must not replace a later one. */
  private looks = 0;
  private disposed = false;

  constructor(private readonly deps: PauseWatchDeps) {}

  /** To be called when it may be another: a pause has begun or was ended, another model or gateway was chosen. */
  look(): void {
    const turn = ++this.looks;
    this.deps
      .pause()
      .then((pause) => {
        if (turn === this.looks && !this.disposed) this.take(pause);
      })
      .catch(this.deps.onError);
  }

  dispose(): void {
    this.disposed = true;
    this.cancel?.();
  }

  private take(pause: ModelCooldown | undefined): void {
    const { clock, show } = this.deps;
    this.cancel?.();
    const leftMs = pause ? Math.max(0, pause.until - clock.now()) : 0;
    // Rounded up: a timer that comes a fraction early would find it closed, and come again.
    this.cancel = pause && clock.after(Math.min(Math.ceil(leftMs) + 1, longestTimerMs), () => this.look());
    show(pause);
  }
}
