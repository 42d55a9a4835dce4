import type { EngineDeps } from '../engine';
import type { FaultKind } from '../events';
import { originOf } from '../gateway/baseUrl';
import { respondsAsGateway } from '../http/networkCheck';

/** Time from the fault of a route to the first probe, in milliseconds. It doubles after each probe that fails. */
const firstProbeMs = 5_000;
/** Longest time between two probes of a route, in milliseconds. */
const maxProbeMs = 300_000;

type RouteHealthDeps = Pick<EngineDeps, 'clock' | 'random' | 'fetch' | 'log'>;

/** The state of a route that is down. */
interface Outage {
  readonly kind: FaultKind;
  /** Monotonic time of the fault, in milliseconds. */
  readonly since: number;
  /** Number of probes that have failed. */
  probes: number;
  /** Monotonic time at which the next probe is due, in milliseconds. */
  dueAt: number;
  cancelTimer: () => void;
  probing: AbortController | undefined;
}

/**
 * The circuit breakers of the routes. A route that fails is down: turns use another route while a request without the
 * key, the probe, finds out whether the route is back. Probes are sent at growing intervals, and only while a turn runs
 * or the window has the focus.
 */
export class RouteHealth {
  private readonly outages = new Map<string, Outage>();

  /** @param mayProbe whether a turn runs or the window has the focus */
  constructor(
    private readonly deps: RouteHealthDeps,
    private readonly mayProbe: () => boolean,
  ) {}

  /** Returns the kind of the fault because of which a route is down, or undefined if the route is not down. */
  faultOf(baseUrl: string): FaultKind | undefined {
    return this.outages.get(baseUrl)?.kind;
  }

  isDown(baseUrl: string): boolean {
    return this.outages.has(baseUrl);
  }

  /** Base URLs of the routes that are down. */
  get down(): readonly string[] {
    return [...this.outages.keys()];
  }

  /** Marks a route as down and starts to probe it. Does nothing if the route is already down. */
  markDown(baseUrl: string, kind: FaultKind): void {
    if (this.isDown(baseUrl)) return;
    this.deps.log.warn(`route ${originOf(baseUrl)} is down: ${kind}`);
    const since = this.deps.clock.monotonicNow();
    const outage: Outage = { kind, since, probes: 0, dueAt: 0, cancelTimer: () => undefined, probing: undefined };
    this.outages.set(baseUrl, outage);
    this.schedule(baseUrl, outage);
  }

  /**
   * Marks a route as usable, because the gateway has responded to a request. Does nothing if the request was sent before
   * the fault: the connection of a long answer may outlive a route over which no new connection is possible.
   *
   * @param sentAt monotonic time of the request, in milliseconds
   */
  recordResponse(baseUrl: string, sentAt: number): void {
    const outage = this.outages.get(baseUrl);
    if (outage && sentAt >= outage.since) this.markUp(baseUrl);
  }

  /** Sends the probes that are overdue because no probe was allowed when they were due. */
  sendOverdueProbes(): void {
    const now = this.deps.clock.monotonicNow();
    for (const [baseUrl, outage] of this.outages) if (outage.dueAt <= now) this.check(baseUrl, outage);
  }

  /** Forgets all routes except the given ones, so that a route that was removed from the settings is not probed. */
  keepOnly(baseUrls: readonly string[]): void {
    for (const baseUrl of this.down) if (!baseUrls.includes(baseUrl)) this.forget(baseUrl);
  }

  private markUp(baseUrl: string): void {
    this.forget(baseUrl);
    this.deps.log.info(`route ${originOf(baseUrl)} is back`);
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

  /** Probes a route. If no probe is allowed now, the probe stays overdue until {@link sendOverdueProbes} is called. */
  private check(baseUrl: string, outage: Outage): void {
    if (!outage.probing && this.mayProbe()) void this.probe(baseUrl, outage);
  }

  /** Never rejects. */
  private async probe(baseUrl: string, outage: Outage): Promise<void> {
    outage.probing = new AbortController();
    const isBack = await respondsAsGateway(this.deps, baseUrl, outage.probing.signal);
    outage.probing = undefined;
    if (this.outages.get(baseUrl) !== outage) return;
    if (isBack) {
      this.markUp(baseUrl);
      return;
    }
    outage.probes++;
    this.schedule(baseUrl, outage);
  }
}
