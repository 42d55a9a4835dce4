import type { Clock } from '../../engine/clock';
import type { ModelCooldown } from '../../engine/gate/networkState';

interface CooldownWatcherDeps {
  readonly clock: Clock;
  /** The cooldown of the model that would be asked now. */
  readonly cooldown: () => Promise<ModelCooldown | undefined>;
  readonly show: (cooldown: ModelCooldown | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** The longest a timer of the host can run, about 25 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Shows the cooldown of the selected model until it is over. No timer runs while there is none. */
export class CooldownWatcher {
  private cancel: (() => void) | undefined;
  /** An update that takes long must not replace a later one. */
  private updateCount = 0;
  private disposed = false;

  constructor(private readonly deps: CooldownWatcherDeps) {}

  /** To be called when the cooldown may have changed, or another model or gateway was selected. */
  update(): void {
    const update = ++this.updateCount;
    this.deps
      .cooldown()
      .then((cooldown) => {
        if (update === this.updateCount && !this.disposed) this.showCooldown(cooldown);
      })
      .catch(this.deps.onError);
  }

  dispose(): void {
    this.disposed = true;
    this.cancel?.();
  }

  private showCooldown(cooldown: ModelCooldown | undefined): void {
    const { clock, show } = this.deps;
    this.cancel?.();
    const leftMs = cooldown ? Math.max(0, cooldown.until - clock.now()) : 0;
    // Rounded up: a timer that fires a fraction early would find the cooldown still there, and start again.
    const checkMs = Math.min(Math.ceil(leftMs) + 1, longestTimerMs);
    this.cancel = cooldown && clock.after(checkMs, () => this.update());
    show(cooldown);
  }
}
