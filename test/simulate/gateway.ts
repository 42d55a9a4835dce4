/**
 * The refusal of a call. The status `refused` means that the gateway does not accept the connection, and `timeout` that
 * nothing responds to the connection attempt.
 */
export interface Refusal {
  readonly status: number | 'refused' | 'timeout';
  /** Value of the `Retry-After` header, in whole seconds. */
  readonly retryAfterS?: number;
}

/** Which `Retry-After` a gateway sends: none, the exact time, or always this number of seconds. */
export type RetryAfter = 'none' | 'exact' | number;

/** How the gateway fails. */
export interface Behavior {
  /** Duration of the outage at the start, in milliseconds. Every call during the outage fails. */
  readonly outageMs: number;
  /** Refusal of calls during the outage. An exact `Retry-After` is the remaining time of the outage. */
  readonly outage: { readonly status: Refusal['status']; readonly retryAfter: RetryAfter };
  /** Refusal of calls over the limit. An exact `Retry-After` is the time to the next free token, rounded up to a second. */
  readonly limit: { readonly status: number; readonly retryAfter: RetryAfter };
}

/** A gateway whose rate limit is a token bucket that holds the tokens of one second. */
export class Gateway {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly behavior: Behavior,
    private readonly perSecond: number,
  ) {
    this.tokens = perSecond;
    this.filledAt = behavior.outageMs;
  }

  /** Handles a call. @returns undefined if the call is accepted */
  call(now: number): Refusal | undefined {
    const { outageMs, outage, limit } = this.behavior;
    if (now < outageMs) return refusal(outage, outageMs - now);
    this.fill(now);
    if (this.tokens < 1) return refusal(limit, this.waitMs());
    this.tokens--;
    return undefined;
  }

  /** Accepts the next call at the earliest possible time. @returns that time, in milliseconds */
  admitNext(now: number): number {
    const start = Math.max(now, this.filledAt);
    this.fill(start);
    const admittedAt = start + this.waitMs();
    this.fill(admittedAt);
    this.tokens = Math.max(0, this.tokens - 1);
    return admittedAt;
  }

  private fill(now: number): void {
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.filledAt) * this.perSecond) / 1000);
    this.filledAt = now;
  }

  private waitMs(): number {
    return Math.max(0, ((1 - this.tokens) * 1000) / this.perSecond);
  }
}

function refusal(
  { status, retryAfter }: { readonly status: Refusal['status']; readonly retryAfter: RetryAfter },
  remainingMs: number,
): Refusal {
  if (retryAfter === 'none') return { status };
  return { status, retryAfterS: retryAfter === 'exact' ? Math.max(1, Math.ceil(remainingMs / 1000)) : retryAfter };
}
