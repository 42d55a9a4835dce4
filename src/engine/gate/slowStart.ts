const probeWindow = 1;

/**
 * Limits the requests that are sent and not yet accepted, after a gate was closed: one at first, the probe, and one more
 * for each that is accepted. So their number doubles with each round trip, until no request waits. Accepted requests
 * don't count. Without the limit after eight requests, a crowd would flood the gateway (in the simulation, with 5 times
 * its capacity).
 */
export class SlowStart {
  private window = Infinity;
  private windowAfterProbe = 0;
  private notYetAccepted = 0;
  private currentRound = 0;

  /** Number of the current slow start. A request keeps the number under which it was sent. */
  get round(): number {
    return this.currentRound;
  }

  get hasRoom(): boolean {
    return this.notYetAccepted < this.window;
  }

  get isProbing(): boolean {
    return this.window === probeWindow;
  }

  get isOpen(): boolean {
    return this.window === Infinity;
  }

  /** A window that turned out to be too wide is half as wide after the next probe. */
  start(): void {
    if (!this.isProbing) this.windowAfterProbe = this.isOpen ? 0 : Math.floor(this.window / 2);
    this.currentRound++;
    this.notYetAccepted = 0;
    this.window = probeWindow;
  }

  open(): void {
    this.window = Infinity;
  }

  /** Counts a request, even one that is sent in spite of the limit. @returns its round */
  countSent(): number {
    this.notYetAccepted++;
    return this.currentRound;
  }

  /** @returns false for a request of an earlier round, which says nothing about the gateway now */
  countAccepted(round: number): boolean {
    if (round !== this.currentRound) return false;
    this.notYetAccepted--;
    this.window = this.isProbing ? Math.max(probeWindow + 1, this.windowAfterProbe) : this.window + 1;
    return true;
  }

  /** A request has ended without being accepted. */
  countUnaccepted(round: number): void {
    if (round === this.currentRound) this.notYetAccepted--;
  }
}
