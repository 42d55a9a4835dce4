import type { ModelAtGateway, StreamOptions } from '../engine';
import type { EngineSettings } from '../environment';
import type { ModelEvent } from '../events/events';
import { faultOfRow, type Fault } from '../faults/classify';
import type { NetworkState } from '../gate/networkState';
import type { RouteHealth } from '../gate/routeHealth';
import { hostOf, isHostShared, nameAmong, originOf, usesPlainHttp } from '../gateway/baseUrl';
import type { Connection, Route } from '../request';
import { isRetryable, type Situation } from '../retry/decide';
import { modelAt, routesFor, routesOf, routesThatMayHave, type SentModel } from './routeModels';
import type { TurnHistory } from './turnHistory';
import type { TurnContext } from './turnMessages';
import type { TurnOutput } from './turnOutput';

/** Faults that only mean that a backup gateway does not serve the model, so that another gateway is asked. */
const unservedKinds: ReadonlySet<Fault['kind']> = new Set<Fault['kind']>(['model', 'not-found']);

/** Why a turn leaves a route. */
type SwitchReason = Pick<Fault, 'kind'> & Partial<Pick<Fault, 'row'>>;

/** The routes whose gateways may have a model, in the user's order. */
interface ModelRoutes {
  readonly model: string;
  /** Routes that the turn may use without a click of the user. It starts at the first of these that is up. */
  readonly automatic: readonly Route[];
  /** The automatic routes, then the routes over plain HTTP to which only the user can switch. */
  readonly usable: readonly Route[];
}

/** How the next attempt is sent, and what the turn can do instead of waiting for it. */
export interface AttemptPlan extends Pick<ModelAtGateway, 'model' | 'sentModel'> {
  readonly route: Route;
  readonly origin: string;
  /** So that the user can tell routes with the same host apart. */
  readonly distinguishingUrl: string | undefined;
  /** The user can switch, even to a route that is down. */
  readonly hasOtherRoute: boolean;
  /** Another route is up, so the turn can switch automatically. */
  readonly canSwitchRoute: boolean;
}

/** The routes of a turn, and the model that is sent over each of them. */
export class TurnRoutes {
  /**
   * Route of the current attempt, or of the next one if the turn has already switched to it. Undefined if the turn may use
   * no route.
   */
  current: Route | undefined;
  /** The base URL of the current or the next attempt. It is empty before the turn has a connection. */
  baseUrl = '';
  /** The origin of `baseUrl`. */
  origin = '';
  /** Why the turn uses the current route. Before any switch, because the earlier gateways do not have the model. */
  reason: ModelEvent['reason'] = 'model';
  /** The name by which the user knows the model of the current attempt, or the next one. */
  answeringModel: string;
  /** The routes that have a key or need none, in the user's order. */
  private routes: readonly Route[] = [];
  /** The primary gateway, even if it has no key, and its backups. */
  private primary: Connection | undefined;
  private routesForModel: ModelRoutes | undefined;
  /** Base URLs of the backup gateways that do not serve the model of this turn. */
  private readonly unserved = new Set<string>();
  private readonly preferredRoute: string | undefined;
  /** Whether the turn has used, or should have used, an `https:` route, so that it must not use plain HTTP. */
  private mustEncrypt = false;
  /** The model for which `mustEncrypt` was decided. */
  private encryptedModel: string | undefined;
  /** The base URL to which the user last switched. Models that the user selects later also go there, even over plain HTTP. */
  private chosenUrl: string | undefined;
  /** Whether the turn stays on the current route even if it is down, until an attempt over it fails. */
  private isPinned = false;
  /** Routes that have failed since the turn last waited, and whether waiting may help there. */
  private readonly failed = new Map<string, boolean>();
  /** The substitutes that the turn has used. They may continue their own partial answers, but are not offered again. */
  private readonly substitutes = new Set<string>();

  constructor(
    private readonly health: RouteHealth,
    private readonly network: Pick<NetworkState, 'lacksModel' | 'recordMissingModel' | 'cooldownMs'>,
    private readonly settings: () => Pick<EngineSettings, 'continueWithFallback' | 'retry'>,
    private readonly output: Pick<TurnOutput, 'emit'>,
    private readonly history: Pick<TurnHistory, 'recordRouteSwitch' | 'model' | 'hasOutput'>,
    { preferredRoute, resumeFrom }: Pick<StreamOptions, 'preferredRoute' | 'resumeFrom'>,
  ) {
    this.preferredRoute = preferredRoute;
    if (resumeFrom?.model !== undefined) this.substitutes.add(resumeFrom.model);
    this.answeringModel = history.model;
  }

