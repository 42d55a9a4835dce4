import type { EngineDeps } from '../engine';
import type { Fault } from '../faults/classify';
import type { FaultName } from '../faults/faultTable';
import { respondsAsGateway } from './networkCheck';

/** Time from a fault to the first probe. It doubles after each probe that fails. */
const firstProbeMs = 5_000;
const maxProbeMs = 300_000;
/** How often in succession a response to a probe brings a route back. */
const maxReturnsByProbe = 2;
/** Time after the last fault after which a response to a probe is enough again. */
const returnByProbeMs = 1_800_000;

type RouteHealthDeps = Pick<EngineDeps, 'clock' | 'random' | 'fetch' | 'log'>;

/** Faults that a probe may not notice, because they occur only once a connection exists. */
const faultsMissedByProbes: ReadonlySet<FaultName> = new Set<FaultName>([
  'headersTimeout',
  'connectionReset',
  'webPage',
]);

type RouteFault = Pick<Fault, 'kind' | 'row'>;

interface Outage {
  readonly fault: RouteFault;
  probes: number;
  /** Monotonic milliseconds. */
  dueAt: number;
  cancelTimer: () => void;
  probing: AbortController | undefined;
}

/** The faults of a route since its gateway last responded to the request of a turn. */
interface FaultRecord {
  /** How often in succession the route came back by a probe and then failed by a fault that the probe had missed. */
  returns: number;
  /** Monotonic milliseconds. */
  lastFaultAt: number;
}

/**
 * The circuit breakers of the routes. A route that fails is down: turns use another route while a request without the
 * key, the probe, finds out whether the route is back. Probes are sent at growing intervals, and only while a turn runs
 * or the window has the focus.
 *
 * A gateway may respond to probes but not to prompts. After two such returns, the route is back only when a turn has
 * received a response over it, or half an hour after the fault.
 */
export class RouteHealth {
  private readonly outages = new Map<string, Outage>();
  /** Routes over which no turn has received a response since their last fault, by base URL. */
  private readonly faults = new Map<string, FaultRecord>();

  /** @param mayProbe whether a turn runs or the window has the focus */
  constructor(
    private readonly deps: RouteHealthDeps,
    private readonly mayProbe: () => boolean,
  ) {}

  faultOf(baseUrl: string): RouteFault | undefined {
    return this.outages.get(baseUrl)?.fault;
  }

  isDown(baseUrl: string): boolean {
    return this.outages.has(baseUrl);
  }

  get down(): readonly string[] {
    return [...this.outages.keys()];
  }

  /** Also starts to probe it. Does nothing if it is already down. */
  markDown(baseUrl: string, { kind, row }: RouteFault): void {
    if (this.isDown(baseUrl)) return;
    this.deps.log.warn(`route ${baseUrl} is down: ${kind}`);
    this.faults.set(baseUrl, {
      returns: faultsMissedByProbes.has(row) ? (this.faults.get(baseUrl)?.returns ?? 0) : 0,
      lastFaultAt: this.deps.clock.monotonicNow(),
    });
    const outage: Outage = {
      fault: { kind, row },
      probes: 0,
      dueAt: 0,
      cancelTimer: () => undefined,
      probing: undefined,
    };
    this.outages.set(baseUrl, outage);
    this.schedule(baseUrl, outage);
  }

  /**
   * The gateway has responded to a turn. Ignores a request that was sent (`sentAt`) before the fault: the connection of
   * a long answer may outlive a route over which no new connection is possible.
   */
  recordResponse(baseUrl: string, sentAt: number): void {
    const record = this.faults.get(baseUrl);
    if (!record || sentAt < record.lastFaultAt) return;
    this.faults.delete(baseUrl);
    if (this.isDown(baseUrl)) this.markUp(baseUrl);
  }

  sendOverdueProbes(): void {
    const now = this.deps.clock.monotonicNow();
    for (const [baseUrl, outage] of this.outages) if (outage.dueAt <= now) this.check(baseUrl, outage);
  }

  /** So that a route that was removed from the settings is not probed. */
  keepOnly(baseUrls: readonly string[]): void {
    for (const baseUrl of this.faults.keys()) {
      if (baseUrls.includes(baseUrl)) continue;
      this.faults.delete(baseUrl);
      this.forget(baseUrl);
    }
  }

  private markUp(baseUrl: string): void {
    this.forget(baseUrl);
    this.deps.log.info(`route ${baseUrl} is back`);
  }

  private forget(baseUrl: string): void {
    const outage = this.outages.get(baseUrl);
    this.outages.delete(baseUrl);
    outage?.cancelTimer();
    outage?.probing?.abort();
  }

  private schedule(baseUrl: string, outage: Outage): void {
    const { clock, random } = this.deps;
    const delayMs = Math.min(maxProbeMs, firstProbeMs * 2 ** outage.probes) * (1 + 0.1 * random());
    outage.dueAt = clock.monotonicNow() + delayMs;
    outage.cancelTimer = clock.after(delayMs, () => this.check(baseUrl, outage));
  }

  /** If no probe is allowed now, it stays overdue until {@link sendOverdueProbes} is called. */
  private check(baseUrl: string, outage: Outage): void {
    if (!outage.probing && this.mayProbe()) void this.probe(baseUrl, outage);
  }

  /** Never rejects. */
  private async probe(baseUrl: string, outage: Outage): Promise<void> {
    outage.probing = new AbortController();
    const responds = await respondsAsGateway(this.deps, baseUrl, outage.probing.signal);
    outage.probing = undefined;
    if (this.outages.get(baseUrl) !== outage) return;
    const record = this.faults.get(baseUrl);
    if (responds && record && this.mayReturn(record)) {
      record.returns++;
      this.markUp(baseUrl);
      return;
    }
    outage.probes++;
    this.schedule(baseUrl, outage);
  }

  private mayReturn({ returns, lastFaultAt }: FaultRecord): boolean {
    return returns < maxReturnsByProbe || this.deps.clock.monotonicNow() - lastFaultAt >= returnByProbeMs;
  }
}
