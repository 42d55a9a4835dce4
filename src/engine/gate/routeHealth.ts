import type { EngineEnvironment } from '../environment';
import type { Fault } from '../faults/classify';
import type { FaultName } from '../faults/faultTable';
import { respondsAsGateway } from './networkCheck';

/** Time from a fault to the first probe. It doubles after each probe that fails. */
const firstProbeMs = 5_000;
const maxProbeMs = 300_000;
/** Number of probes in succession that must get a response before a route counts as back. */
const maxReturnsByProbe = 2;
/** Time after the last fault after which a response to a probe is enough again. */
const returnByProbeMs = 1_800_000;

type RouteHealthDeps = Pick<EngineEnvironment, 'clock' | 'random' | 'fetch' | 'log'>;

/** Faults that a probe may not notice, because they occur only once a connection exists. */
const faultsMissedByProbes: ReadonlySet<FaultName> = new Set<FaultName>([
  'headersTimeout',
  'connectionReset',
  'webPage',
]);

type RouteFault = Pick<Fault, 'kind' | 'row'>;

interface Outage {
  readonly fault: RouteFault;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** False after a probe has brought the route back. A turn that receives a response ends the outage. */
  isDown: boolean;
  /** How often in succession the route came back by a probe and then failed by a fault that the probe had missed. */
  returns: number;
  probes: number;
  /** Monotonic milliseconds, for the next probe. */
  dueAt: number;
  cancelTimer: () => void;
  probing: AbortController | undefined;
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
  /** Keyed by base URL. */
  private readonly outages = new Map<string, Outage>();

  /** @param mayProbe whether a turn runs or the window has the focus */
  constructor(
    private readonly deps: RouteHealthDeps,
    private readonly mayProbe: () => boolean,
  ) {}

  /** The fault because of which the route is down. */
  faultOf(baseUrl: string): RouteFault | undefined {
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
  markDown(baseUrl: string, { kind, row }: RouteFault): void {
    if (this.isDown(baseUrl)) return;
    this.deps.log.warn(`route ${baseUrl} is down: ${kind}`);
    const outage: Outage = {
      fault: { kind, row },
      startedAt: this.deps.clock.monotonicNow(),
      isDown: true,
      returns: faultsMissedByProbes.has(row) ? (this.outages.get(baseUrl)?.returns ?? 0) : 0,
      probes: 0,
      dueAt: 0,
      cancelTimer: () => undefined,
      probing: undefined,
    };
    this.outages.set(baseUrl, outage);
    this.schedule(baseUrl, outage);
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

  /** So that a route that was removed from the settings is not probed. */
  keepOnly(baseUrls: readonly string[]): void {
    for (const baseUrl of this.outages.keys()) if (!baseUrls.includes(baseUrl)) this.forget(baseUrl);
  }

  private forget(baseUrl: string): void {
    const outage = this.outages.get(baseUrl);
    this.outages.delete(baseUrl);
    outage?.cancelTimer();
    outage?.probing?.abort();
  }

  private logReturn(baseUrl: string): void {
    this.deps.log.info(`route ${baseUrl} is back`);
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
      this.logReturn(baseUrl);
      return;
    }
    outage.probes++;
    this.schedule(baseUrl, outage);
  }

  private mayReturn({ returns, startedAt }: Outage): boolean {
    return returns < maxReturnsByProbe || this.deps.clock.monotonicNow() - startedAt >= returnByProbeMs;
  }
}