  get context(): Pick<TurnContext, 'baseUrl' | 'nextRoute' | 'plainHttpHost'> {
    const plainHttp = this.usable.find((route) => !this.isEncryptedEnough(route));
    const next = this.following();
    return {
      baseUrl: this.baseUrl,
      nextRoute: next && {
        route: this.nameForEvents(next),
        label: next.name ?? nameAmong(this.routes, next.baseUrl),
        isUsable: this.isAllowed(next) && this.isUp(next) && !this.isLimited(next),
      },
      plainHttpHost: plainHttp && hostOf(plainHttp.baseUrl),
    };
  }

  /** Usable without a decision of the user, in their order. */
  get allowed(): readonly Route[] {
    return this.usable.filter((route) => this.isAllowed(route));
  }

  /** Not failed since the turn last waited, in the user's order. */
  get untried(): readonly Route[] {
    return this.others.filter(({ baseUrl }) => !this.failed.has(baseUrl));
  }

  outlook(
    fault: Fault,
  ): Pick<
    Situation,
    'otherRoute' | 'othersMayRecover' | 'isUnserved' | 'primaryFault' | 'substitute' | 'isSubstituting'
  > {
    const { primary, current } = this;
    const isUnserved = this.isUnservedBy(fault);
    const untried = isUnserved && this.isOfWorkspace ? [] : this.untried;
    const isNewSubstitute = ({ name, isSubstitute }: SentModel): boolean => isSubstitute && !this.substitutes.has(name);
    // If every route is down, the turn may try all of them, because their state may have changed.
    const mayTryAll = fault.isRouteFault === true || fault.policy.retry === 'offline' || isUnserved;
    const otherRoute = untried.find((route) => this.isUp(route)) ?? (mayTryAll ? untried[0] : undefined);
    const primaryFault = primary && this.health.faultOf(primary.baseUrl);
    return {
      otherRoute,
      isUnserved,
      othersMayRecover: this.others.some(({ baseUrl }) => this.failed.get(baseUrl)),
      primaryFault: primaryFault?.row && faultOfRow(primaryFault.row),
      substitute: this.encrypted.map((route) => this.modelAt(route)).find(isNewSubstitute)?.name,
      isSubstituting: current !== undefined && this.modelAt(current).isSubstitute,
    };
  }

  /** Returns the model that is sent over a route. */
  modelAt(route: Route): SentModel {
    return modelAt(route, this.history.model, this.primary);
  }

  /**
   * Announces another model if the chosen route has a substitute, or the turn leaves such a route.
   * @param route the result of `choose`
   */
  announcePlan(route: Route): AttemptPlan {
    const { name: sentModel, isSubstitute } = this.modelAt(route);
    this.announceModel(isSubstitute ? sentModel : this.history.model, this.reason);
    return {
      route,
      origin: this.origin,
      model: this.answeringModel,
      sentModel,
      distinguishingUrl: this.distinguishingUrl(route),
      hasOtherRoute: this.hasSeveral,
      canSwitchRoute: this.untried.some((other) => this.isUp(other)),
    };
  }

  announceModel(to: string, reason: ModelEvent['reason']): void {
    const { answeringModel: from } = this;
    if (from === to) return;
    this.output.emit({ type: 'model', from, to, reason });
    this.answeringModel = to;
  }

  /** Returns the route that has the substitute. */
  routeOfSubstitute(model: string): Route | undefined {
    return this.encrypted.find((route) => {
      const { name, isSubstitute } = this.modelAt(route);
      return isSubstitute && name === model;
    });
  }

  /** Whether the current route or its key was removed from the connection, and the connection has another route. */
  isReplaced(connection: Connection): boolean {
    const { current } = this;
    const routes = routesOf(connection).filter((route) => this.isAllowed(route));
    if (!current || routes.length === 0) return false;
    return !routes.some(({ baseUrl, apiKey }) => baseUrl === current.baseUrl && apiKey === current.apiKey);
  }

  /** Never rejects. Returns undefined if there is only one route, because the turn then waits for it anyway. */
  readOutages(connection: Connection): Promise<void> | undefined {
    const routes = routesOf(connection);
    return routes.length > 1 ? this.health.readOutages(routes.map(({ baseUrl }) => baseUrl)) : undefined;
  }

