import type { EngineEnvironment } from '../environment';
import type { Fault } from '../faults/classify';
import type { FaultName } from '../faults/faultTable';
import { originOf } from '../gateway/baseUrl';
import { CooldownSync, type SharedCooldowns } from './cooldowns';
import { networkCheckTimeoutMs, respondsAsGateway } from './networkCheck';

/** Time from a gateway fault to the first probe, in milliseconds. The time doubles after each probe that fails. */
const firstProbeMs = 5_000;
const maxProbeMs = 300_000;
/**
 * Maximum number of consecutive outages that a response to a probe can end. If the fault still recurs after that,
 * probes evidently don't notice it, so their responses are ignored for {@link returnByProbeMs}.
 */
const maxReturnsByProbe = 2;
/**
 * Time after the start of an outage during which responses to probes are ignored once {@link maxReturnsByProbe} is
 * reached, in milliseconds. After this time, any response to a probe ends the outage.
 */
const returnByProbeMs = 1_800_000;

/**
 * Time for which an outage is shared with other windows, in milliseconds. It exceeds the longest interval between
 * probes, so a window that sends probes renews the shared outage in time. If this window is closed, the other windows
 * find out with their own probes when the outage has ended.
 */
const sharedOutageMs = 1.1 * maxProbeMs + networkCheckTimeoutMs + 10_000;

/** Services that the gates and the gateway health need. */
export interface GateDeps extends EngineEnvironment {
  readonly cooldowns: SharedCooldowns;
  /** Called when a cooldown starts, changes or is cleared, but not when it expires. */
  readonly onCooldownChange?: (() => void) | undefined;
  /** Called when a gateway goes down or comes back. */
  readonly onGatewayChange?: (() => void) | undefined;
}

export interface HealthDeps extends GateDeps {
  /** Returns whether a turn is running or the window has the focus. Probes are sent only then. */
  readonly mayProbe: () => boolean;
}

/** Faults that a probe might not notice, because they occur only once a connection exists. */
const faultsMissedByProbes: ReadonlySet<FaultName> = new Set(['headersTimeout', 'connectionReset', 'webPage']);

/**
 * The fault that started an outage of a gateway. Its row in the fault table is unknown if another window has noticed
 * the fault.
 */
export interface OutageFault {
  readonly kind: Fault['kind'];
  readonly row?: Fault['row'];
}

class Outage {
  /**
   * Whether the gateway is down. After a probe has brought the gateway back, the outage is still remembered until a
   * turn receives a response.
   */
  isDown = true;
  probes = 0;
  /** Time of the next probe, in monotonic milliseconds. */
  dueAt = 0;
  cancelTimer: () => void = () => undefined;
  probing: AbortController | undefined;

  constructor(
    readonly fault: OutageFault,
    /**
     * How many times in a row a probe wrongly brought the gateway back, because the probe had not noticed the fault.
     */
    public returns: number,
    /** Time at which this window noticed the fault or learned of the outage, in monotonic milliseconds. */
    readonly startedAt: number,
    /**
     * Time until which responses to probes are ignored if probes have wrongly brought the gateway back twice, in
     * monotonic milliseconds.
     */
    readonly probeIsEnoughAt: number,
  ) {}
}

/**
 * The circuit breaker of a gateway. After a gateway fault, turns use another gateway, and probes (requests without the
 * API key) find out whether the gateway is back. All windows share the outages of gateways. Otherwise, a turn would
 * have to fail in each window.
 */
export class GatewayHealth {
  private outage: Outage | undefined;
  private readonly sharedOutage: CooldownSync;

  /** @param id the base URL of the gateway */
  constructor(
    private readonly deps: HealthDeps,
    private readonly id: string,
  ) {
    this.sharedOutage = new CooldownSync(deps.cooldowns, { gateway: id, key: undefined, model: '' });
  }

  /** The fault that took the gateway down, or undefined if the gateway is not down. */
  get fault(): OutageFault | undefined {
    return this.isDown ? this.outage?.fault : undefined;
  }

  get isDown(): boolean {
    return this.outage?.isDown === true;
  }

  /** Records that the gateway is down and schedules the first probe. Does nothing if the gateway is already down. */
  markDown({ kind, row }: Fault): void {
    const returns = faultsMissedByProbes.has(row) ? (this.outage?.returns ?? 0) : 0;
    if (!this.isDown) this.share(this.startOutage({ kind, row }, returns, returnByProbeMs));
  }

