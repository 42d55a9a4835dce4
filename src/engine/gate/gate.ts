import type { Clock } from '../clock';
import { GateCooldown, CooldownSync, type Cooldown, type CooldownScope, type SharedCooldowns } from './cooldowns';
import { Probes } from './probes';
import { SlowStart, type Permit } from './slowStart';

/**
 * Interval in milliseconds at which a gate with a queue checks the shared cooldowns and the time. After the computer
 * wakes up, a cooldown can be over although its timer has not fired yet.
 */
const checkEveryMs = 1000;

const failuresToOpen = 5;
/**
 * Cooldowns of an open circuit breaker: 5 s · 1.3^k after k failed probes, at most 15 s. They can be this short because
 * only one probe follows each of them. In a simulated outage of 30 s, the 95th percentile of the time to an answer is
 * 1.2 times the best possible value, instead of 1.6 times with 15 s · 2^k (at most 2 min).
 */
const breakerCooldown = { firstMs: 5_000, growth: 1.3, maxMs: 15_000 } as const;

/**
 * Admits the requests to one model on a gateway. A rate limit, or a provider that keeps failing, closes the gate for a
 * cooldown. After the cooldown, one request is sent first as a probe. The other requests follow in the order of the
 * queue as the gateway accepts requests.
 */
export class Gate {
  private readonly queue = new Set<Permit>();
  private readonly inFlight = new Set<Permit>();
  private readonly slowStart = new SlowStart();
  /**
   * Number of consecutive failures of the provider. The fifth failure and each further failure open the circuit
   * breaker, each time for longer.
   */
  failures = 0;
  /**
   * Requests that were in flight when the circuit breaker last opened. Their results no longer affect the circuit
   * breaker.
   */
  private sentBeforeOpening: ReadonlySet<Permit> = new Set();
  /**
   * Current or last cooldown. It is kept during the slow start that follows, because it is still the reason why
   * requests wait.
   */
  private cooldown: GateCooldown | undefined;
  private readonly sharedCooldowns: CooldownSync;
  private cancelCheck: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    shared: SharedCooldowns,
    readonly scope: CooldownScope,
    private readonly onCooldown: () => void = () => undefined,
    private readonly probes = new Probes(clock),
  ) {
    this.sharedCooldowns = new CooldownSync(shared, scope);
  }

  /**
   * End of the cooldown in epoch milliseconds, or undefined if there is no cooldown. Even after the cooldown, a request
   * might have to wait until earlier requests are sent.
   */
  get closedUntil(): number | undefined {
    return this.leftMs > 0 ? this.cooldown?.until : undefined;
  }

  get isBreakerOpen(): boolean {
    return this.leftMs > 0 && this.cooldown?.kind === 'breaker';
  }

  /** Reads the cooldown that other windows have shared for this gate. Never rejects. */
  async sync(): Promise<void> {
    const cooldown = await this.sharedCooldowns.read();
    if (!cooldown) this.endSharedCooldown();
    if (!cooldown || cooldown.until <= this.clock.now()) return;
    // The gate is already closed because of this shared cooldown, so nothing changes.
    if (cooldown.until === this.cooldown?.cause.until) return;
    if (this.close('cooldown', cooldown, 'window')) this.update();
  }

  /**
   * Adds a request to the queue of the gate and returns its permit. `onChange` is called when the permit's `block` (the
   * reason to wait) changes, but never before `enqueue` has returned.
   */
  enqueue(onChange: () => void): Permit {
    const permit: Permit = { block: undefined, onChange };
    this.queue.add(permit);
    this.update(permit);
    return permit;
  }

  /** Admits a request from the queue even if the gate is closed, because the user wants to send the request now. */
  force(permit: Permit): void {
    if (!this.queue.has(permit)) return;
    this.send(permit);
    this.update();
    permit.onChange();
  }

  /** Records that the response has a 2xx status. The request remains in flight. */
  accepted(permit: Permit): void {
    const { isProbing } = this.slowStart;
    if (!this.slowStart.countAccepted(permit)) return;
    if (this.queue.size === 0) this.slowStart.open();
    this.setCooldown(this.slowStart.isOpen ? undefined : this.cooldown?.expired());
    if (isProbing) this.sharedCooldowns.clear();
    this.update();
    if (isProbing) this.probes.accepted(this.admit);
  }

  limited(permit: Permit, cooldown: Cooldown): void {
    if (this.inFlight.has(permit) && this.close('cooldown', cooldown, 'request')) this.sharedCooldowns.write(cooldown);
    this.release(permit);
  }

  /** Records that the provider has failed, before or after it accepted the request. */
  failed(permit: Permit, retryAfterMs = 0, detail?: string): void {
    if (this.affectsBreaker(permit) && ++this.failures >= failuresToOpen) {
      const { firstMs, growth, maxMs } = breakerCooldown;
      const breakerMs = Math.min(maxMs, firstMs * growth ** (this.failures - failuresToOpen));
      const delayMs = Math.max(retryAfterMs, breakerMs);
      const source = delayMs === retryAfterMs ? 'server' : 'backoff';
      const until = this.clock.now() + delayMs;
      this.close('breaker', { until, delayMs, source, reason: 'breaker', detail }, 'request');
      this.sentBeforeOpening = new Set(this.inFlight);
    }
    this.release(permit);
  }

  /** Records that the answer to a request is complete. */
  finished(permit: Permit): void {
    if (this.affectsBreaker(permit)) this.clearFailures();
    this.release(permit);
  }

  /**
   * Removes a request from the gate. Callers outside the gate use this method if a request no longer waits, or if its
   * result says nothing about the provider.
   */
  release(permit: Permit): void {
    this.queue.delete(permit);
    this.inFlight.delete(permit);
    this.slowStart.remove(permit);
    this.update();
  }

  /**
   * Ends this gate's cooldown, sends all queued requests, and clears the cooldown that is shared with other windows.
   */
  reset(): void {
    this.clearFailures();
    this.setCooldown(undefined);
    this.slowStart.open();
    this.sharedCooldowns.clear();
    this.update();
  }

  /** Resets the number of consecutive failures. A current cooldown continues. */
  clearFailures(): void {
    this.failures = 0;
  }

  /**
   * Ends a cooldown that came from another window, after that window has cleared the cooldown. A probe can then be
   * sent.
   */
  private endSharedCooldown(): void {
    if (this.cooldown?.blockedBy !== 'window') return;
    this.setCooldown(this.cooldown.expired());
    this.update();
  }

  private get leftMs(): number {
    return this.cooldown?.leftMs ?? 0;
  }

  /**
   * Returns whether the next request can be sent after a cooldown. If not, the gate checks this condition again when
   * another request has ended or was accepted.
   */
  private mayAdmit(): boolean {
    const { slowStart, probes, admit } = this;
    return slowStart.hasRoom && (!slowStart.isProbing || probes.maySend(admit));
  }

  private affectsBreaker(permit: Permit): boolean {
    return this.inFlight.has(permit) && !this.sentBeforeOpening.has(permit);
  }

  /** Starts a cooldown. Returns false if the gate is already closed for at least that long. */
  private close(kind: GateCooldown['kind'], cause: Cooldown, blockedBy: GateCooldown['blockedBy']): boolean {
    const cooldown = new GateCooldown(this.clock, kind, cause, blockedBy);
    if (this.slowStart.isProbing && cooldown.leftMs <= this.leftMs) return false;
    this.setCooldown(cooldown);
    this.slowStart.start();
    return true;
  }

  private setCooldown(cooldown: GateCooldown | undefined): void {
    const before = this.closedUntil;
    this.cooldown = cooldown;
    if (this.closedUntil !== before) this.onCooldown();
  }

  private send(permit: Permit): void {
    this.queue.delete(permit);
    this.inFlight.add(permit);
    this.slowStart.add(permit);
    if (this.slowStart.isProbing) this.probes.sent(this.admit);
    permit.block = undefined;
  }

  private readonly admit = (): void => this.update();

  /**
   * Admits as many requests as possible and notifies all permits that have changed. `newcomer` is not notified, because
   * its caller does not have the permit yet.
   */
  private update(newcomer?: Permit): void {
    const changed = [...this.queue].filter((permit) => this.updatePermit(permit));
    this.scheduleCheck();
    for (const permit of changed) if (permit !== newcomer) permit.onChange();
  }

  /**
   * Sends the request if the gate is open. Otherwise, updates the permit's reason to wait. Returns whether the `block`
   * of the permit has changed.
   */
  private updatePermit(permit: Permit): boolean {
    const { block } = permit;
    if (!this.cooldown || (this.leftMs === 0 && this.mayAdmit())) this.send(permit);
    else permit.block = this.cooldown.renewBlock(block);
    return permit.block !== block;
  }

  /** Schedules the next check if requests wait: in one second, or at the end of the cooldown if that is earlier. */
  private scheduleCheck(): void {
    const { queue, leftMs, clock } = this;
    const delayMs = leftMs > 0 ? Math.min(leftMs, checkEveryMs) : checkEveryMs;
    this.cancelCheck();
    if (queue.size === 0) return;
    this.cancelCheck = clock.callAfter(delayMs, () => {
      this.update();
      if (queue.size > 0) void this.sync();
    });
  }
}
