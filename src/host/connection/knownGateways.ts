import { isHolySheepHost } from '../../engine/gateway/apiKey';
import { hostOf } from '../../engine/gateway/baseUrl';
import gateways from './knownGateways.json';

/** A gateway that *Add Gateway* offers. */
interface KnownGateway {
  readonly name: string;
  /** Name under which its models are known, if it is another one. */
  readonly models?: string;
  /** Normalized. */
  readonly baseUrl: string;
  /** Web page where users create API keys. Local servers need no key. */
  readonly keyPage?: string;
}

export const knownGateways: readonly KnownGateway[] = gateways;

export function knownName(url: string): string | undefined {
  return knownGateways.find(({ baseUrl }) => baseUrl === url)?.name;
}

/** @param host as in `URL.host` */
export function keyPageOf(host: string): string | undefined {
  const isThere = ({ baseUrl }: KnownGateway): boolean =>
    hostOf(baseUrl) === host || (isHolySheepHost(host) && isHolySheepHost(hostOf(baseUrl)));
  return knownGateways.find(isThere)?.keyPage;
}
