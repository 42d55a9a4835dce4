const failuresToOpen = 5;
const firstMs = 15_000;
const longestMs = 120_000;

/** Counts the failures of a provider, one after the other, and says for how long to leave it alone. */
export class Breaker {
  private count = 0;
  private openings = 0;

  get failures(): number {
    return this.count;
  }

  /**
   * Once open, each further failure before a success opens it again, for twice as long.
   * @param hintMs the provider's own wish, in milliseconds
   * @returns milliseconds to leave it alone; undefined: it may go on
   */
  failed(hintMs = 0): number | undefined {
    this.count++;
    if (this.count < failuresToOpen) return undefined;
    const delayMs = Math.min(longestMs, firstMs * 2 ** this.openings);
    this.openings++;
    return Math.max(hintMs, delayMs);
  }

  succeeded(): void {
    this.count = 0;
    this.openings = 0;
  }
}
