import type { Clock } from '../clock';

/** Maximum time in milliseconds for which a probe that is not yet accepted delays the probes of other models. */
const spacingMs = 2000;

/**
 * Spaces out the probes of models that share a gateway and an API key, because one rate limit might apply to all of
 * them. Without the spacing, all answers of a comparison would be requested at once when their cooldowns end.
 */
export class Probes {
  /** The `admit` function of the gate that sent the last probe. This function identifies the gate. */
  private lastProber: (() => void) | undefined;
  /**
   * Time of the last probe, in monotonic milliseconds. While another gate waits to send its probe, further probes of
   * the gate that sent the last probe are not counted.
   */
  private sentAt = 0;
  private readonly waitingGates = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /**
   * Returns whether a gate can send its probe now. If not, calls `admit` once the gateway has accepted the last probe.
   */
  maySend(admit: () => void): boolean {
    const { lastProber, sentAt, clock, waitingGates } = this;
    const isAllowed = lastProber === undefined || lastProber === admit || clock.monotonicNow() - sentAt >= spacingMs;
    if (isAllowed) waitingGates.delete(admit);
    else waitingGates.add(admit);
    return isAllowed;
  }

  sent(admit: () => void): void {
    // While another gate waits, the time of the last probe is not renewed. Otherwise, a model whose probes are refused
    // repeatedly would delay the other models for longer.
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