  /** Chooses the route of the next attempt. Returns undefined if the turn may use no route. */
  choose(connection: Connection): Route | undefined {
    const route = this.routeFor(connection);
    this.baseUrl = (route ?? connection).baseUrl;
    this.origin = originOf(this.baseUrl);
    return route;
  }

  private routeFor(connection: Connection): Route | undefined {
    const { current: previous, preferredRoute, history } = this;
    this.routes = routesOf(connection);
    this.primary = connection;
    this.routesForModel = undefined;
    const { usable } = this;
    if (this.encryptedModel !== history.model && !(previous && previous.baseUrl === this.chosenUrl)) {
      const [first] = this.modelRoutes.automatic;
      this.encryptedModel = history.model;
      this.mustEncrypt = isEncrypted(connection) && !(first && usesPlainHttp(first.baseUrl));
    }
    const current = usable.find(({ baseUrl }) => baseUrl === previous?.baseUrl);
    if (current && this.isEncryptedEnough(current) && (this.isPinned || this.isUp(current)))
      return (this.current = current);
    const isPreferred = ({ baseUrl }: Route): boolean =>
      preferredRoute !== undefined && [baseUrl, originOf(baseUrl)].includes(preferredRoute);
    const preferred = previous ? undefined : usable.find(isPreferred);
    const { allowed } = this;
    const left = previous ?? allowed[0];
    const route = preferred ?? allowed.find((other) => this.isUp(other)) ?? allowed[0];
    if (preferred) this.isPinned = true;
    this.use(route, preferred !== undefined);
    if (!left || !route || left.baseUrl === route.baseUrl) return route;
    this.announce(left, route, preferred ? undefined : this.health.faultOf(left.baseUrl));
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
  switchTo(route: Route, fault?: SwitchReason): void {
    if (this.current) this.announce(this.current, route, fault);
    this.use(route, fault === undefined);
    this.isPinned = true;
  }

  /** Call this before the decision about the fault, which depends on the routes that are left. */
  recordUnserved(fault: Fault): void {
    const { current } = this;
    if (!current || !this.isUnservedBy(fault)) return;
    this.unserved.add(current.baseUrl);
    // A missing key is not recorded, because the gateway can be used as soon as it has a key.
    if (unservedKinds.has(fault.kind)) this.network.recordMissingModel(current.baseUrl, this.modelAt(current).name);
    this.routesForModel = undefined;
  }

  /** Only a fault of the route itself marks it as down. */
  recordFault(fault: Fault): void {
    const { current } = this;
    this.isPinned = false;
    if (!current || !this.hasSeveral) return;
    this.failed.set(current.baseUrl, isRetryable(fault.policy));
    if (fault.isRouteFault) this.health.markDown(current.baseUrl, fault);
  }

  /** After a wait, the turn may try every route again. */
  recordWait(): void {
    this.failed.clear();
  }

  /** Forgets which gateways lacked the model, so that it is requested there again. */
  forgetUnserved(): void {
    this.unserved.clear();
  }

  /** `sentAt` is the monotonic time of the request. */
  recordResponse(sentAt: number): void {
    if (this.current) this.health.recordResponse(this.current.baseUrl, sentAt);
  }

  /** Forgets the routes, because they include the keys. */
  clear(): void {
    this.routes = [];
    this.routesForModel = undefined;
    this.primary = undefined;
    this.current = undefined;
  }

  /** Returns the origin of the route, or its base URL if another route has the same host. See `routeOf`. */
  nameForEvents(route: Route): string {
    return this.distinguishingUrl(route) ?? originOf(route.baseUrl);
  }

  private distinguishingUrl({ baseUrl }: Route): string | undefined {
    return isHostShared(baseUrl, this.routes) ? baseUrl : undefined;
  }

  private get usable(): readonly Route[] {
    return this.modelRoutes.usable;
  }

  private get encrypted(): readonly Route[] {
    return this.usable.filter((route) => this.isEncryptedEnough(route));
  }

  private get modelRoutes(): ModelRoutes {
    const { routes, primary } = this;
    const { model } = this.history;
    if (this.routesForModel?.model === model) return this.routesForModel;
    const served = this.isOfWorkspace ? routes : routes.filter((route) => this.mayServe(route));
    const automaticOf = (possible: readonly Route[]) => (primary ? routesFor(model, primary, possible) : []);
    const amongServed = automaticOf(served);
    const automatic = amongServed.length > 0 ? amongServed : automaticOf(routes);
    const isManual = (route: Route): boolean => !automatic.includes(route) && usesPlainHttp(route.baseUrl);
    const manual = routesThatMayHave(model, routes).filter(isManual);
    this.routesForModel = { model, automatic, usable: [...automatic, ...manual] };
    return this.routesForModel;
  }

  /** Returns false if the gateway is a backup and has answered that it does not have the model. */
  private mayServe(route: Route): boolean {
    if (route.baseUrl === this.primary?.baseUrl) return true;
    return !this.unserved.has(route.baseUrl) && !this.network.lacksModel(route.baseUrl, this.modelAt(route).name);
  }

  /** Whether only the workspace names the model. The turn then stays at a gateway that lacks the model. */
  private get isOfWorkspace(): boolean {
    return this.primary?.workspaceModels?.has(this.history.model) === true;
  }

  private get hasSeveral(): boolean {
    return this.usable.length > 1;
  }

  private get others(): readonly Route[] {
    return this.allowed.filter(({ baseUrl }) => baseUrl !== this.current?.baseUrl);
  }

  /** Whether the fault means that a backup gateway does not serve the model: it lacks the model, or needs a key. */
  private isUnservedBy({ kind, row }: Fault): boolean {
    const { current, primary } = this;
    if (!current || current.baseUrl === primary?.baseUrl) return false;
    return unservedKinds.has(kind) || (row === 'noKey' && current.apiKey === undefined);
  }

  private isAllowed(route: Route): boolean {
    return this.isEncryptedEnough(route) && this.mayContinueAt(route);
  }

  private isEncryptedEnough({ baseUrl }: Route): boolean {
    return !this.mustEncrypt || !usesPlainHttp(baseUrl);
  }

  /** A substitute continues the partial answer of another model only if the user allows it. */
  private mayContinueAt(route: Route): boolean {
    const { name, isSubstitute } = this.modelAt(route);
    if (!isSubstitute || !this.history.hasOutput || this.substitutes.has(name)) return true;
    return this.settings().continueWithFallback === 'auto';
  }

  private use(route: Route | undefined, isUsersChoice: boolean): void {
    this.current = route;
    if (!route) return;
    const { name, isSubstitute } = this.modelAt(route);
    if (isSubstitute) this.substitutes.add(name);
    if (isUsersChoice) this.chosenUrl = route.baseUrl;
    if (isEncrypted(route)) this.mustEncrypt = true;
    else if (isUsersChoice && usesPlainHttp(route.baseUrl)) this.mustEncrypt = false;
  }

  private isUp({ baseUrl }: Route): boolean {
    return !this.health.isDown(baseUrl);
  }

  /** Whether a turn on this route would fail without a request, because a known limit lasts longer than a turn waits. */
  private isLimited(route: Route): boolean {
    const { baseUrl, apiKey } = route;
    const scope = { origin: originOf(baseUrl), apiKey, model: this.modelAt(route).name };
    return this.network.cooldownMs(scope) > this.settings().retry.maxHintMs;
  }

  /**
   * Returns the next route in the user's order that is not avoided, starting again with the first route after the last.
   * Prefers routes that are up, and among them routes without a known limit.
   */
  private routeAfter(isAvoided: (route: Route) => boolean, routes: readonly Route[]): Route | undefined {
    const start = routes.findIndex(isAvoided) + 1;
    const others = [...routes.slice(start), ...routes.slice(0, start)].filter((route) => !isAvoided(route));
    const up = others.filter((route) => this.isUp(route));
    return up.find((route) => !this.isLimited(route)) ?? up[0] ?? others[0];
  }

  private announce(from: Route, to: Route, fault?: SwitchReason): void {
    const [fromUrl, toUrl] = [this.distinguishingUrl(from), this.distinguishingUrl(to)];
    this.reason = fault?.kind ?? 'user';
    this.output.emit({
      type: 'route',
      from: originOf(from.baseUrl),
      to: originOf(to.baseUrl),
      ...(fromUrl !== undefined && { fromUrl }),
      ...(toUrl !== undefined && { toUrl }),
      ...(from.name !== undefined && { fromName: from.name }),
      ...(to.name !== undefined && { toName: to.name }),
      reason: this.reason,
      ...(fault?.row !== undefined && { row: fault.row }),
    });
    this.history.recordRouteSwitch();
  }
}

function isEncrypted({ baseUrl }: Pick<Route, 'baseUrl'>): boolean {
  return baseUrl.startsWith('https:');
}
