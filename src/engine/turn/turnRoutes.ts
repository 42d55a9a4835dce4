import type { Fault } from '../faults/classify';
import type { RouteFault, RouteHealth } from '../gate/routeHealth';
import { hostOf, isHostShared, originOf, usesPlainHttp } from '../gateway/baseUrl';
import type { Connection, Route } from '../request';
import { isRetryable, type Situation } from '../retry/decide';
import type { TurnHistory } from './turnHistory';
import type { TurnContext } from './turnMessages';
import type { TurnOutput } from './turnOutput';

/** What the turn can do instead of waiting for the current route. */
export interface Alternatives {
  /** The user can switch, even to a route that is down. */
  readonly hasOtherRoute: boolean;
  /** The turn switches by itself, because another route is up. */
  readonly canSwitchRoute: boolean;
}

/** Undefined if the turn may use no route that has a key. */
export class TurnRoutes {
  /** Route of the current attempt, or of the next one if the turn has already switched to it. */
  current: Route | undefined;
  /** Empty before the turn has a connection. */
  baseUrl = '';
  /** With a key, in the user's order. */
  private usable: readonly Route[] = [];
  /** Whether the turn has used or should have used an `https:` route, so that it may not use plain HTTP. */
  private mustEncrypt = false;
  /** Whether the turn stays on the current route even if it is down, until an attempt over it fails. */
  private isPinned: boolean;
  /** Routes that have failed since the turn last waited, and whether waiting may help there. */
  private readonly failed = new Map<string, boolean>();

  /** `avoidRoute` (base URL or origin) is left by the first attempt, because the user asked for another route. */
  constructor(
    private readonly health: RouteHealth,
    private readonly output: Pick<TurnOutput, 'emit'>,
    private readonly history: Pick<TurnHistory, 'recordRouteSwitch'>,
    private readonly avoidRoute: string | undefined,
  ) {
    this.isPinned = avoidRoute !== undefined;
  }

  get context(): Pick<TurnContext, 'baseUrl' | 'hasOtherRoute' | 'plainHttpHost'> {
    const plainHttp = this.usable.find((route, index) => index > 0 && !this.isAllowed(route));
    const { baseUrl, hasSeveral: hasOtherRoute } = this;
    return { baseUrl, hasOtherRoute, plainHttpHost: plainHttp && hostOf(plainHttp.baseUrl) };
  }

  /** Usable without a decision of the user, in their order. */
  get allowed(): readonly Route[] {
    return this.usable.filter((route) => this.isAllowed(route));
  }

  /** Not failed since the turn last waited, in the user's order. */
  get untried(): readonly Route[] {
    return this.others.filter(({ baseUrl }) => !this.failed.has(baseUrl));
  }

  get alternatives(): Alternatives {
    return { hasOtherRoute: this.hasSeveral, canSwitchRoute: this.untried.some((route) => this.isUp(route)) };
  }

  outlook(fault: Fault): Pick<Situation, 'otherRoute' | 'othersMayRecover'> {
    const { untried } = this;
    // If every route is down, the turn may try all of them, because their state may have changed.
    const mayTryAll = fault.isRouteFault === true || fault.policy.retry === 'offline';
    const otherRoute = untried.find((route) => this.isUp(route)) ?? (mayTryAll ? untried[0] : undefined);
    return { otherRoute, othersMayRecover: this.others.some(({ baseUrl }) => this.failed.get(baseUrl)) };
  }

  /** Whether the current route or its key was removed from the connection, and the connection has another route. */
  isReplaced(connection: Connection): boolean {
    const { current } = this;
    const routes = routesOf(connection).filter((route) => this.isAllowed(route));
    if (!current || routes.length === 0) return false;
    return !routes.some(({ baseUrl, apiKey }) => baseUrl === current.baseUrl && apiKey === current.apiKey);
  }

  /** Never rejects. Reads nothing if there is only one route, because the turn then waits for it anyway. */
  async readOutages(connection: Connection): Promise<void> {
    const routes = routesOf(connection);
    if (routes.length > 1) await this.health.readOutages(routes.map(({ baseUrl }) => baseUrl));
  }

  /** Chooses the route of the next attempt. Returns undefined if the turn may use no route that has a key. */
  choose(connection: Connection): Route | undefined {
    const route = this.routeFor(connection);
    this.baseUrl = (route ?? connection).baseUrl;
    return route;
  }

