import { wildcardModel } from '../../engine/gateway/gateway';
import { entryOf, isEntryOf, parseGateway, type GatewayEntry } from './gateways';

/** The settings whose values depend on which gateway is the primary gateway. */
export interface PrimarySettings {
  readonly baseUrl: string;
  readonly backupBaseUrls: readonly unknown[];
  readonly model: string;
  readonly fallbackModels: readonly string[];
}

/**
 * Returns the settings after another gateway becomes the primary gateway. The user's prompts are still answered by the
 * same models. The settings refer to models by their names at the primary gateway, so all model names are replaced by
 * the names at the new primary gateway.
 * @param previous the previous primary gateway, which becomes the first backup, or undefined to remove it
 */
export function withPrimary(
  { backupBaseUrls, model, fallbackModels }: Omit<PrimarySettings, 'baseUrl'>,
  { url, models = new Map() }: GatewayEntry,
  previous: GatewayEntry | undefined,
): PrimarySettings {
  const renamed = [...models].filter(([here, there]) => here !== wildcardModel && here !== there);
  const newModel = models.get(model) ?? models.get(wildcardModel) ?? model;
  const otherBackups = backupBaseUrls.filter((entry) => !isEntryOf(entry, url));
  const first = previous && entryOf({ ...previous, models: invertedNames(renamed, model, newModel) });
  return {
    baseUrl: url,
    backupBaseUrls: [
      ...(first === undefined ? [] : [first]),
      ...otherBackups.map((entry) => withRenamedModels(entry, renamed)),
    ],
    model: newModel,
    fallbackModels: fallbackModels.map((fallback) => models.get(fallback) ?? fallback),
  };
}

type Renamed = readonly (readonly [here: string, there: string])[];

/**
 * Returns the names that the models have at the previous primary gateway, keyed by their names at the new primary
 * gateway. If several previous names map to the same new name, the name of the selected model is used, or else the
 * first name.
 */
function invertedNames(renamed: Renamed, model: string, newModel: string): ReadonlyMap<string, string> {
  const inverted = new Map(renamed.toReversed().map(([here, there]) => [there, here]));
  if (newModel === model) return inverted;
  // If the new primary gateway replaced the selected model by a substitute (its `*` entry), the name of the substitute
  // at the previous gateway is unknown. The previous gateway then gets a `*` entry with the model that was selected
  // before.
  const isSameModel = renamed.some(([here]) => here === model);
  return inverted.set(isSameModel ? newModel : wildcardModel, model);
}

function withRenamedModels(entry: unknown, renamed: Renamed): unknown {
  const gateway = parseGateway(entry);
  if (typeof gateway === 'string' || renamed.length === 0) return entry;
  const models = new Map(gateway.models);
  for (const [here, there] of renamed) {
    const name = nameAt(gateway, here);
    models.delete(here);
    if (name !== undefined && name !== there) models.set(there, name);
  }
  return entryOf({ ...gateway, models });
}

/** Returns the name of a model at a gateway, or undefined if the gateway answers with a substitute model. */
function nameAt({ models }: GatewayEntry, model: string): string | undefined {
  return models?.get(model) ?? (models?.has(wildcardModel) ? undefined : model);
}
