import { everyOther } from '../../engine/gateway/gateway';
import { entryOf, isEntryOf, readGateway, type GatewayEntry } from './gateways';

/** The settings that depend on which gateway is the primary one. */
export interface PrimarySettings {
  readonly baseUrl: string;
  readonly backupBaseUrls: readonly unknown[];
  readonly model: string;
  readonly fallbackModels: readonly string[];
}

/**
 * Returns the settings with another gateway as the primary one, so that the same models answer as before. The settings
 * contain the names that models have at the primary gateway, so its own names replace the previous ones everywhere.
 * @param previous the primary gateway so far, which becomes the first backup; undefined to leave it out
 */
export function withPrimary(
  { backupBaseUrls, model, fallbackModels }: Omit<PrimarySettings, 'baseUrl'>,
  { url, models = new Map() }: GatewayEntry,
  previous: GatewayEntry | undefined,
): PrimarySettings {
  const renamed = [...models].filter(([here, there]) => here !== everyOther && here !== there);
  const newModel = models.get(model) ?? models.get(everyOther) ?? model;
  const others = backupBaseUrls.filter((entry) => !isEntryOf(entry, url));
  const first = previous && entryOf({ ...previous, models: invertedNames(renamed, model, newModel) });
  return {
    baseUrl: url,
    backupBaseUrls: [
      ...(first === undefined ? [] : [first]),
      ...others.map((entry) => withRenamedModels(entry, renamed)),
    ],
    model: newModel,
    fallbackModels: fallbackModels.map((fallback) => models.get(fallback) ?? fallback),
  };
}

type Renamed = readonly (readonly [here: string, there: string])[];

/** If several names stand for the same model, the first one is kept, or the one of the selected model. */
function invertedNames(renamed: Renamed, model: string, newModel: string): ReadonlyMap<string, string> {
  const inverted = new Map(renamed.toReversed().map(([here, there]) => [there, here]));
  if (newModel === model) return inverted;
  // The model that stood for every other one has no name of its own at the previous gateway.
  const isSameModel = renamed.some(([here]) => here === model);
  return inverted.set(isSameModel ? newModel : everyOther, model);
}

function withRenamedModels(entry: unknown, renamed: Renamed): unknown {
  const gateway = readGateway(entry);
  if (typeof gateway === 'string' || renamed.length === 0) return entry;
  const models = new Map(gateway.models);
  for (const [here, there] of renamed) {
    const name = nameAt(gateway, here);
    models.delete(here);
    if (name !== undefined && name !== there) models.set(there, name);
  }
  return entryOf({ ...gateway, models });
}

/** Returns undefined if the gateway has another model in place of this one. */
function nameAt({ models }: GatewayEntry, model: string): string | undefined {
  return models?.get(model) ?? (models?.has(everyOther) ? undefined : model);
}
