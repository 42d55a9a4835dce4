import type { Clock } from '../clock';

export const mostTokens = 12;
const refillMs = 10_000;

/** What automatic retries to one origin may cost: when all of them together have spent it, only the user goes on. */
export class RetryBudget {
  private count = mostTokens;
  /** Monotonic; the time until here has been paid for. */
  private paidUntil = 0;

  constructor(private readonly clock: Pick<Clock, 'ticks'>) {}

  /** Whole, from 0 to 12; one more each 10 seconds. */
  get tokens(): number {
    const now = this.clock.ticks();
    const gained = Math.floor((now - this.paidUntil) / refillMs);
    if (this.count + gained >= mostTokens) {
      this.count = mostTokens;
      // The time that a full budget is left alone is not saved up.
      this.paidUntil = now;
    } else {
      this.count += gained;
      this.paidUntil += gained * refillMs;
    }
    return this.count;
  }

  charge(cost: number): void {
    this.count = Math.max(0, this.tokens - cost);
  }

  /** @param cost what was charged and not needed, or 1 for a complete answer */
  refund(cost: number): void {
    this.count = Math.min(mostTokens, this.tokens + cost);
  }
}
