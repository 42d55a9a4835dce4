import type { GatewayRef } from '../../src/engine/events/events';

/** Returns the gateway with this base URL, labelled with its host. */
export function refOf(baseUrl: string): GatewayRef {
  return { id: baseUrl, label: URL.parse(baseUrl)?.host ?? baseUrl };
}
