import type { Clock } from '../../engine/clock';
import type { ModelCooldown } from '../../engine/gate/networkState';

interface CooldownWatcherDeps {
  readonly clock: Clock;
  /** Of the model that would be asked now. */
  readonly pause: () => Promise<ModelCooldown | undefined>;
  readonly show: (pause: ModelCooldown | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** The longest a timer of the host can run, about 25 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Shows whether the present model is left alone, and takes the sign away when that is over; else nothing runs. */
export class CooldownWatcher {
  private cancel: (() => void) | undefined;
  /** An update that takes long must not replace a later one. */
  private updates = 0;
  private disposed = false;

  constructor(private readonly deps: CooldownWatcherDeps) {}

  /** To be called when it may be another: a pause has begun or was ended, another model or gateway was chosen. */
  update(): void {
    const update = ++this.updates;
    this.deps
      .pause()
      .then((pause) => {
        if (update === this.updates && !this.disposed) this.present(pause);
      })
      .catch(this.deps.onError);
  }

  dispose(): void {
    this.disposed = true;
    this.cancel?.();
  }

  private present(pause: ModelCooldown | undefined): void {
    const { clock, show } = this.deps;
    this.cancel?.();
    const leftMs = pause ? Math.max(0, pause.until - clock.now()) : 0;
    // Rounded up: a timer that comes a fraction early would find it closed, and come again.
    this.cancel = pause && clock.after(Math.min(Math.ceil(leftMs) + 1, longestTimerMs), () => this.update());
    show(pause);
  }
}
