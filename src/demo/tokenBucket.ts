import { rateLimited } from './replies';
import type { Script } from './script';

export interface Rate {
  /** Tokens of a full bucket. */
  readonly capacity: number;
  readonly perSecond: number;
}

/** Sums of fractions of tokens come out a hair short of the whole. */
const EPSILON = 1e-9;

export class TokenBucket {
  private tokens: number;
  private at: number;

  /** @param now milliseconds; going backwards adds nothing */
  constructor(
    private readonly rate: Rate,
    private readonly now: () => number,
  ) {
    this.tokens = rate.capacity;
    this.at = now();
  }

  /** Takes a token. @returns 0, or the milliseconds until there is one. */
  take(): number {
    const { capacity, perSecond } = this.rate;
    const now = this.now();
    this.tokens = Math.min(capacity, this.tokens + (Math.max(0, now - this.at) * perSecond) / 1000);
    this.at = now;
    if (this.tokens >= 1 - EPSILON) {
      this.tokens = Math.max(0, this.tokens - 1);
      return 0;
    }
    return ((1 - this.tokens) * 1000) / perSecond;
  }
}

/**
 * 429 once the bucket is empty. `Retry-After` is true and in whole seconds: whoever comes first after that many finds
 * a token.
 */
export function limited(script: Script, options: Rate & { readonly now?: () => number }): Script {
  const bucket = new TokenBucket(options, options.now ?? Date.now);
  return (request) => {
    const waitMs = bucket.take();
    return waitMs === 0 ? script(request) : rateLimited(Math.max(1, Math.ceil(waitMs / 1000)));
  };
}
