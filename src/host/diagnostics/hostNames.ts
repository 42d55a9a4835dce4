import type { EngineReport } from '../../engine/engine';
import { hostOf, originOf } from '../../engine/gateway/baseUrl';
import type { GatewayRef } from '../../engine/events/events';
import { knownGatewayOf } from '../settings/knownGateways';

/**
 * Returns whether an origin reveals nothing about the user. This is true for HolySheep's own gateway and for servers on
 * this computer.
 */
export function isPublicOrigin(origin: string): boolean {
  const { name, baseUrl = '' } = knownGatewayOf(origin) ?? {};
  const isPublic = name === 'HolySheep' && originOf(baseUrl) === origin;
  return isPublic || /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(origin);
}

/** Returns the origins of all requests in the engine's report. The settings might no longer contain these origins. */
export function requestedOrigins({ turns, gateways }: EngineReport): readonly string[] {
  const ofTurns = turns.flatMap(({ host, attempts }) => {
    const ofAttempts = attempts.map(({ gateway }) => originOf(gateway.id));
    // If a turn made no attempt at its first gateway, only the host name of that gateway is known. HTTPS is then
    // assumed. The host name is empty if no gateway could be used.
    const isKnown = host === '' || ofAttempts.some((origin) => hostOf(origin) === host);
    return isKnown ? ofAttempts : [...ofAttempts, `https://${host}`];
  });
  return [...new Set([...ofTurns, ...gateways.map(({ id }) => originOf(id))])];
}

/**
 * Returns a function that hides private host names in a text. Host names of the gateways in the settings become
 * `gateway 1`, `gateway 2` and so on. Host names of other requests become `former gateway`. Public origins are kept.
 * @param gateways origins of the gateways, in the order of the settings
 * @param requested origins of all requests, see {@link requestedOrigins}
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
  // Longer texts, such as origins, take precedence. Otherwise, only the host name within an origin would be replaced.
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![\\w-])(?:${longestFirst.map(escapePattern).join('|')})(?![\\w-])`, 'gi');
  return (text) => text.replace(pattern, (found) => names.get(found.toLowerCase()) ?? 'former gateway');
}

/**
 * Returns the name of a gateway in the diagnostics report, such as `gateway 1`. The gateway's position in the settings
 * is used, because the gateway's real name can be private.
 * @param gateways the gateways, in the order of the settings
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
