import type { ComposerSuggestion } from '../../shared/protocol';

/**
 * Returns the suggested context items that match a query, best match first. Items of equal rank keep their order. An
 * empty query matches all items.
 */
export function rankContext(
  query: string,
  suggestions: readonly ComposerSuggestion[],
  limit: number,
): readonly ComposerSuggestion[] {
  const needle = query.toLowerCase();
  return suggestions
    .filter(({ unavailable }) => query === '' || !unavailable)
    .map((suggestion) => ({ suggestion, rank: query === '' ? 0 : rankSuggestion(needle, suggestion) }))
    .filter(({ rank }) => rank < noMatch)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ suggestion }) => suggestion);
}

const noMatch = 6;

/**
 * Returns the rank of a suggested context item for a query. 0: the query is the complete name. 1: the name starts with
 * the query. 2: a word in the name starts with the query. 3: the name contains the query. 4: the path contains the
 * query. 5: the name contains the letters of the query in order. 6: no match.
 */
function rankSuggestion(needle: string, { kind, label, detail }: ComposerSuggestion): number {
  // The query is also compared with the item's kind, such as `problems`. So users of every display language can type
  // the English name that the documentation uses.
  const names = [label, ...(kind === 'file' ? [] : [kind, detail])];
  const pathRank = `${detail}/${label}`.toLowerCase().includes(needle) ? 4 : noMatch;
  return Math.min(...names.map((name) => rankName(needle, name)), pathRank);
}

function rankName(needle: string, name: string): number {
  const lower = name.toLowerCase();
  if (lower === needle) return 0;
  if (lower.startsWith(needle)) return 1;
  if (wordSuffixes(name).some((word) => word.startsWith(needle))) return 2;
  if (lower.includes(needle)) return 3;
  return containsInOrder(needle, lower) ? 5 : noMatch;
}

/**
 * Returns the suffixes of a name that start at the beginning of a word, in lower case. For `WaitCard.test.ts`, they are
 * `waitcard.test.ts`, `card.test.ts`, `test.ts` and `ts`.
 */
function wordSuffixes(name: string): readonly string[] {
  const starts = name.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]|(?<=\p{Ll})\p{Lu}/gu);
  return [...starts].map(({ index }) => name.slice(index).toLowerCase());
}

function containsInOrder(needle: string, name: string): boolean {
  let from = 0;
  for (const letter of needle) {
    const index = name.indexOf(letter, from);
    if (index < 0) return false;
    from = index + letter.length;
  }
  return true;
}
