import type { EngineReport } from '../../engine/engine';
import { hostOf, originOf, type BaseUrl } from '../../engine/gateway/baseUrl';
import type { GatewayRef } from '../../engine/events/events';
import { knownGatewayOf } from '../settings/knownGateways';
import type { LedgerEntry } from '../../engine/state/ledger';

/** Returns whether an origin tells nothing about the user: HolySheep's own gateway, or a server on this computer. */
export function isPublicOrigin(origin: string): boolean {
  const { name, baseUrl = '' } = knownGatewayOf(origin) ?? {};
  const isPublic = name === 'HolySheep' && originOf(baseUrl) === origin;
  return isPublic || /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(origin);
}

/** Returns the origins of the requests in the report of the engine, which may no longer be in the settings. */
export function requestedOrigins({ turns, network }: EngineReport): readonly string[] {
  const ofTurns = turns.flatMap(({ host, attempts }) => {
    const ofAttempts = attempts.map(({ gateway }) => originOf(gateway.id));
    // The scheme of a turn is unknown unless it made an attempt. A turn without a connection has no host.
    return host === '' || ofAttempts.some((origin) => hostOf(origin) === host) ? ofAttempts : [`https://${host}`];
  });
  const ofNetwork = [...network.budgets, ...network.gates].map(({ origin }) => origin);
  return [...new Set([...ofTurns, ...ofNetwork, ...network.gatewaysDown.map(originOf)])];
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
 * Returns the report with the name of each gateway replaced by its position.
 * @param gateways the gateways in the settings, in their order
 */
export function withoutGatewayNames(report: EngineReport, gateways: readonly BaseUrl[]): EngineReport {
  const positionOf = ({ gateway: { id } }: LedgerEntry): GatewayRef => {
    const index = gateways.findIndex(({ url }) => url === id);
    return { id, label: index < 0 ? 'former gateway' : `gateway ${index + 1}` };
  };
  const turns = report.turns.map((turn) => ({
    ...turn,
    attempts: turn.attempts.map((attempt) => ({ ...attempt, gateway: positionOf(attempt) })),
  }));
  // The path of a base URL may contain a secret.
  const network = { ...report.network, gatewaysDown: report.network.gatewaysDown.map(originOf) };
  return { turns, network };
}

function hostNameOf(origin: string): string {
  return URL.parse(origin)?.hostname ?? origin;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
