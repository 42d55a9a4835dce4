import type { Currency } from '../../engine/events/kinds';
import gateways from './knownGateways.json';

interface KnownGateway {
  readonly name: string;
  /** Name under which its models are known, if it is another one. */
  readonly models?: string;
  /** Normalized. */
  readonly baseUrl: string;
  /** Set if all hosts of this domain belong to the gateway, not only the host of its base URL. */
  readonly domain?: string;
  /** Web page where users create API keys. Local servers need no key. */
  readonly keyPage?: string;
  /** Web page where users buy credit. */
  readonly billingPage?: string;
  /** How all of its keys begin. */
  readonly keyPrefix?: string;
  /** By default, USD. HolySheep bills ¥1 where the list price of the model is $1. */
  readonly currency?: string;
}

/** The gateways that *Add Gateway* offers. */
export const knownGateways: readonly KnownGateway[] = gateways;

/** Returns the gateway to which requests go that are sent to a URL over HTTPS, whatever its port and path. */
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

/** Returns where users buy credit: a known page, or the origin of the gateway if it is a web page. */
export function billingPage(baseUrl: string): string | undefined {
  const { protocol, origin } = URL.parse(baseUrl) ?? {};
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return knownGatewayOf(baseUrl)?.billingPage ?? origin;
}
