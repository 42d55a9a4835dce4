import type { FaultKind } from '../events';
import type { Fault } from '../faults/classify';
import type { RouteHealth } from '../gate/routeHealth';
import { originOf } from '../gateway/baseUrl';
import type { Connection, Route } from '../request';
import { isRetryable, type RetryHistory } from '../retry/retryPolicy';

/** The route of the next attempt, and the route that it replaces, if the turn switches to it by itself. */
interface RouteChoice {
  readonly route: Route;
  readonly replaces?: { readonly route: Route; readonly reason: 'user' | FaultKind } | undefined;
}

/**
 * Chooses the route of each attempt of a turn. A turn starts with the first route that is not down, and stays on its
 * route until that route fails.
 */
export class TurnRoutes {
  /** The routes that have a key, in the user's order. */
  private usable: readonly Route[] = [];
  private current: Route | undefined;
  /** Whether the turn stays on the current route even if it is down, until an attempt over it fails. */
  private isPinned: boolean;
  /** Base URLs of the routes that have failed since the turn last waited, and whether waiting may help there. */
  private readonly failed = new Map<string, boolean>();

  /** @param avoidOrigin origin of the route that the first attempt avoids, because the user asked for another route */
  constructor(
    private readonly health: RouteHealth,
    private readonly avoidOrigin: string | undefined,
  ) {
    this.isPinned = avoidOrigin !== undefined;
  }

  get hasSeveral(): boolean {
    return this.usable.length > 1;
  }

  /** All routes that have a key, in the user's order. */
  get all(): readonly Route[] {
    return this.usable;
  }

  /** The other routes that have not failed since the turn last waited, in the user's order. */
  get untried(): readonly Route[] {
    return this.others.filter(({ baseUrl }) => !this.failed.has(baseUrl));
  }

  /** Returns what the turn can expect from the other routes after a fault of the current one. */
  outlook(fault: Fault): RetryHistory['otherRoute'] {
    if (this.next(fault)) return 'usable';
    const mayRecover = this.others.some(({ baseUrl }) => this.failed.get(baseUrl));
    return mayRecover ? 'may-recover' : 'none';
  }

  /** Whether a route or its key was removed from the connection, and the connection has another route. */
  isReplaced(route: Route, connection: Connection): boolean {
    const routes = routesOf(connection);
    return (
      routes.length > 0 && !routes.some(({ baseUrl, apiKey }) => baseUrl === route.baseUrl && apiKey === route.apiKey)
    );
  }

  /** Chooses the route of the next attempt. Returns undefined if no route has a key. */
  choose(connection: Connection): RouteChoice | undefined {
    this.usable = routesOf(connection);
    const previous = this.current;
    const current = this.usable.find(({ baseUrl }) => baseUrl === previous?.baseUrl);
    const staysOn = current && (this.isPinned || !this.health.isDown(current.baseUrl)) ? current : undefined;
    const route = staysOn ?? this.best(previous === undefined);
    this.current = route;
    if (!route || staysOn) return route && { route };
    const left = previous === undefined ? this.preferred : current;
    if (!left || left.baseUrl === route.baseUrl) return { route };
    return { route, replaces: { route: left, reason: this.health.faultOf(left.baseUrl) ?? 'user' } };
  }

  /** Whether the current route has gone down since the turn chose it, for instance for another turn. */
  get hasBetterRoute(): boolean {
    const { current, usable } = this;
    if (!current || this.isPinned || !this.health.isDown(current.baseUrl)) return false;
    return usable.some(({ baseUrl }) => !this.health.isDown(baseUrl));
  }

  /** Returns the route to which the turn switches after a fault, or undefined if it does not switch. */
  next(fault: Fault): Route | undefined {
    const { untried } = this;
    const healthy = untried.find(({ baseUrl }) => !this.health.isDown(baseUrl));
    // If every route is down, tries all of them, because their state may have changed.
    return healthy ?? (fault.isRouteFault ? untried[0] : undefined);
  }

  /** Returns the route after the current one in the user's order, or undefined if there is only one route. */
  following(): Route | undefined {
    const index = this.usable.findIndex(({ baseUrl }) => baseUrl === this.current?.baseUrl);
    return this.hasSeveral && index >= 0 ? this.usable[(index + 1) % this.usable.length] : undefined;
  }

  switchTo(route: Route): void {
    this.current = route;
    this.isPinned = true;
  }

  /** Records that the turn can't use the current route now. Only a fault of the route itself marks it as down. */
  recordFault(fault: Fault): void {
    this.isPinned = false;
    if (!this.current || !this.hasSeveral) return;
    this.failed.set(this.current.baseUrl, isRetryable(fault.policy));
    if (fault.isRouteFault) this.health.markDown(this.current.baseUrl, fault.kind);
  }

  /** Records that the turn waits. After the wait, it may try every route again. */
  recordWait(): void {
    this.failed.clear();
  }

  /**
   * Records that the gateway has responded over the current route.
   *
   * @param sentAt monotonic time of the request, in milliseconds
   */
  recordResponse(sentAt: number): void {
    if (this.current) this.health.recordResponse(this.current.baseUrl, sentAt);
  }

  /** Forgets the routes, because they include the keys. */
  clear(): void {
    this.usable = [];
    this.current = undefined;
  }

  private get others(): readonly Route[] {
    return this.usable.filter(({ baseUrl }) => baseUrl !== this.current?.baseUrl);
  }

  /** The route that the first attempt replaces: the one that the user wants to avoid, or else the first one. */
  private get preferred(): Route | undefined {
    return this.usable.find(({ baseUrl }) => originOf(baseUrl) === this.avoidOrigin) ?? this.usable[0];
  }

  private best(isFirst: boolean): Route | undefined {
    const allowed = this.usable.filter(({ baseUrl }) => !isFirst || originOf(baseUrl) !== this.avoidOrigin);
    return allowed.find(({ baseUrl }) => !this.health.isDown(baseUrl)) ?? allowed[0] ?? this.usable[0];
  }
}

function routesOf({ baseUrl, apiKey, backups = [] }: Connection): readonly Route[] {
  return apiKey ? [{ baseUrl, apiKey }, ...backups] : backups;
}
