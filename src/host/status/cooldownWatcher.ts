import type { Clock } from '../../engine/clock';
import type { ModelCooldown } from '../../engine/gate/networkState';

interface CooldownWatcherDeps {
  readonly clock: Clock;
  /** Returns the cooldown of the model that the next request would use. */
  readonly cooldown: () => Promise<ModelCooldown | undefined>;
  readonly show: (cooldown: ModelCooldown | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** Longest delay that `setTimeout` supports, about 25 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Shows the cooldown of the selected model until the cooldown expires. Without a cooldown, no timer is running. */
export class CooldownWatcher {
  private cancel: (() => void) | undefined;
  /**
   * Number of updates that have been started. Only the result of the last one is used, so that a slow update can't
   * replace a newer result.
   */
  private latestUpdate = 0;
  private disposed = false;

  constructor(private readonly deps: CooldownWatcherDeps) {}

  /**
   * Reads the cooldown again. Must be called when the cooldown may have changed, or when the user has selected another
   * model or gateway.
   */
  update(): void {
    const update = ++this.latestUpdate;
    this.deps
      .cooldown()
      .then((cooldown) => {
        if (update === this.latestUpdate && !this.disposed) this.showCooldown(cooldown);
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
    const remainingMs = cooldown ? Math.max(0, cooldown.until - clock.now()) : 0;
    // Rounds the delay up, because a timer that fires slightly too early would find the cooldown still active and start
    // again.
    const checkMs = Math.min(Math.ceil(remainingMs) + 1, longestTimerMs);
    this.cancel = cooldown && clock.after(checkMs, () => this.update());
    show(cooldown);
  }
}
