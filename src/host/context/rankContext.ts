import type { ContextSuggestion } from '../../shared/protocol';

/**
 * Returns the suggestions that match a query, best match first. Suggestions of equal rank stay in the original order.
 * An empty query matches all suggestions.
 */
export function rankContext(
  query: string,
  suggestions: readonly ContextSuggestion[],
  limit: number,
): readonly ContextSuggestion[] {
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
 * Returns the rank of a suggestion: 0 if the query is its complete name, 1 if the name starts with the query, 2 if a
 * word in the name starts with it, 3 if the name contains it, 4 if the path contains it, 5 if the name contains its
 * letters in order, otherwise 6.
 */
function rankSuggestion(needle: string, { kind, label, detail }: ContextSuggestion): number {
  // The kind, e.g. `problems`, finds an item by the name that the documentation uses, in every display language.
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
 * Returns each suffix of a name that starts at a word, in lower case, e.g. `waitcard.test.ts`, `card.test.ts`,
 * `test.ts` and `ts` for `WaitCard.test.ts`.
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
