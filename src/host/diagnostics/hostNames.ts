import type { EngineReport } from '../../engine/engine';
import { hostOf, originOf } from '../../engine/gateway/baseUrl';
import type { GatewayRef } from '../../engine/events/events';
import { knownGatewayOf } from '../settings/knownGateways';

/** Returns whether an origin tells nothing about the user: HolySheep's own gateway, or a server on this computer. */
export function isPublicOrigin(origin: string): boolean {
  const { name, baseUrl = '' } = knownGatewayOf(origin) ?? {};
  const isPublic = name === 'HolySheep' && originOf(baseUrl) === origin;
  return isPublic || /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(origin);
}

/** Returns the origins of the requests in the report of the engine, which may no longer be in the settings. */
export function requestedOrigins({ turns, gateways }: EngineReport): readonly string[] {
  const ofTurns = turns.flatMap(({ host, attempts }) => {
    const ofAttempts = attempts.map(({ gateway }) => originOf(gateway.id));
    // The scheme of a turn is unknown unless it made an attempt. A turn without a connection has no host.
    return host === '' || ofAttempts.some((origin) => hostOf(origin) === host) ? ofAttempts : [`https://${host}`];
  });
  return [...new Set([...ofTurns, ...gateways.map(({ id }) => originOf(id))])];
}

/**
 * Returns a function that replaces the origins and host names of gateways in a text with `gateway 1`, `gateway 2` and so on,
 * and those of other requests with `former gateway`. Public origins are not replaced.
 * @param gateways origins of the gateways in the settings, in their order
 * @param requested as returned by {@link requestedOrigins}
 */
export function hostNameHider(gateways: readonly string[], requested: readonly string[]): (text: string) => string {
  const names = new Map<string, string>();
  const add = (origin: string, name: string): void => {
    if (isPublicOrigin(origin)) return;
    for (const text of [origin, hostOf(origin), hostNameOf(origin)]) {
      if (!names.has(text)) names.set(text, name);
    }
  };
  gateways.forEach((origin, index) => add(origin, `gateway ${index + 1}`));
  for (const origin of requested) add(origin, 'former gateway');
  if (names.size === 0) return (text) => text;
  // Looks for longer texts first, because an origin contains its host.
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![\\w-])(?:${longestFirst.map(escapePattern).join('|')})(?![\\w-])`, 'gi');
  return (text) => text.replace(pattern, (found) => names.get(found.toLowerCase()) ?? 'former gateway');
}

/**
 * Returns the name of a gateway in the report, which tells its position instead of its own name.
 * @param gateways the gateways in the settings, in their order
 */
export function positionName({ id }: GatewayRef, gateways: readonly GatewayRef[]): string {
  const index = gateways.findIndex((gateway) => gateway.id === id);
  return index < 0 ? 'former gateway' : `gateway ${index + 1}`;
}

function hostNameOf(origin: string): string {
  return URL.parse(origin)?.hostname ?? origin;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
