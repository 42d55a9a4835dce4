import type { GatewayRef } from '../events/events';
import type { Currency } from '../events/kinds';
import type { ConnectionError } from '../request';
import { mayReplace, usesPlainHttp } from './baseUrl';

/** An OpenAI-compatible server to which prompts can be sent. The base URL identifies it: objects may be replaced. */
export interface Gateway extends GatewayRef {
  /** The origin to which the key is bound, for instance `https://api.holysheep.ai`. */
  readonly origin: string;
  /** Position in the user's order. 0 is the primary gateway, 1 the first backup. */
  readonly position: number;
  /** The currency of the gateway's bills. */
  readonly currency: Currency;
  /** The names of models at this gateway, by the names that the user knows. `*` stands for every other model. */
  readonly models: ReadonlyMap<string, string>;
  /** Returns whether the user has agreed to send prompts over plain HTTP for models that no gateway over HTTPS has. */
  acceptsPlainHttp(): boolean;
  /** Whether the gateway lists a model by this name, or undefined if its list is unknown. */
  lists(model: string): boolean | undefined;
  /** Reads the key, which another window may have changed. Never rejects. */
  key(): Promise<Key>;
}

export type Key =
  | { readonly type: 'key'; readonly value: string }
  /** If the gateway needs no key, no `Authorization` header is sent. */
  | { readonly type: 'not-needed' | 'missing'; readonly value?: undefined }
  | { readonly type: 'unreadable'; readonly value?: undefined; readonly error: ConnectionError };

/** Returns whether a gateway with a key of this type can be used. */
export function allowsRequests(type: Key['type'] | undefined): boolean {
  return type === 'key' || type === 'not-needed';
}

/** The primary gateway and its backups, in the user's order. */
export type Gateways = readonly [primary: Gateway, ...backups: Gateway[]];

/** The gateways with the keys that they had when an attempt was prepared. */
export interface KeyedGateways {
  /** The first gateway, even if it has no key. */
  readonly primary: Gateway;
  /** The usable gateways in the user's order, each with its key. The key is undefined if the gateway needs none. */
  readonly keys: ReadonlyMap<Gateway, string | undefined>;
}

/**
 * Reads all keys at once, because this delays every attempt.
 * @throws ConnectionError if the key of the primary gateway can't be read: a prompt must not go to another gateway only
 * because the keyring is locked
 */
export async function readKeys(gateways: Gateways): Promise<KeyedGateways> {
  const keys = await Promise.all(gateways.map((gateway) => gateway.key()));
  const usable = new Map<Gateway, string | undefined>();
  for (const [index, gateway] of gateways.entries()) {
    const key = keys[index];
    if (key?.type === 'unreadable' && index === 0) throw key.error;
    if (allowsRequests(key?.type)) usable.set(gateway, key?.value);
  }
  return { primary: gateways[0], keys: usable };
}

/** The key in `Gateway.models` for all models that have no entry of their own. */
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
  const name = gateway.models.get(model);
  if (name !== undefined) return { name, isSubstitute: false };
  const substitute = gateway.models.get(everyOther) ?? model;
  const isListedOnlyHere = gateway.lists(model) === true && primary?.lists(model) === false;
  return substitute === model || isListedOnlyHere
    ? { name: model, isSubstitute: false }
    : { name: substitute, isSubstitute: true };
}

/** A model that the user, or only the workspace, has chosen. The name of a workspace's model decides nothing about gateways. */
export interface ChosenModel {
  readonly model: string;
  readonly isOfWorkspace: boolean;
}

/**
 * Returns the gateways that may answer a prompt for a model without a click of the user. The prompt goes to the first
 * of these gateways that is up. If the primary gateway uses HTTPS, gateways over plain HTTP are left out, unless the
 * user has chosen one for this model. If only a workspace names the model, the model does not change the user's order
 * of the gateways.
 * @param usable the gateways that have a key or need none, without gateways that have answered that they lack the model
 */
export function gatewaysFor(
  { model, isOfWorkspace }: ChosenModel,
  { primary, keys }: KeyedGateways,
  usable: readonly Gateway[] = [...keys.keys()],
): readonly Gateway[] {
  const isEncrypted = usable.filter(({ id }) => mayReplace(primary.id, id));
  if (isOfWorkspace) return isEncrypted;
  const isChosen = (gateway: Gateway): boolean =>
    gateway.models.has(model) || (gateway.acceptsPlainHttp() && isOnlyAt(gateway, model, { primary, keys }));
  const chosen = usable.filter((gateway) => isEncrypted.includes(gateway) || isChosen(gateway));
  const having = gatewaysThatMayHave(model, chosen);
  return having[0] && isEncrypted.includes(having[0])
    ? having.filter((gateway) => isEncrypted.includes(gateway))
    : having;
}

/**
 * Returns the first gateway to which any prompt may go without a click of the user. If there is none, returns the
 * primary gateway, which then needs a key.
 */
export function firstGateway({ primary, keys }: KeyedGateways): Gateway {
  return [...keys.keys()].find(({ id }) => mayReplace(primary.id, id)) ?? primary;
}

/** Returns the gateway that gets the prompts for a model while all gateways are up. The gateway may still need a key. */
export function gatewayFor(model: ChosenModel, gateways: KeyedGateways): Gateway {
  return gatewaysFor(model, gateways)[0] ?? gateways.primary;
}

/**
 * Returns the gateway over plain HTTP that is the only one with the model, if the user has not yet agreed to send
 * prompts there.
 */
export function plainHttpOffer(chosen: ChosenModel, gateways: KeyedGateways): Gateway | undefined {
  if (chosen.isOfWorkspace || gatewaysFor(chosen, gateways).some(isPlain)) return undefined;
  return [...gateways.keys.keys()].find((gateway) => isOnlyAt(gateway, chosen.model, gateways));
}

function isPlain({ id }: Gateway): boolean {
  return usesPlainHttp(id);
}

/** Returns whether a gateway over plain HTTP lists a model that all gateways over HTTPS are known to lack. */
function isOnlyAt(gateway: Gateway, model: string, { primary, keys }: KeyedGateways): boolean {
  const others = [primary, ...keys.keys()].filter((other) => !isPlain(other));
  const isLacking = (other: Gateway): boolean => other.lists(model) === false && !hasModel(other, model);
  return isPlain(gateway) && gateway.lists(model) === true && others.every(isLacking);
}

/**
 * Returns the gateways that may have the model. A gateway whose list lacks it is left out only if another gateway
 * has the model, because a list may lack aliases. A gateway whose list is unknown may have the model, unless the settings
 * name the model at another gateway.
 */
export function gatewaysThatMayHave(model: string, gateways: readonly Gateway[]): readonly Gateway[] {
  const isNamed = gateways.some((gateway) => namesModel(gateway, model));
  const having = gateways.filter((gateway) => hasModel(gateway, model));
  if (having.length === 0) return gateways;
  return gateways.filter((gateway) => having.includes(gateway) || (!isNamed && gateway.lists(model) === undefined));
}

function hasModel(gateway: Gateway, model: string): boolean {
  const { models } = gateway;
  return models.has(model) || models.has(everyOther) || namesModel(gateway, model) || gateway.lists(model) === true;
}

/** Returns whether the settings say that the gateway has a model of this name. */
function namesModel({ models }: Gateway, name: string): boolean {
  return [...models.values()].includes(name);
}
