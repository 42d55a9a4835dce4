const failuresToOpen = 5;
/**
 * Pauses that grow slowly and not for long: only one probe of a whole window ends them, so they cost the provider next to
 * nothing. In the simulation 15 s · 2^k up to 2 min answers 1.6 times as late as possible after an outage of 30 s, these
 * 1.2 times.
 */
const firstMs = 5_000;
const growth = 1.3;
const longestMs = 15_000;

/** Counts the failures of a provider, one after the other, and says for how long to leave it alone. */
export class Breaker {
  private count = 0;
  private openings = 0;

  get failures(): number {
    return this.count;
  }

  /**
   * Once open, each further failure before a success opens it again, for somewhat longer.
   * @param hintMs the provider's own wish, in milliseconds
   * @returns milliseconds to leave it alone; undefined: it may go on
   */
  failed(hintMs = 0): number | undefined {
    this.count++;
    if (this.count < failuresToOpen) return undefined;
    const delayMs = Math.min(longestMs, firstMs * growth ** this.openings);
    this.openings++;
    return Math.max(hintMs, delayMs);
  }

  succeeded(): void {
    this.count = 0;
    this.openings = 0;
  }
}
