const probes = 1;

/**
 * How many requests may be on their way, sent and not yet taken, after a gate was closed: one, the probe; then one more
 * with each that is taken, which is 2, 4, 8 from one round trip to the next; any number once nobody waits any more. What
 * is taken and streams holds no place. Opening for all after eight floods a gateway that a crowd waits for (in the
 * simulation, 5 times its capacity).
 */
export class SlowStart {
  private window = Infinity;
  private afterProbe = 0;
  private onTheWay = 0;
  private current = 0;

  /** Grows with each beginning; what was sent carries it. */
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

  /** Who is not held back by the window counts all the same. @returns its round */
  send(): number {
    this.onTheWay++;
    return this.current;
  }

  /** @returns whether it says how things are now: not what left before the gate was closed */
  accepted(round: number): boolean {
    if (round !== this.current) return false;
    this.onTheWay--;
    this.window = this.probing ? Math.max(probes + 1, this.afterProbe) : this.window + 1;
    return true;
  }

  /** It is over and was never taken. */
  refused(round: number): void {
    if (round === this.current) this.onTheWay--;
  }
}
