import type { Clock } from '../clock';

/** Time after which a probe that the gateway has not accepted no longer delays the probes of other models, in milliseconds. */
const spacingMs = 2000;

/**
 * Lets the models that share a gateway and a key send their probes one after the other, because the rate limit may apply
 * to the key. Otherwise, the answers of a comparison would all be requested at once at the end of their cooldowns.
 */
export class Probes {
  /** Sends the requests of a gate that may be sent. It also identifies the gate. */
  private last: (() => void) | undefined;
  private sentAt = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly clock: Pick<Clock, 'monotonicNow'>) {}

  /** If the gate must wait, calls `admit` as soon as the gateway has accepted the last probe. */
  maySend(admit: () => void): boolean {
    const { last, sentAt, clock, waiting } = this;
    const may = last === undefined || last === admit || clock.monotonicNow() - sentAt >= spacingMs;
    if (may) waiting.delete(admit);
    else waiting.add(admit);
    return may;
  }

  sent(admit: () => void): void {
    this.last = admit;
    this.sentAt = this.clock.monotonicNow();
  }

  accepted(admit: () => void): void {
    if (this.last !== admit) return;
    this.last = undefined;
    for (const waiting of [...this.waiting]) waiting();
  }
}
