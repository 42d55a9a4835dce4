import type { Currency } from '../../engine/events/kinds';
import gateways from './knownGateways.json';

interface KnownGateway {
  readonly name: string;
  /** Name by which users know the models of the gateway, such as Kimi, if it differs from `name`. */
  readonly models?: string;
  /** Base URL of the gateway in normalized form. */
  readonly baseUrl: string;
  /**
   * Domain whose hosts all belong to the gateway. If undefined, only the host of the base URL belongs to the gateway.
   */
  readonly domain?: string;
  /** Web page on which users create API keys. Local servers have no such page, because they need no key. */
  readonly keyPage?: string;
  /** Web page on which users buy credit for the gateway. */
  readonly billingPage?: string;
  /** Prefix of all API keys of the gateway. */
  readonly keyPrefix?: string;
  /** Currency of the gateway's costs, USD by default. HolySheep charges ¥1 for each dollar of a model's list price. */
  readonly currency?: string;
}

/** The known gateways, which *Add Gateway* offers. */
export const knownGateways: readonly KnownGateway[] = gateways;

/**
 * Returns the known gateway (offered by *Add Gateway*) that receives HTTPS requests to a URL, or undefined. The port
 * and the path of the URL are ignored.
 */
export function knownGatewayOf(url: string): KnownGateway | undefined {
  const { protocol, hostname } = URL.parse(url) ?? {};
  if (protocol !== 'https:') return undefined;
  const isOf = (domain: string): boolean => `.${hostname}`.endsWith(`.${domain}`);
  return knownGateways.find(({ baseUrl, domain = new URL(baseUrl).hostname }) => isOf(domain));
}

export function isHolySheep(url: string): boolean {
  return knownGatewayOf(url)?.name === 'HolySheep';
}

export function currencyOf(url: string): Currency {
  return knownGatewayOf(url)?.currency === 'CNY' ? 'CNY' : 'USD';
}

export function knownName(url: string): string | undefined {
  return knownGateways.find(({ baseUrl }) => baseUrl === url)?.name;
}

/**
 * Returns the web page on which users buy credit. For a gateway that *Add Gateway* does not offer, the page is unknown,
 * and the origin of the base URL is returned.
 */
export function billingPage(baseUrl: string): string | undefined {
  const { protocol, origin } = URL.parse(baseUrl) ?? {};
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return knownGatewayOf(baseUrl)?.billingPage ?? origin;
}
