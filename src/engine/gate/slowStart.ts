const probeLimit = 1;

/**
 * After a cooldown, limits the number of requests that are sent but not yet accepted. The limit starts at one request,
 * the probe, and grows by one with each accepted request, so it doubles with each round trip until no request waits. If
 * all were admitted after eight accepted requests, they would flood the provider (5 times its capacity in the
 * simulation).
 */
export class SlowStart {
  /** Of requests that are sent but not yet accepted. */
  private limit = Infinity;
  private limitAfterProbe = 0;
  private notYetAccepted = 0;
  private currentRound = 0;

  /** A round lasts from one slow start to the next. A request belongs to the round in which it was sent. */
  get round(): number {
    return this.currentRound;
  }

  get hasRoom(): boolean {
    return this.notYetAccepted < this.limit;
  }

  get isProbing(): boolean {
    return this.limit === probeLimit;
  }

  get isOpen(): boolean {
    return this.limit === Infinity;
  }

  /** Begins with a single probe. Half of the limit that an unfinished slow start had reached applies after it. */
  start(): void {
    if (!this.isProbing) this.limitAfterProbe = this.isOpen ? 0 : Math.floor(this.limit / 2);
    this.currentRound++;
    this.notYetAccepted = 0;
    this.limit = probeLimit;
  }

  open(): void {
    this.limit = Infinity;
  }

  /** Returns the round. A request that the user forced may exceed the limit. */
  countSent(): number {
    this.notYetAccepted++;
    return this.currentRound;
  }

  /** Raises the limit. Returns false for a request of an earlier round, which says nothing about the gateway now. */
  countAccepted(round: number): boolean {
    if (round !== this.currentRound) return false;
    this.notYetAccepted--;
    this.limit = this.isProbing ? Math.max(probeLimit + 1, this.limitAfterProbe) : this.limit + 1;
    return true;
  }

  /** The request ended without being accepted. */
  countUnaccepted(round: number): void {
    if (round === this.currentRound) this.notYetAccepted--;
  }
}
