import { wildcardModel } from '../../engine/gateway/gateway';
import { entryOf, isEntryOf, parseGateway, type GatewayEntry } from './gateways';
import { knownName } from './knownGateways';

/** The settings whose values depend on which gateway is the primary gateway. */
export interface PrimarySettings {
  readonly baseUrl: string;
  readonly backupBaseUrls: readonly unknown[];
  readonly model: string;
  readonly fallbackModels: readonly string[];
}

/**
 * Returns the settings after another gateway becomes the primary gateway. The settings contain the names that models
 * have at the primary gateway. All these names are replaced, so that the same models still answer the user's prompts.
 * @param previous the previous primary gateway, which becomes the first backup, or undefined to remove it
 * @param lists returns whether a gateway lists a model, or undefined if that is unknown
 */
export function withPrimary(
  { backupBaseUrls, model, fallbackModels }: Omit<PrimarySettings, 'baseUrl'>,
  { url, name, models = new Map() }: GatewayEntry,
  previous: GatewayEntry | undefined,
  lists: Lists,
): PrimarySettings {
  const renamed = [...models].filter(([here, there]) => here !== wildcardModel && here !== there);
  const newModel = models.get(model) ?? models.get(wildcardModel) ?? model;
  const otherBackups = backupBaseUrls.filter((entry) => !isEntryOf(entry, url));
  const names = [...invertedNames(renamed, model, newModel)];
  return {
    baseUrl: url,
    backupBaseUrls: [
      ...(previous
        ? [entryOf({ ...previous, models: new Map(names.filter(([, name]) => lists(previous.url, name) !== false)) })]
        : []),
      ...otherBackups.map((entry) => withRenamedModels(entry, renamed, lists)),
      ...entriesOfPrimary({ url, name }),
    ],
    model: newModel,
    fallbackModels: fallbackModels.map((fallback) => models.get(fallback) ?? fallback),
  };
}

/**
 * Returns the entry of `holysheep.backupBaseUrls` that contains the primary gateway's name. Returns no entry if the
 * gateway has no name or its known name.
 */
export function entriesOfPrimary({ url, name }: GatewayEntry): readonly unknown[] {
  return name === undefined || name === knownName(url) ? [] : [entryOf({ url, name })];
}

export type Lists = (baseUrl: string, model: string) => boolean | undefined;

type Renamed = readonly (readonly [here: string, there: string])[];

/**
 * Returns the names that models have at the previous primary gateway, keyed by their names at the new primary gateway.
 * If several previous names have the same new name, the name of the selected model is used, and otherwise the first
 * name.
 */
function invertedNames(renamed: Renamed, model: string, newModel: string): ReadonlyMap<string, string> {
  const inverted = new Map(renamed.toReversed().map(([here, there]) => [there, here]));
  if (newModel === model) return inverted;
  // The new primary gateway might replace the selected model with a substitute model (its `*` entry). The substitute's
  // name at the previous gateway is unknown, so that gateway gets a `*` entry with the model that was selected before.
  const isSameModel = renamed.some(([here]) => here === model);
  return inverted.set(isSameModel ? newModel : wildcardModel, model);
}

function withRenamedModels(entry: unknown, renamed: Renamed, lists: Lists): unknown {
  const gateway = parseGateway(entry);
  if (typeof gateway === 'string' || renamed.length === 0) return entry;
  const models = new Map(gateway.models);
  for (const [here, there] of renamed) {
    const isReplaced = models.has(wildcardModel) || lists(gateway.url, here) === false;
    const name = gateway.models?.get(here) ?? (isReplaced ? undefined : here);
    models.delete(here);
    if (name !== undefined && name !== there) models.set(there, name);
  }
  return entryOf({ ...gateway, models });
}
