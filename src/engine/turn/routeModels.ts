import { mayReplace, usesPlainHttp } from '../gateway/baseUrl';
import { canSendRequests, type Connection, type Route } from '../request';

/** Stands for every other model in the names of a gateway, see `Route.models`. */
export const everyOther = '*';

/** A model as a request names it. */
export interface SentModel {
  readonly name: string;
  /** Whether the gateway uses this model in place of the one that the user chose. */
  readonly isSubstitute: boolean;
}

/**
 * Returns the model that is sent over a route. A model that the gateway lists and the primary gateway lacks was chosen
 * from the list of this gateway, so no other model takes its place.
 */
export function modelAt(route: Route, model: string, primary: Route | undefined): SentModel {
  const name = route.models?.get(model);
  if (name !== undefined) return { name, isSubstitute: false };
  const substitute = route.models?.get(everyOther) ?? model;
  const isListedOnlyHere = route.lists?.(model) === true && primary?.lists?.(model) === false;
  return substitute === model || isListedOnlyHere
    ? { name: model, isSubstitute: false }
    : { name: substitute, isSubstitute: true };
}

/** A connection whose gateways may have more properties than the engine needs. */
export type ConnectionOf<R extends Route> = R &
  Omit<Connection, 'backups'> & { readonly backups?: readonly R[] | undefined };

/** Returns the gateways that have a key or need none, in the user's order. */
export function routesOf<R extends Route>(connection: ConnectionOf<R>): readonly R[] {
  const { backups = [] } = connection;
  return canSendRequests(connection) ? [connection, ...backups] : backups;
}

/**
 * Returns the gateways that may answer a prompt for a model without a click of the user. The prompt goes to the first
 * of these gateways that is up. If the primary gateway uses HTTPS, gateways over plain HTTP are left out, unless the
 * user has chosen one for this model. If only a workspace names the model, the model does not change the user's order
 * of the gateways.
 * @param routes the gateways that have a key or need none, without gateways that have answered that they lack the model
 */
export function routesFor<R extends Route>(
  model: string,
  connection: ConnectionOf<R>,
  routes: readonly R[] = routesOf(connection),
): readonly R[] {
  const isEncrypted = routes.filter(({ baseUrl }) => mayReplace(connection.baseUrl, baseUrl));
  if (connection.workspaceModels?.has(model)) return isEncrypted;
  const chosen = routes.filter((route) => isEncrypted.includes(route) || isChosen(route, model, connection));
  const having = routesThatMayHave(model, chosen);
  return having[0] && isEncrypted.includes(having[0]) ? having.filter((route) => isEncrypted.includes(route)) : having;
}

/**
 * Returns the first gateway to which any prompt may go without a click of the user. If there is none, returns the
 * primary gateway, which then needs a key.
 */
export function firstGateway<R extends Route>(connection: ConnectionOf<R>): R {
  return routesOf(connection).find(({ baseUrl }) => mayReplace(connection.baseUrl, baseUrl)) ?? connection;
}

/** Returns the gateway that gets the prompts for a model while all gateways are up. The gateway may still need a key. */
export function gatewayFor<R extends Route>(model: string, connection: ConnectionOf<R>): R {
  return routesFor(model, connection)[0] ?? connection;
}

/**
 * Returns the gateway over plain HTTP that is the only one with the model, if the user has not yet agreed to send
 * prompts there.
 */
export function plainHttpOffer<R extends Route>(model: string, connection: ConnectionOf<R>): R | undefined {
  if (connection.workspaceModels?.has(model) || routesFor(model, connection).some(isPlain)) return undefined;
  return routesOf(connection).find((route) => isOnlyAt(route, model, connection));
}

function isPlain({ baseUrl }: Route): boolean {
  return usesPlainHttp(baseUrl);
}

/** Returns whether the user has chosen a gateway over plain HTTP for the model. */
function isChosen(route: Route, model: string, connection: Connection): boolean {
  return route.models?.has(model) === true || (route.acceptsPlainHttp === true && isOnlyAt(route, model, connection));
}

/** Returns whether a gateway over plain HTTP lists a model that all gateways over HTTPS are known to lack. */
function isOnlyAt(route: Route, model: string, { backups = [], ...primary }: Connection): boolean {
  const others = [primary, ...backups].filter((other) => !isPlain(other));
  const isLacking = (other: Route): boolean => other.lists?.(model) === false && !hasModel(other, model);
  return isPlain(route) && route.lists?.(model) === true && others.every(isLacking);
}

/**
 * Returns the routes whose gateways may have the model. A gateway whose list lacks it is left out only if another gateway
 * has the model, because a list may lack aliases. A gateway whose list is unknown may have the model, unless the settings
 * name the model at another gateway.
 */
export function routesThatMayHave<R extends Route>(model: string, routes: readonly R[]): readonly R[] {
  const isNamed = routes.some((route) => namesModel(route, model));
  const having = routes.filter((route) => hasModel(route, model));
  if (having.length === 0) return routes;
  return routes.filter((route) => having.includes(route) || (!isNamed && route.lists?.(model) === undefined));
}

function hasModel(route: Route, model: string): boolean {
  const { models, lists } = route;
  return models?.has(model) || models?.has(everyOther) || namesModel(route, model) || lists?.(model) === true;
}

/** Returns whether the settings say that the gateway has a model of this name. */
function namesModel({ models }: Route, name: string): boolean {
  return models !== undefined && [...models.values()].includes(name);
}
