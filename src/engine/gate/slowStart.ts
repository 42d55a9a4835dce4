const probes = 1;

/**
 * Limits the requests that are sent and not yet accepted, after a gate was closed: one at first, the probe, and one more
 * for each that is accepted. So their number doubles with each round trip, until no request waits. Accepted requests
 * don't count. Without the limit after eight requests, a crowd would flood the gateway (in the simulation, with 5 times
 * its capacity).
 */
export class SlowStart {
  private window = Infinity;
  private afterProbe = 0;
  private onTheWay = 0;
  private current = 0;

  /** Number of the current slow start. A request keeps the number under which it was sent. */
  get round(): number {
    return this.current;
  }

  get hasRoom(): boolean {
    return this.onTheWay < this.window;
  }

  get probing(): boolean {
    return this.window === probes;
  }

  get isOpen(): boolean {
    return this.window === Infinity;
  }

  /** A window that turned out to be too wide is half as wide after the next probe. */
  begin(): void {
    if (!this.probing) this.afterProbe = this.isOpen ? 0 : Math.floor(this.window / 2);
    this.current++;
    this.onTheWay = 0;
    this.window = probes;
  }

  open(): void {
    this.window = Infinity;
  }

  /** Counts a request, even one that is sent in spite of the limit. @returns its round */
  send(): number {
    this.onTheWay++;
    return this.current;
  }

  /** @returns false for a request of an earlier round, which says nothing about the gateway now */
  accepted(round: number): boolean {
    if (round !== this.current) return false;
    this.onTheWay--;
    this.window = this.probing ? Math.max(probes + 1, this.afterProbe) : this.window + 1;
    return true;
  }

  /** A request has ended without being accepted. */
  refused(round: number): void {
    if (round === this.current) this.onTheWay--;
  }
}
