import type { Clock } from '../clock';

/** Time after which a probe that the gateway has not accepted no longer delays the probes of other models, in milliseconds. */
const spacingMs = 2000;

/**
 * Lets the models that share a gateway and a key send their probes one after the other, because the rate limit may apply
 * to the key. Otherwise, the answers of a comparison would all be requested at once at the end of their cooldowns.
 */
export class Probes {
  /** Admits the requests of the gate that sent the last probe. It also identifies that gate. */
  private lastProber: (() => void) | undefined;
  /** Monotonic time of its first probe since another gate has been waiting. */
  private sentAt = 0;
  private readonly waitingGates = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Returns whether a gate may send its probe now. If not, calls `admit` once the gateway has accepted the last probe. */
  maySend(admit: () => void): boolean {
    const { lastProber, sentAt, clock, waitingGates } = this;
    const may = lastProber === undefined || lastProber === admit || clock.monotonicNow() - sentAt >= spacingMs;
    if (may) waitingGates.delete(admit);
    else waitingGates.add(admit);
    return may;
  }

  sent(admit: () => void): void {
    // A model whose probes are refused again and again must not delay the others for longer.
    if (this.lastProber !== admit || this.waitingGates.size === 0) this.sentAt = this.clock.monotonicNow();
    this.lastProber = admit;
  }

  accepted(admit: () => void): void {
    if (this.lastProber !== admit) return;
    this.lastProber = undefined;
    const waiting = [...this.waitingGates];
    this.waitingGates.clear();
    for (const admitWaiting of waiting) admitWaiting();
  }
}