  /** Reads whether another window has found that the gateway is down. Never rejects. */
  async readShared(): Promise<void> {
    const shared = this.isDown ? undefined : await this.sharedOutage.read();
    if (!shared || this.isDown) return;
    const leftMs = shared.until - this.deps.clock.now();
    // If an outage is shared for longer than usual (see `share`), the other window has found that probes don't notice
    // the fault. This window then ignores the responses to its probes as well.
    const returns = leftMs > sharedOutageMs ? maxReturnsByProbe : 0;
    this.startOutage({ kind: shared.reason }, returns, leftMs);
  }

  /**
   * Records that the gateway has responded to a turn. Ignores a response if its request was sent (`sentAt`) before the
   * fault, because a long answer can still arrive over an old connection when new connections fail.
   */
  recordResponse(sentAt: number): void {
    const { outage } = this;
    if (!outage || sentAt < outage.startedAt) return;
    this.forget();
    if (outage.isDown) this.logReturn();
  }

  sendOverdueProbe(): void {
    if (this.outage && this.outage.dueAt <= this.deps.clock.monotonicNow()) this.check(this.outage);
  }

  /** Forgets the outage of the gateway, in other windows as well, and sends no more probes. */
  forget(): void {
    const { outage } = this;
    if (!outage) return;
    this.outage = undefined;
    this.sharedOutage.clear();
    outage.cancelTimer();
    outage.probing?.abort();
    if (outage.isDown) this.deps.onGatewayChange?.();
  }

  /**
   * Starts an outage of the gateway.
   * @param leftMs the time in milliseconds after which responses to probes are no longer ignored
   */
  private startOutage(fault: OutageFault, returns: number, leftMs: number): Outage {
    this.deps.log.warn(`gateway ${originOf(this.id)} is down: ${fault.kind}`);
    const startedAt = this.deps.clock.monotonicNow();
    const outage = new Outage(fault, returns, startedAt, startedAt + leftMs);
    this.outage = outage;
    this.schedule(outage);
    this.deps.onGatewayChange?.();
    return outage;
  }

  /**
   * Shares an outage with other windows. If responses to probes are ignored for now, the outage is shared until a probe
   * can end it.
   */
  private share({ fault, probeIsEnoughAt, returns }: Outage): void {
    const { clock } = this.deps;
    const leftMs = returns < maxReturnsByProbe ? 0 : probeIsEnoughAt - clock.monotonicNow();
    const delayMs = Math.max(sharedOutageMs, leftMs);
    this.sharedOutage.write({ until: clock.now() + delayMs, delayMs, source: 'backoff', reason: fault.kind });
  }

  private logReturn(): void {
    this.deps.log.info(`gateway ${originOf(this.id)} is back`);
  }

  private schedule(outage: Outage): void {
    const { clock, random } = this.deps;
    const delayMs = Math.min(maxProbeMs, firstProbeMs * 2 ** outage.probes) * (1 + 0.1 * random());
    outage.dueAt = clock.monotonicNow() + delayMs;
    outage.cancelTimer = clock.callAfter(delayMs, () => this.check(outage));
  }

  /**
   * Sends a probe if one is allowed now. Otherwise, the probe remains overdue until {@link sendOverdueProbe} is called.
   */
  private check(outage: Outage): void {
    if (outage.isDown && !outage.probing && this.deps.mayProbe()) void this.probe(outage);
  }

  /** Sends a probe to the gateway and records the result. Never rejects. */
  private async probe(outage: Outage): Promise<void> {
    outage.probing = new AbortController();
    const responds = await respondsAsGateway(this.deps, this.id, outage.probing.signal);
    outage.probing = undefined;
    if (this.outage !== outage) return;
    if (responds && this.mayReturn(outage)) {
      outage.returns++;
      outage.isDown = false;
      this.sharedOutage.clear();
      this.logReturn();
      this.deps.onGatewayChange?.();
      return;
    }
    outage.probes++;
    this.share(outage);
    this.schedule(outage);
  }

  private mayReturn({ returns, probeIsEnoughAt }: Outage): boolean {
    return returns < maxReturnsByProbe || this.deps.clock.monotonicNow() >= probeIsEnoughAt;
  }
}
