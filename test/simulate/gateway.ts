/** How a call is turned away. `refused`: the connection is not accepted. */
export interface Refusal {
  readonly status: number | 'refused';
  /** Whole seconds, as the header has them. */
  readonly retryAfterS?: number;
}

export type RetryAfter = 'none' | 'exact' | number;

export interface Behaviour {
  /** From the start on, so long, every call fails. */
  readonly outageMs: number;
  /** Of a call in the outage; its hint is the time that is left, or always so many seconds. */
  readonly outage: { readonly status: Refusal['status']; readonly hint: RetryAfter };
  /** Of a call over the limit; an exact hint is the time to the next free place, rounded up to a second as gateways do. */
  readonly limit: { readonly status: number; readonly hint: RetryAfter };
}

/** A token bucket that holds what it gains in a second. */
export class Gateway {
  private tokens: number;
  private filledAt: number;

  constructor(
    private readonly behaviour: Behaviour,
    private readonly perSecond: number,
  ) {
    this.tokens = perSecond;
    this.filledAt = behaviour.outageMs;
  }

  /** @returns undefined: the call is taken */
  call(now: number): Refusal | undefined {
    const { outageMs, outage, limit } = this.behaviour;
    if (now < outageMs) return refusal(outage, outageMs - now);
    this.fill(now);
    if (this.tokens < 1) return refusal(limit, this.waitMs());
    this.tokens--;
    return undefined;
  }

  /** When it takes the next call, for who knows it; that call is then taken. */
  admitNext(now: number): number {
    const at = Math.max(now, this.filledAt);
    this.fill(at);
    const place = at + this.waitMs();
    this.fill(place);
    this.tokens = Math.max(0, this.tokens - 1);
    return place;
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
  { status, hint }: { readonly status: Refusal['status']; readonly hint: RetryAfter },
  leftMs: number,
): Refusal {
  if (hint === 'none') return { status };
  return { status, retryAfterS: hint === 'exact' ? Math.max(1, Math.ceil(leftMs / 1000)) : hint };
}
