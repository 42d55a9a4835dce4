import type { EngineEnvironment } from '../environment';
import type { Fault } from '../faults/classify';
import type { FaultName } from '../faults/faultTable';
import { CooldownSync, type Cooldown, type SharedCooldowns } from './cooldowns';
import { networkCheckTimeoutMs, respondsAsGateway, type CheckDeps } from './networkCheck';

/** Time from a fault to the first probe. It doubles after each probe that fails. */
const firstProbeMs = 5_000;
const maxProbeMs = 300_000;
/** Number of probes in succession that must get a response before a gateway counts as back. */
const maxReturnsByProbe = 2;
/** Time after the last fault after which a response to a probe is enough again. */
const returnByProbeMs = 1_800_000;

/**
 * How long other windows know of an outage, in milliseconds: from one probe to the end of the next one, with its jitter
 * and 10 s to spare, so that a window that probes renews the outage in time. If the window is closed, the outage is
 * known for up to six minutes too long. That costs nothing but a few seconds on a backup gateway, because every window
 * that learns of the outage sends a probe of its own.
 */
const sharedOutageMs = 1.1 * maxProbeMs + networkCheckTimeoutMs + 10_000;

interface GatewayHealthDeps extends CheckDeps, Pick<EngineEnvironment, 'random' | 'log'> {
  readonly cooldowns: SharedCooldowns;
  readonly onGatewayChange?: (() => void) | undefined;
}

/** Faults that a probe may not notice, because they occur only once a connection exists. */
const faultsMissedByProbes: ReadonlySet<FaultName> = new Set<FaultName>([
  'headersTimeout',
  'connectionReset',
  'webPage',
]);

/** The row is unknown if another window has noticed the fault. */
export type OutageFault = Pick<Fault, 'kind'> & Partial<Pick<Fault, 'row'>>;

interface Outage {
  readonly fault: OutageFault;
  /** Monotonic milliseconds at which this window noticed the fault or learned of the outage. */
  readonly startedAt: number;
  /** Monotonic milliseconds. From then on, a response to a probe is enough again, however often the gateway came back. */
  readonly probeIsEnoughAt: number;
  /** False after a probe has brought the gateway back. A turn that receives a response ends the outage. */
  isDown: boolean;
  /** How often in succession the gateway came back by a probe and then failed by a fault that the probe had missed. */
  returns: number;
  probes: number;
  /** Monotonic milliseconds, for the next probe. */
  dueAt: number;
  cancelTimer: () => void;
  probing: AbortController | undefined;
}

/**
 * The circuit breakers of the gateways. A gateway that fails is down: turns use another gateway while a request without the
 * key, the probe, finds out whether the gateway is back. Probes are sent at growing intervals, and only while a turn runs
 * or the window has the focus.
 *
 * A gateway may respond to probes but not to prompts. After two such returns, the gateway is back only when a turn has
 * received a response over it, or half an hour after the fault.
 *
 * The windows share their outages as cooldowns of a base URL, so that a turn in another window need not find out again.
 */
export class GatewayHealth {
  /** Keyed by base URL. */
  private readonly outages = new Map<string, Outage>();
  private readonly sharedOutages = new Map<string, CooldownSync>();

  /** @param mayProbe whether a turn runs or the window has the focus */
  constructor(
    private readonly deps: GatewayHealthDeps,
    private readonly mayProbe: () => boolean,
  ) {}

  /** The fault because of which the gateway is down. */
  faultOf(baseUrl: string): OutageFault | undefined {
    const outage = this.outages.get(baseUrl);
    return outage?.isDown ? outage.fault : undefined;
  }

  isDown(baseUrl: string): boolean {
    return this.outages.get(baseUrl)?.isDown === true;
  }

  get down(): readonly string[] {
    return [...this.outages.keys()].filter((baseUrl) => this.isDown(baseUrl));
  }

  /** Also starts to probe it. Does nothing if it is already down. */
  markDown(baseUrl: string, { kind, row }: Pick<Fault, 'kind' | 'row'>): void {
    const returns = faultsMissedByProbes.has(row) ? (this.outages.get(baseUrl)?.returns ?? 0) : 0;
    if (!this.isDown(baseUrl)) this.share(baseUrl, this.startOutage(baseUrl, { kind, row }, returns, returnByProbeMs));
  }

  /** Reads from other windows which of these gateways are down. Never rejects. */
  async readOutages(baseUrls: readonly string[]): Promise<void> {
    const unknown = baseUrls.filter((baseUrl) => !this.isDown(baseUrl));
    const read = (baseUrl: string): Promise<void> =>
      this.sharedOutage(baseUrl)
        .read()
        .then((shared) => {
          if (shared && !this.isDown(baseUrl)) this.learnOutage(baseUrl, shared);
        });
    await Promise.all(unknown.map(read));
  }

