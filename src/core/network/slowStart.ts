const firstWindow = 1;
const lastWindow = 8;

/**
 * How many requests may be in flight after a gate was closed: one, the probe; then 2, 4 and 8, one step with each that is
 * taken; then any number. Only those count that were sent since: what left before says nothing of how things are now.
 */
export class SlowStart {
  private window = Infinity;
  private inFlight = 0;
  private current = 0;

  /** Grows with each beginning; what was sent carries it. */
  get round(): number {
    return this.current;
  }

  get hasRoom(): boolean {
    return this.inFlight < this.window;
  }

  get probing(): boolean {
    return this.window === firstWindow;
  }

  get isOpen(): boolean {
    return this.window === Infinity;
  }

  begin(): void {
    this.current++;
    this.inFlight = 0;
    this.window = firstWindow;
  }

  open(): void {
    this.window = Infinity;
  }

  /** Who is not held back by the window counts all the same. @returns its round */
  send(): number {
    this.inFlight++;
    return this.current;
  }

  /** @returns whether it was of any weight */
  accepted(round: number): boolean {
    if (this.isOpen || round !== this.current) return false;
    this.window = this.window < lastWindow ? this.window * 2 : Infinity;
    return true;
  }

  over(round: number): void {
    if (round === this.current) this.inFlight--;
  }
}
