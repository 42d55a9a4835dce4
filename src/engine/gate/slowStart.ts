const probeLimit = 1;

/**
 * After a cooldown, limits the number of requests that are sent but not yet accepted. The limit starts at one request,
 * the probe, and grows by one with each accepted request, so it doubles with each round trip until no request waits. If
 * all were admitted after eight accepted requests, they would flood the provider (5 times its capacity in the
 * simulation).
 */
export class SlowStart {
  /** Maximum number of requests that are sent but not yet accepted. */
  private limit = Infinity;
  private limitAfterProbe = 0;
  private notYetAccepted = 0;
  private currentRound = 0;

  /**
   * Number of slow starts so far. A round lasts from one slow start to the next, and a request belongs to the round in
   * which it was sent.
   */
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

  /**
   * Begins a slow start with a single probe. If the previous slow start was still in progress, half of the limit that
   * it had reached applies after the probe.
   */
  start(): void {
    if (!this.isProbing) this.limitAfterProbe = this.isOpen ? 0 : Math.floor(this.limit / 2);
    this.currentRound++;
    this.notYetAccepted = 0;
    this.limit = probeLimit;
  }

  open(): void {
    this.limit = Infinity;
  }

  /**
   * Counts a sent request as not yet accepted. A request that the user forced may exceed the limit.
   *
   * @returns the round in which the request was sent
   */
  countSent(): number {
    this.notYetAccepted++;
    return this.currentRound;
  }

  /**
   * Counts a request as accepted and raises the limit.
   *
   * @returns false if the request was sent before the current slow start. Such a request is ignored, because its result
   *   says nothing about the current state of the gateway
   */
  countAccepted(round: number): boolean {
    if (round !== this.currentRound) return false;
    this.notYetAccepted--;
    this.limit = this.isProbing ? Math.max(probeLimit + 1, this.limitAfterProbe) : this.limit + 1;
    return true;
  }

  /**
   * Stops counting a request that ended without being accepted. Ignores requests that were sent before the current slow
   * start.
   */
  countUnaccepted(round: number): void {
    if (round === this.currentRound) this.notYetAccepted--;
  }
}
