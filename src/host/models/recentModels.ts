import type { AttemptRecord } from '../health/attemptRecord';

const maxRecent = 5;

/** Returns the models that were recently used through the gateways with these base URLs, most recent first. */
export function recentModels(records: readonly AttemptRecord[], baseUrls: ReadonlySet<string>): readonly string[] {
  const used = records.filter(({ gateway, result }) => baseUrls.has(gateway.id) && result !== 'model');
  const latestFirst = used.toReversed().sort((a, b) => b.at - a.at);
  return [...new Set(latestFirst.map(({ model }) => model))].slice(0, maxRecent);
}