  private learnOutage(baseUrl: string, { reason, until }: Cooldown): void {
    const leftMs = until - this.deps.clock.now();
    // The other window shares a longer outage only once it has found that probes miss the fault. See `share`.
    const returns = leftMs > sharedOutageMs ? maxReturnsByProbe : 0;
    this.startOutage(baseUrl, { kind: reason }, returns, leftMs);
  }

  /** @param leftMs milliseconds after which a response to a probe is enough again */
  private startOutage(baseUrl: string, fault: OutageFault, returns: number, leftMs: number): Outage {
    this.deps.log.warn(`gateway ${baseUrl} is down: ${fault.kind}`);
    const startedAt = this.deps.clock.monotonicNow();
    const unscheduled = { probes: 0, dueAt: 0, cancelTimer: () => undefined, probing: undefined };
    const outage = { fault, startedAt, probeIsEnoughAt: startedAt + leftMs, isDown: true, returns, ...unscheduled };
    this.outages.set(baseUrl, outage);
    this.schedule(baseUrl, outage);
    this.deps.onGatewayChange?.();
    return outage;
  }

  /** An outage that only a turn can end is shared until a probe can end it again. */
  private share(baseUrl: string, { fault, probeIsEnoughAt, returns }: Outage): void {
    const { clock } = this.deps;
    const leftMs = returns < maxReturnsByProbe ? 0 : probeIsEnoughAt - clock.monotonicNow();
    const delayMs = Math.max(sharedOutageMs, leftMs);
    const shared = this.sharedOutage(baseUrl);
    shared.write({ until: clock.now() + delayMs, delayMs, source: 'backoff', reason: fault.kind });
  }

  private sharedOutage(baseUrl: string): CooldownSync {
    const shared =
      this.sharedOutages.get(baseUrl) ??
      new CooldownSync(this.deps.cooldowns, { origin: baseUrl, apiKey: undefined, model: '' });
    this.sharedOutages.set(baseUrl, shared);
    return shared;
  }

  /**
   * Records that the gateway has responded to a turn. Ignores the response to a request that was sent (`sentAt`) before
   * the fault, because a long answer can still arrive over an old connection when new connections fail.
   */
  recordResponse(baseUrl: string, sentAt: number): void {
    const outage = this.outages.get(baseUrl);
    if (!outage || sentAt < outage.startedAt) return;
    this.forget(baseUrl);
    if (outage.isDown) this.logReturn(baseUrl);
  }

  sendOverdueProbes(): void {
    const now = this.deps.clock.monotonicNow();
    for (const [baseUrl, outage] of this.outages) if (outage.dueAt <= now) this.check(baseUrl, outage);
  }

  /** So that a gateway that was removed from the settings is not probed. */
  keepOnly(baseUrls: readonly string[]): void {
    for (const baseUrl of this.outages.keys()) if (!baseUrls.includes(baseUrl)) this.forget(baseUrl);
  }

  private forget(baseUrl: string): void {
    const outage = this.outages.get(baseUrl);
    this.outages.delete(baseUrl);
    this.sharedOutage(baseUrl).clear();
    outage?.cancelTimer();
    outage?.probing?.abort();
    if (outage?.isDown) this.deps.onGatewayChange?.();
  }

  private logReturn(baseUrl: string): void {
    this.deps.log.info(`gateway ${baseUrl} is back`);
  }

  private schedule(baseUrl: string, outage: Outage): void {
    const { clock, random } = this.deps;
    const delayMs = Math.min(maxProbeMs, firstProbeMs * 2 ** outage.probes) * (1 + 0.1 * random());
    outage.dueAt = clock.monotonicNow() + delayMs;
    outage.cancelTimer = clock.after(delayMs, () => this.check(baseUrl, outage));
  }

  /** If no probe is allowed now, it stays overdue until {@link sendOverdueProbes} is called. */
  private check(baseUrl: string, outage: Outage): void {
    if (outage.isDown && !outage.probing && this.mayProbe()) void this.probe(baseUrl, outage);
  }

  /** Never rejects. */
  private async probe(baseUrl: string, outage: Outage): Promise<void> {
    outage.probing = new AbortController();
    const responds = await respondsAsGateway(this.deps, baseUrl, outage.probing.signal);
    outage.probing = undefined;
    if (this.outages.get(baseUrl) !== outage) return;
    if (responds && this.mayReturn(outage)) {
      outage.returns++;
      outage.isDown = false;
      this.sharedOutage(baseUrl).clear();
      this.logReturn(baseUrl);
      this.deps.onGatewayChange?.();
      return;
    }
    outage.probes++;
    this.share(baseUrl, outage);
    this.schedule(baseUrl, outage);
  }

  private mayReturn({ returns, probeIsEnoughAt }: Outage): boolean {
    return returns < maxReturnsByProbe || this.deps.clock.monotonicNow() >= probeIsEnoughAt;
  }
}
