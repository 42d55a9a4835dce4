import type { GateBlock } from './cooldowns';

/**
 * A permit: the admission of one request to a gate, either requested or granted. It ends with the first call of
 * `limited`, `failed`, `finished` or `release`. The gate ignores later calls, and the results of a request that was
 * never admitted.
 */
export interface Permit {
  /** Why the request must wait. Undefined once the request is admitted. */
  block: GateBlock | undefined;
  readonly onChange: () => void;
}

const probeLimit = 1;

/**
 * Limits how many requests can be sent but not yet accepted after a cooldown. The limit begins at one request, the
 * probe, and grows by one with each accepted request. It ends only when no request waits. When it ended after eight
 * accepted requests in a simulation, the queue flooded the provider with 5 times its capacity.
 */
export class SlowStart {
  /** Maximum number of requests that are sent but not yet accepted. */
  private limit = Infinity;
  private limitAfterProbe = 0;
  /**
   * Requests that are sent but not yet accepted. Requests of an earlier slow start are excluded, because they don't
   * show what the gateway accepts now.
   */
  private readonly notYetAccepted = new Set<Permit>();

  get hasRoom(): boolean {
    return this.notYetAccepted.size < this.limit;
  }

  get isProbing(): boolean {
    return this.limit === probeLimit;
  }

  get isOpen(): boolean {
    return this.limit === Infinity;
  }

  /**
   * Begins the slow start with a single probe. If an earlier slow start was interrupted, the limit after the probe is
   * half of the limit that was reached.
   */
  start(): void {
    if (!this.isProbing) this.limitAfterProbe = this.isOpen ? 0 : Math.floor(this.limit / 2);
    this.notYetAccepted.clear();
    this.limit = probeLimit;
  }

  open(): void {
    this.limit = Infinity;
  }

  /** Adds a request that is being sent. A request that the user forced can exceed the limit. */
  add(permit: Permit): void {
    this.notYetAccepted.add(permit);
  }

  /**
   * Records that the gateway has accepted a request, and raises the limit. Returns false if the acceptance was already
   * recorded, or if the request belongs to an earlier slow start.
   */
  countAccepted(permit: Permit): boolean {
    if (!this.notYetAccepted.delete(permit)) return false;
    this.limit = this.isProbing ? Math.max(probeLimit + 1, this.limitAfterProbe) : this.limit + 1;
    return true;
  }

  remove(permit: Permit): void {
    this.notYetAccepted.delete(permit);
  }
}
