import type { GatewayRef } from '../events/events';
import type { Currency } from '../events/kinds';
import type { ConnectionError } from '../request';
import { mayReplace, usesPlainHttp } from './baseUrl';

/**
 * An OpenAI-compatible server to which prompts can be sent. Compare gateways by their base URLs, because two objects
 * can represent the same gateway.
 */
export interface Gateway extends GatewayRef {
  /** The origin to which the gateway's API key is bound, for instance `https://api.holysheep.ai`. */
  readonly origin: string;
  /** Position in the user's order of gateways: 0 for the primary gateway, 1 for the first backup gateway. */
  readonly position: number;
  /** Currency in which the gateway charges for requests. */
  readonly currency: Currency;
  /** Names of models at this gateway, by the names that the user knows. The entry `*` applies to every other model. */
  readonly models: ReadonlyMap<string, string>;
  /** Returns whether the user has agreed to send prompts over plain HTTP for models that no gateway over HTTPS has. */
  acceptsPlainHttp(): boolean;
  /** Returns whether the gateway lists a model of this name, or undefined if its model list is unknown. */
  lists(model: string): boolean | undefined;
  /** Reads the gateway's API key each time, because another window could have changed it. Never rejects. */
  key(): Promise<Key>;
}

export type Key =
  | { readonly type: 'key'; readonly value: string }
  /** `not-needed` means that requests are sent without an `Authorization` header. */
  | { readonly type: 'not-needed' | 'missing'; readonly value?: undefined }
  | { readonly type: 'unreadable'; readonly value?: undefined; readonly error: ConnectionError };

/** Returns whether a gateway can receive requests, because it has an API key or needs none. */
export function allowsRequests(type: Key['type'] | undefined): boolean {
  return type === 'key' || type === 'not-needed';
}

/** The primary gateway and its backup gateways, in the user's order. */
export type Gateways = readonly [primary: Gateway, ...backups: Gateway[]];

/** The gateways, with the API keys that they had when an attempt was prepared. */
export interface KeyedGateways {
  /** The primary gateway, even if it has no API key. */
  readonly primaryGateway: Gateway;
  /**
   * The usable gateways in the user's order, each with its API key. The API key is undefined if the gateway needs none.
   */
  readonly keys: ReadonlyMap<Gateway, string | undefined>;
}

/**
 * Reads the API keys of all gateways in parallel, because every attempt waits for the keys.
 * @throws ConnectionError if the primary gateway's key can't be read: a prompt must not go to another gateway only
 * because the keyring is locked
 */
export async function readKeys(gateways: Gateways): Promise<KeyedGateways> {
  const keys = await Promise.all(gateways.map((gateway) => gateway.key()));
  const keysByGateway = new Map<Gateway, string | undefined>();
  for (const [index, gateway] of gateways.entries()) {
    const key = keys[index];
    if (key?.type === 'unreadable' && index === 0) throw key.error;
    if (allowsRequests(key?.type)) keysByGateway.set(gateway, key?.value);
  }
  return { primaryGateway: gateways[0], keys: keysByGateway };
}

/** The name in `Gateway.models` for all models without an entry of their own. */
export const wildcardModel = '*';

/** The model that a request names. */
export interface SentModel {
  readonly name: string;
  /** Whether the model is a substitute, which the gateway uses in place of the user's model. */
  readonly isSubstitute: boolean;
}

/**
 * Returns the model that a request to a gateway names. If the gateway has a substitute for models without a name in the
 * settings, the substitute is used, except for a model that this gateway lists and the primary gateway lacks: the user
 * must have chosen it from this gateway's list.
 */
export function modelAt(gateway: Gateway, model: string, primaryGateway: Gateway | undefined): SentModel {
  const name = gateway.models.get(model);
  if (name !== undefined) return { name, isSubstitute: false };
  const substitute = gateway.models.get(wildcardModel) ?? model;
  const isListedOnlyHere = gateway.lists(model) === true && primaryGateway?.lists(model) === false;
  return substitute === model || isListedOnlyHere
    ? { name: model, isSubstitute: false }
    : { name: substitute, isSubstitute: true };
}

/**
 * The model for a prompt, and whether only the workspace has chosen it. A workspace must not influence which gateway
 * receives the prompt.
 */
