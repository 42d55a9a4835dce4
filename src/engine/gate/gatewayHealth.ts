import type { EngineEnvironment } from '../environment';
import type { Fault } from '../faults/classify';
import type { FaultName } from '../faults/faultTable';
import { originOf } from '../gateway/baseUrl';
import { CooldownSync, type SharedCooldowns } from './cooldowns';
import { networkCheckTimeoutMs, respondsAsGateway } from './networkCheck';

/** Time from a fault to the first probe. It doubles after each probe that fails. */
const firstProbeMs = 5_000;
const maxProbeMs = 300_000;
/** Maximum number of times in succession that the response to a probe alone brings a gateway back. */
const maxReturnsByProbe = 2;
/** When the last fault is this long ago, in milliseconds, one response to a probe is enough again. */
const returnByProbeMs = 1_800_000;

/**
 * How long other windows know of an outage, in milliseconds: from one probe to the end of the next one, with its jitter
 * and 10 s to spare, so that a window that probes renews the outage in time. If the window is closed, the outage is
 * known for up to six minutes too long. That costs nothing but a few seconds on a backup gateway, because every window
 * that learns of the outage sends a probe of its own.
 */
const sharedOutageMs = 1.1 * maxProbeMs + networkCheckTimeoutMs + 10_000;

/** What the engine needs to learn about gateways. */
export interface GateDeps extends EngineEnvironment {
  readonly cooldowns: SharedCooldowns;
  /** Called when a cooldown starts, changes or is cleared, but not when it expires. */
  readonly onCooldownChange?: (() => void) | undefined;
  /** Called when a gateway goes down or comes back. */
  readonly onGatewayChange?: (() => void) | undefined;
}

export interface HealthDeps extends GateDeps {
  /** Whether a turn runs or the window has the focus. Only then are probes sent. */
  readonly mayProbe: () => boolean;
}

/** Faults that a probe might miss, because they occur only once a connection exists. */
const faultsMissedByProbes: ReadonlySet<FaultName> = new Set(['headersTimeout', 'connectionReset', 'webPage']);

/** The row is unknown if another window has noticed the fault. */
export interface OutageFault {
  readonly kind: Fault['kind'];
  readonly row?: Fault['row'];
}

class Outage {
  /** False after a probe has brought the gateway back. A turn that receives a response ends the outage. */
  isDown = true;
  probes = 0;
  /** Monotonic milliseconds, for the next probe. */
  dueAt = 0;
  cancelTimer: () => void = () => undefined;
  probing: AbortController | undefined;

  constructor(
    readonly fault: OutageFault,
    /** How often in succession the gateway came back by a probe and then failed by a fault that the probe had missed. */
    public returns: number,
    /** Monotonic milliseconds at which this window noticed the fault or learned of the outage. */
    readonly startedAt: number,
    /** Monotonic milliseconds. From then on, a response to a probe is enough again, however often the gateway came back. */
    readonly probeIsEnoughAt: number,
  ) {}
}

/**
 * The circuit breaker of a gateway. A gateway that fails is down: turns use another gateway while a request without the
 * key, the probe, finds out whether the gateway is back. Probes are sent at growing intervals, and only while a turn runs
 * or the window has the focus.
 *
 * A gateway may respond to probes but not to prompts. After two such returns, the gateway is back only when a turn has
 * received a response from it, or half an hour after the fault.
 *
 * The windows share their outages, so that a turn in another window need not find out again.
 */
export class GatewayHealth {
  private outage: Outage | undefined;
  private readonly sharedOutage: CooldownSync;

  /** @param id the base URL */
  constructor(
    private readonly deps: HealthDeps,
    private readonly id: string,
  ) {
    this.sharedOutage = new CooldownSync(deps.cooldowns, { gateway: id, key: undefined, model: '' });
  }

  /** The fault because of which the gateway is down. */
  get fault(): OutageFault | undefined {
    return this.isDown ? this.outage?.fault : undefined;
  }

  get isDown(): boolean {
    return this.outage?.isDown === true;
  }

  /** Also starts to probe the gateway. Does nothing if the gateway is already down. */
  markDown({ kind, row }: Fault): void {
    const returns = faultsMissedByProbes.has(row) ? (this.outage?.returns ?? 0) : 0;
    if (!this.isDown) this.share(this.startOutage({ kind, row }, returns, returnByProbeMs));
  }

  /** Reads from other windows whether the gateway is down. Never rejects. */
  async readShared(): Promise<void> {
    const shared = this.isDown ? undefined : await this.sharedOutage.read();
    if (!shared || this.isDown) return;
    const leftMs = shared.until - this.deps.clock.now();
    // The other window shares a longer outage only once it has found that probes miss the fault. See `share`.
    const returns = leftMs > sharedOutageMs ? maxReturnsByProbe : 0;
    this.startOutage({ kind: shared.reason }, returns, leftMs);
  }

  /**
   * Records that the gateway has responded to a turn. Ignores the response to a request that was sent (`sentAt`) before
   * the fault, because a long answer can still arrive over an old connection when new connections fail.
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

  /** Forgets the outage, in other windows as well, and sends no more probes. */
  forget(): void {
    const { outage } = this;
    if (!outage) return;
    this.outage = undefined;
    this.sharedOutage.clear();
    outage.cancelTimer();
    outage.probing?.abort();
    if (outage.isDown) this.deps.onGatewayChange?.();
  }

  /** @param leftMs milliseconds after which a response to a probe is enough again */
  private startOutage(fault: OutageFault, returns: number, leftMs: number): Outage {
    this.deps.log.warn(`gateway ${originOf(this.id)} is down: ${fault.kind}`);
    const startedAt = this.deps.clock.monotonicNow();
    const outage = new Outage(fault, returns, startedAt, startedAt + leftMs);
    this.outage = outage;
    this.schedule(outage);
    this.deps.onGatewayChange?.();
    return outage;
  }

  /** An outage that only a turn can end is shared until a probe can end it again. */
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
    outage.cancelTimer = clock.after(delayMs, () => this.check(outage));
  }

  /** If no probe is allowed now, it stays overdue until {@link sendOverdueProbe} is called. */
  private check(outage: Outage): void {
    if (outage.isDown && !outage.probing && this.deps.mayProbe()) void this.probe(outage);
  }

  /** Never rejects. */
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
