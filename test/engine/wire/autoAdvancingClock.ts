import { settle, VirtualClock } from '../../support/virtualClock';

/** Time without activity after which all sent bytes have arrived, in real milliseconds. */
const quietMs = 15;

/**
 * Virtual time next to a real network. Time stands still while bytes may be in flight, and jumps to the next timer when
 * nothing else can happen. A wait of a minute costs no time, and a slow machine does not change the result.
 */
export class AutoAdvancingClock extends VirtualClock {
  private activityCount = 0;
  private holdCount = 0;
  private isRunning = true;

  /** Records that something has happened on the wire. */
  recordActivity(): void {
    this.activityCount++;
  }

  /** Stops time until the returned function is called. */
  hold(): () => void {
    let isHeld = true;
    this.holdCount++;
    return () => {
      if (isHeld) this.holdCount--;
      isHeld = false;
      this.recordActivity();
    };
  }

  /**
   * Lets time pass until `stop` is called.
   *
   * @param timeMode returns `at once` if nothing is in flight, `when quiet` if something may still arrive, `not now` if
   *   something will arrive
   */
  async run(timeMode: () => 'at once' | 'when quiet' | 'not now'): Promise<void> {
    while (this.isRunning) {
      const { activityCount } = this;
      const mode = timeMode();
      if (mode === 'at once') await settle();
      else await new Promise((resolve) => setTimeout(resolve, mode === 'when quiet' ? quietMs : 1));
      await settle();
      if (mode === 'not now' || this.holdCount > 0 || this.activityCount !== activityCount || timeMode() !== mode)
        continue;
      await this.next();
    }
  }

  stop(): void {
    this.isRunning = false;
  }
}