export interface ModelChoice {
  readonly model: string;
  readonly isOfWorkspace: boolean;
}

/**
 * Returns the gateways to which a prompt can be sent without asking the user, in the user's order. If the primary
 * gateway uses HTTPS, a gateway over plain HTTP is returned only if the user has chosen it for this model. A model that
 * only a workspace has chosen has no influence.
 * @param usableGateways the gateways that have a key or need none, without the gateways that have answered that they
 * lack the model
 */
export function gatewaysFor(
  { model, isOfWorkspace }: ModelChoice,
  { primaryGateway, keys }: KeyedGateways,
  usableGateways: readonly Gateway[] = [...keys.keys()],
): readonly Gateway[] {
  const isEncrypted = usableGateways.filter(({ id }) => mayReplace(primaryGateway.id, id));
  if (isOfWorkspace) return isEncrypted;
  const isChosen = (gateway: Gateway): boolean =>
    gateway.models.has(model) || (gateway.acceptsPlainHttp() && isOnlyAt(gateway, model, { primaryGateway, keys }));
  const candidates = usableGateways.filter((gateway) => isEncrypted.includes(gateway) || isChosen(gateway));
  const suitable = gatewaysThatMayHave(model, candidates);
  return suitable[0] && isEncrypted.includes(suitable[0])
    ? suitable.filter((gateway) => isEncrypted.includes(gateway))
    : suitable;
}

/**
 * Returns the first usable gateway to which any prompt can be sent without asking the user. If there is none, returns
 * the primary gateway, although its API key is missing.
 */
export function firstGateway({ primaryGateway, keys }: KeyedGateways): Gateway {
  return [...keys.keys()].find(({ id }) => mayReplace(primaryGateway.id, id)) ?? primaryGateway;
}

/**
 * Returns the gateway that receives the prompts for a model while all gateways are up. This gateway might still need an
 * API key.
 */
export function gatewayFor(model: ModelChoice, gateways: KeyedGateways): Gateway {
  return gatewaysFor(model, gateways)[0] ?? gateways.primaryGateway;
}

/**
 * Returns the gateway to suggest to the user if it is the only gateway with the model but uses plain HTTP. Returns
 * undefined if the user has already agreed to send prompts to it.
 */
export function plainHttpOffer(choice: ModelChoice, gateways: KeyedGateways): Gateway | undefined {
  if (choice.isOfWorkspace || gatewaysFor(choice, gateways).some(isPlain)) return undefined;
  return [...gateways.keys.keys()].find((gateway) => isOnlyAt(gateway, choice.model, gateways));
}

function isPlain({ id }: Gateway): boolean {
  return usesPlainHttp(id);
}

/** Returns whether a gateway over plain HTTP lists a model that all gateways over HTTPS are known to lack. */
function isOnlyAt(gateway: Gateway, model: string, { primaryGateway, keys }: KeyedGateways): boolean {
  const encryptedGateways = [primaryGateway, ...keys.keys()].filter((other) => !isPlain(other));
  const isLacking = (other: Gateway): boolean => other.lists(model) === false && !hasModel(other, model);
  return isPlain(gateway) && gateway.lists(model) === true && encryptedGateways.every(isLacking);
}

/**
 * Returns the gateways that might have the model. If no gateway is known to have the model, returns all gateways,
 * because a model list might lack aliases. If the primary gateway is not among them, returns only the gateways that are
 * not known to lack the model. A gateway with an unknown model list is left out only if the settings name the model at
 * another gateway.
 */
export function gatewaysThatMayHave(model: string, gateways: readonly Gateway[]): readonly Gateway[] {
  const isNamed = gateways.some((gateway) => namesModel(gateway, model));
  const withModel = gateways.filter((gateway) => hasModel(gateway, model));
  if (withModel.length === 0 && gateways.some(({ position }) => position === 0)) return gateways;
  return gateways.filter((gateway) => withModel.includes(gateway) || (!isNamed && gateway.lists(model) === undefined));
}

function hasModel(gateway: Gateway, model: string): boolean {
  const { models } = gateway;
  return models.has(model) || models.has(wildcardModel) || namesModel(gateway, model) || gateway.lists(model) === true;
}

/** Returns whether the settings say that the gateway has a model of this name. */
function namesModel({ models }: Gateway, name: string): boolean {
  return [...models.values()].includes(name);
}
