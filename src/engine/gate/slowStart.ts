const probeLimit = 1;

/**
 * Limits the number of requests that are sent but not yet accepted after a cooldown. This limit starts with one
 * request, the probe, and grows by one with each accepted request. The number of requests doubles with each
 * round trip until none waits. Opening the gate after eight accepted requests instead would flood the gateway (5 times
 * its capacity in the simulation).
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
   * Begins a slow start with a single probe. If the gate closed during the previous slow start, the number of requests
   * allowed after the probe is half of the number that the previous slow start had reached.
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
   * Counts a sent request as not yet accepted, even if the number of these requests then exceeds the allowed number.
   *
   * @returns the round of the request
   */
  countSent(): number {
    this.notYetAccepted++;
    return this.currentRound;
  }

  /**
   * Removes an accepted request from those not yet accepted, and allows more requests.
   *
   * @returns false for a request that was sent before the current slow start, whose result says nothing about the
   * current state of the gateway
   */
  countAccepted(round: number): boolean {
    if (round !== this.currentRound) return false;
    this.notYetAccepted--;
    this.limit = this.isProbing ? Math.max(probeLimit + 1, this.limitAfterProbe) : this.limit + 1;
    return true;
  }

  /**
   * Removes a request that ended without being accepted from those not yet accepted. Ignores requests that were sent
   * before the current slow start.
   */
  countUnaccepted(round: number): void {
    if (round === this.currentRound) this.notYetAccepted--;
  }
}
