import { mayReplace, usesPlainHttp } from '../gateway/baseUrl';
import { canSendRequests, type Connection, type Gateway } from '../request';

/** Stands for every other model in the names of a gateway, see `Gateway.models`. */
export const everyOther = '*';

/** A model as a request names it. */
export interface SentModel {
  readonly name: string;
  /** Whether the gateway uses this model in place of the one that the user chose. */
  readonly isSubstitute: boolean;
}

/**
 * Returns the model that is sent through a gateway. A model that the gateway lists and the primary gateway lacks was chosen
 * from the list of this gateway, so no other model takes its place.
 */
export function modelAt(gateway: Gateway, model: string, primary: Gateway | undefined): SentModel {
  const name = gateway.models?.get(model);
  if (name !== undefined) return { name, isSubstitute: false };
  const substitute = gateway.models?.get(everyOther) ?? model;
  const isListedOnlyHere = gateway.lists?.(model) === true && primary?.lists?.(model) === false;
  return substitute === model || isListedOnlyHere
    ? { name: model, isSubstitute: false }
    : { name: substitute, isSubstitute: true };
}

/** A connection whose gateways may have more properties than the engine needs. */
export type ConnectionOf<R extends Gateway> = R &
  Omit<Connection, 'backups'> & { readonly backups?: readonly R[] | undefined };

/** Returns the gateways that have a key or need none, in the user's order. */
export function gatewaysOf<R extends Gateway>(connection: ConnectionOf<R>): readonly R[] {
  const { backups = [] } = connection;
  return canSendRequests(connection) ? [connection, ...backups] : backups;
}

/**
 * Returns the gateways that may answer a prompt for a model without a click of the user. The prompt goes to the first
 * of these gateways that is up. If the primary gateway uses HTTPS, gateways over plain HTTP are left out, unless the
 * user has chosen one for this model. If only a workspace names the model, the model does not change the user's order
 * of the gateways.
 * @param gateways the gateways that have a key or need none, without gateways that have answered that they lack the model
 */
export function gatewaysFor<R extends Gateway>(
  model: string,
  connection: ConnectionOf<R>,
  gateways: readonly R[] = gatewaysOf(connection),
): readonly R[] {
  const isEncrypted = gateways.filter(({ baseUrl }) => mayReplace(connection.baseUrl, baseUrl));
  if (connection.workspaceModels?.has(model)) return isEncrypted;
  const chosen = gateways.filter((gateway) => isEncrypted.includes(gateway) || isChosen(gateway, model, connection));
  const having = gatewaysThatMayHave(model, chosen);
  return having[0] && isEncrypted.includes(having[0])
    ? having.filter((gateway) => isEncrypted.includes(gateway))
    : having;
}

/**
 * Returns the first gateway to which any prompt may go without a click of the user. If there is none, returns the
 * primary gateway, which then needs a key.
 */
export function firstGateway<R extends Gateway>(connection: ConnectionOf<R>): R {
  return gatewaysOf(connection).find(({ baseUrl }) => mayReplace(connection.baseUrl, baseUrl)) ?? connection;
}

/** Returns the gateway that gets the prompts for a model while all gateways are up. The gateway may still need a key. */
export function gatewayFor<R extends Gateway>(model: string, connection: ConnectionOf<R>): R {
  return gatewaysFor(model, connection)[0] ?? connection;
}

/**
 * Returns the gateway over plain HTTP that is the only one with the model, if the user has not yet agreed to send
 * prompts there.
 */
export function plainHttpOffer<R extends Gateway>(model: string, connection: ConnectionOf<R>): R | undefined {
  if (connection.workspaceModels?.has(model) || gatewaysFor(model, connection).some(isPlain)) return undefined;
  return gatewaysOf(connection).find((gateway) => isOnlyAt(gateway, model, connection));
}

function isPlain({ baseUrl }: Gateway): boolean {
  return usesPlainHttp(baseUrl);
}

/** Returns whether the user has chosen a gateway over plain HTTP for the model. */
function isChosen(gateway: Gateway, model: string, connection: Connection): boolean {
  return (
    gateway.models?.has(model) === true || (gateway.acceptsPlainHttp === true && isOnlyAt(gateway, model, connection))
  );
}

/** Returns whether a gateway over plain HTTP lists a model that all gateways over HTTPS are known to lack. */
function isOnlyAt(gateway: Gateway, model: string, { backups = [], ...primary }: Connection): boolean {
  const others = [primary, ...backups].filter((other) => !isPlain(other));
  const isLacking = (other: Gateway): boolean => other.lists?.(model) === false && !hasModel(other, model);
  return isPlain(gateway) && gateway.lists?.(model) === true && others.every(isLacking);
}

/**
 * Returns the gateways that may have the model. A gateway whose list lacks it is left out only if another gateway
 * has the model, because a list may lack aliases. A gateway whose list is unknown may have the model, unless the settings
 * name the model at another gateway.
 */
export function gatewaysThatMayHave<R extends Gateway>(model: string, gateways: readonly R[]): readonly R[] {
  const isNamed = gateways.some((gateway) => namesModel(gateway, model));
  const having = gateways.filter((gateway) => hasModel(gateway, model));
  if (having.length === 0) return gateways;
  return gateways.filter((gateway) => having.includes(gateway) || (!isNamed && gateway.lists?.(model) === undefined));
}

function hasModel(gateway: Gateway, model: string): boolean {
  const { models, lists } = gateway;
  return models?.has(model) || models?.has(everyOther) || namesModel(gateway, model) || lists?.(model) === true;
}

/** Returns whether the settings say that the gateway has a model of this name. */
function namesModel({ models }: Gateway, name: string): boolean {
  return models !== undefined && [...models.values()].includes(name);
}
