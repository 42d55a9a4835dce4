import type { AttemptRecord } from '../health/attemptRecord';

export interface ModelGroup {
  readonly heading: string;
  readonly models: readonly string[];
}

const maxRecent = 5;

/** Returns the models that were recently used through gateways with these base URLs, most recent first. */
export function recentModels(records: readonly AttemptRecord[], baseUrls: ReadonlySet<string>): readonly string[] {
  const used = records.filter(({ gateway, result }) => baseUrls.has(gateway.id) && result !== 'model');
  const latestFirst = used.toReversed().sort((a, b) => b.at - a.at);
  return [...new Set(latestFirst.map(({ model }) => model))].slice(0, maxRecent);
}

function familyOf(model: string): string {
  return /\p{L}+/u.exec(model)?.[0].toLowerCase() ?? '';
}

interface Grouping {
  readonly models: readonly string[];
  /** Groups before those of the families. */
  readonly leading: readonly ModelGroup[];
  /** Heading for the models that are the only ones of their family. */
  readonly rest: string;
  /** Groups after all others. */
  readonly trailing: readonly ModelGroup[];
}

/**
 * Groups models by their family, which is the first word of their names. A group has no model that an earlier one has,
 * and is not empty.
 */
export function groupModels(
  { models, leading, rest, trailing }: Grouping,
  locale: string | undefined,
): readonly ModelGroup[] {
  const seen = new Set<string>();
  const removeSeen = (group: readonly string[]): readonly string[] => {
    const added = [...new Set(group)].filter((model) => !seen.has(model));
    for (const model of added) seen.add(model);
    return added;
  };
  const withoutSeen = ({ heading, models: group }: ModelGroup): ModelGroup => ({ heading, models: removeSeen(group) });
  const first = leading.map(withoutSeen);
  const { compare } = new Intl.Collator(locale, { numeric: true });
  const byFamily = Map.groupBy(removeSeen(models.toSorted(compare)), familyOf);
  const isFamily = ([name, members]: readonly [string, readonly string[]]): boolean =>
    name !== '' && members.length > 1;
  const families = [...byFamily].filter(isFamily);
  const singles = [...byFamily].filter((family) => !isFamily(family));
  return [
    ...first,
    ...families.map(([heading, members]) => ({ heading, models: members })),
    { heading: rest, models: singles.flatMap(([, members]) => members) },
    ...trailing.map(withoutSeen),
  ].filter((group) => group.models.length > 0);
}
