import { settle, VirtualClock } from '../../support/virtualClock';

/** Without any sign of life for so long, in real milliseconds, what is on the wire has arrived. */
const quietMs = 15;

/**
 * Virtual time beside a real network: it stands still while bytes may be on their way, and jumps to the next timer
 * once there is nothing else to wait for. So a wait of a minute costs nothing, and a slow machine changes nothing.
 */
export class ImpatientClock extends VirtualClock {
  private moves = 0;
  private holds = 0;
  private running = true;

  /** Something has happened on the wire. */
  touch(): void {
    this.moves++;
  }

  /** Time stands still until the returned function is called. */
  hold(): () => void {
    let held = true;
    this.holds++;
    return () => {
      if (held) this.holds--;
      held = false;
      this.touch();
    };
  }

  /**
   * Lets time pass until `stop`.
   * @param passes `at once`: nothing is on the wire; `when quiet`: something may still come; `not now`: it will come
   */
  async run(passes: () => 'at once' | 'when quiet' | 'not now'): Promise<void> {
    while (this.running) {
      const { moves } = this;
      const pace = passes();
      if (pace === 'at once') await settle();
      else await new Promise((resolve) => setTimeout(resolve, pace === 'when quiet' ? quietMs : 1));
      await settle();
      if (pace === 'not now' || this.holds > 0 || this.moves !== moves || passes() !== pace) continue;
      await this.next();
    }
  }

  stop(): void {
    this.running = false;
  }
}