  private routeFor(connection: Connection): Route | undefined {
    this.usable = routesOf(connection);
    const previous = this.current;
    const current = this.usable.find(({ baseUrl }) => baseUrl === previous?.baseUrl);
    if (current && (this.isPinned || this.isUp(current))) return (this.current = current);
    if (!previous) this.mustEncrypt = isEncrypted(connection);
    const avoids = previous ? undefined : this.avoidRoute;
    const isAvoided = ({ baseUrl }: Route): boolean =>
      avoids !== undefined && (baseUrl === avoids || originOf(baseUrl) === avoids);
    const routes = avoids === undefined ? this.allowed : this.usable;
    const avoided = routes.find(isAvoided);
    const left = avoided ?? previous ?? this.usable[0];
    const route = this.routeAfter(isAvoided, routes) ?? routes[0];
    this.use(route, avoids !== undefined);
    if (!left || !route || left.baseUrl === route.baseUrl) return route;
    this.announce(left, route, avoided ? undefined : this.health.faultOf(left.baseUrl));
    return route;
  }

  /** Whether the current route has gone down since the turn chose it, for instance for another turn. */
  get hasBetterRoute(): boolean {
    const { current } = this;
    if (!current || this.isPinned || this.isUp(current)) return false;
    return this.others.some((route) => this.isUp(route));
  }

  /** Undefined if there is only one route. */
  following(): Route | undefined {
    return this.routeAfter(({ baseUrl }) => baseUrl === this.current?.baseUrl, this.usable);
  }

  /** Stays there even if it is down, until an attempt fails. Without `fault`, the user has switched. */
  switchTo(route: Route, fault?: Fault): void {
    if (this.current) this.announce(this.current, route, fault);
    this.use(route, fault === undefined);
    this.isPinned = true;
  }

  /** Only a fault of the route itself marks it as down. */
  recordFault(fault: Fault): void {
    this.isPinned = false;
    if (!this.current || !this.hasSeveral) return;
    this.failed.set(this.current.baseUrl, isRetryable(fault.policy));
    if (fault.isRouteFault) this.health.markDown(this.current.baseUrl, fault);
  }

  /** After a wait, the turn may try every route again. */
  recordWait(): void {
    this.failed.clear();
  }

  /** `sentAt` is the monotonic time of the request. */
  recordResponse(sentAt: number): void {
    if (this.current) this.health.recordResponse(this.current.baseUrl, sentAt);
  }

  /** Forgets the routes, because they include the keys. */
  clear(): void {
    this.usable = [];
    this.current = undefined;
  }

  /** So that the user can tell routes with the same host apart. */
  distinguishingUrl({ baseUrl }: Route): string | undefined {
    return isHostShared(baseUrl, this.usable) ? baseUrl : undefined;
  }

  private get hasSeveral(): boolean {
    return this.usable.length > 1;
  }

  private get others(): readonly Route[] {
    return this.allowed.filter(({ baseUrl }) => baseUrl !== this.current?.baseUrl);
  }

  private isAllowed({ baseUrl }: Route): boolean {
    return !this.mustEncrypt || !usesPlainHttp(baseUrl);
  }

  private use(route: Route | undefined, isUsersChoice: boolean): void {
    this.current = route;
    if (!route) return;
    if (isEncrypted(route)) this.mustEncrypt = true;
    else if (isUsersChoice && usesPlainHttp(route.baseUrl)) this.mustEncrypt = false;
  }

  private isUp({ baseUrl }: Route): boolean {
    return !this.health.isDown(baseUrl);
  }

  /**
   * Returns the route that follows the avoided ones in the user's order, and after the last route the first one. Skips
   * routes that are down, unless all are.
   */
  private routeAfter(isAvoided: (route: Route) => boolean, routes: readonly Route[]): Route | undefined {
    const start = routes.findIndex(isAvoided) + 1;
    const others = [...routes.slice(start), ...routes.slice(0, start)].filter((route) => !isAvoided(route));
    return others.find((route) => this.isUp(route)) ?? others[0];
  }

  private announce(from: Route, to: Route, fault?: RouteFault): void {
    const [fromUrl, toUrl] = [this.distinguishingUrl(from), this.distinguishingUrl(to)];
    this.output.emit({
      type: 'route',
      from: originOf(from.baseUrl),
      to: originOf(to.baseUrl),
      ...(fromUrl !== undefined && { fromUrl }),
      ...(toUrl !== undefined && { toUrl }),
      ...(fault ? { reason: fault.kind, row: fault.row } : { reason: 'user' }),
    });
    this.history.recordRouteSwitch();
  }
}

function routesOf({ baseUrl, apiKey, backups = [] }: Connection): readonly Route[] {
  return apiKey ? [{ baseUrl, apiKey }, ...backups] : backups;
}

function isEncrypted({ baseUrl }: Pick<Route, 'baseUrl'>): boolean {
  return baseUrl.startsWith('https:');
}
