import type { Gateway, Gateways, Key } from '../../src/engine/gateway/gateway';

/** A gateway as tests describe it. */
export interface DescribedGateway {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly name?: string;
  readonly models?: Gateway['models'];
  readonly lists?: Gateway['lists'];
  readonly acceptsPlainHttp?: boolean;
  readonly currency?: Gateway['currency'];
}

/** @param whenMissing the key of a gateway without an API key */
export function gatewayFrom(
  {
    baseUrl,
    apiKey,
    name,
    models = new Map(),
    lists = () => undefined,
    acceptsPlainHttp = false,
    currency = 'USD',
  }: DescribedGateway,
  whenMissing: 'missing' | 'not-needed' = 'not-needed',
  position = 0,
): Gateway {
  const key: Key = apiKey === undefined ? { type: whenMissing } : { type: 'key', value: apiKey };
  const { origin, host } = URL.canParse(baseUrl) ? new URL(baseUrl) : { origin: baseUrl, host: baseUrl };
  return {
    id: baseUrl,
    label: name ?? host,
    origin,
    position,
    currency,
    models,
    acceptsPlainHttp: () => acceptsPlainHttp,
    lists,
    key: () => Promise.resolve(key),
  };
}

/** A primary gateway and its backups as tests describe them. */
export interface DescribedGateways extends DescribedGateway {
  readonly backups?: readonly DescribedGateway[];
  /** Whether the primary gateway needs no key. Backups without a key need none. */
  readonly isKeyless?: boolean | undefined;
}

export function gatewaysFrom({ backups = [], isKeyless, ...primary }: DescribedGateways): Gateways {
  return [
    gatewayFrom(primary, isKeyless ? 'not-needed' : 'missing'),
    ...backups.map((backup, index) => gatewayFrom(backup, 'not-needed', index + 1)),
  ];
}
