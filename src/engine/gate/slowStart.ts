import type { GateBlock } from './cooldowns';

/**
 * The admission of one request to a gate, requested or granted. It ends with the first call of `limited`, `failed`,
 * `finished` or `release`. The gate ignores later calls, and the results of a request that was never admitted.
 */
export interface Permit {
  /** Undefined once the request is admitted. */
  block: GateBlock | undefined;
  readonly onChange: () => void;
}

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
  /** Without the requests of an earlier slow start, which say nothing about the gateway now. */
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
   * Starts with a single probe. If an earlier slow start was interrupted, half of the limit that it had reached applies
   * after the probe.
   */
  start(): void {
    if (!this.isProbing) this.limitAfterProbe = this.isOpen ? 0 : Math.floor(this.limit / 2);
    this.notYetAccepted.clear();
    this.limit = probeLimit;
  }

  open(): void {
    this.limit = Infinity;
  }

  /** A request that the user forced may exceed the limit. */
  add(permit: Permit): void {
    this.notYetAccepted.add(permit);
  }

  /** Raises the limit. Returns false if the request was accepted before or belongs to an earlier slow start. */
  countAccepted(permit: Permit): boolean {
    if (!this.notYetAccepted.delete(permit)) return false;
    this.limit = this.isProbing ? Math.max(probeLimit + 1, this.limitAfterProbe) : this.limit + 1;
    return true;
  }

  remove(permit: Permit): void {
    this.notYetAccepted.delete(permit);
  }
}
