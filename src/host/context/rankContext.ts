import type { ContextSuggestion } from '../../shared/protocol';

/** A context item that can be suggested. */
export interface ContextCandidate {
  readonly suggestion: ContextSuggestion;
  /**
   * Further search terms that find the item in every display language, e.g. `problems`, the name that the documentation
   * uses.
   */
  readonly keywords: readonly string[];
}

/**
 * Returns the suggestions that match a query, best match first. Suggestions of equal rank stay in the original order.
 * An empty query matches all suggestions. The item that opens VS Code's list of files is always the last one.
 */
export function rankContext(
  query: string,
  candidates: readonly ContextCandidate[],
  limit: number,
): readonly ContextSuggestion[] {
  const ranked = candidates
    .filter(({ suggestion }) => suggestion.kind !== 'pick')
    .map((candidate) => ({
      suggestion: candidate.suggestion,
      rank: query === '' ? 0 : rankCandidate(query, candidate),
    }))
    .filter(({ rank }) => rank < noMatch)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit);
  const pick = candidates.filter(({ suggestion }) => suggestion.kind === 'pick');
  return [...ranked, ...pick].map(({ suggestion }) => suggestion);
}

const noMatch = 6;

/**
 * Returns the rank of a candidate: 0 if the query is its complete name, 1 if the name starts with the query, 2 if a
 * word in the name starts with it, 3 if the name contains it, 4 if the path contains it, 5 if the name contains its
 * letters in order, otherwise 6.
 */
function rankCandidate(query: string, { suggestion: { label, detail }, keywords: words }: ContextCandidate): number {
  const needle = query.toLowerCase();
  return Math.min(...[label, ...words].map((name) => rankName(needle, name)), rankPath(needle, label, detail));
}

function rankName(needle: string, name: string): number {
  const lower = name.toLowerCase();
  if (lower === needle) return 0;
  if (lower.startsWith(needle)) return 1;
  if (wordSuffixes(name).some((word) => word.startsWith(needle))) return 2;
  if (lower.includes(needle)) return 3;
  return containsInOrder(needle, lower) ? 5 : noMatch;
}

function rankPath(needle: string, label: string, detail: string): number {
  return `${detail}/${label}`.toLowerCase().includes(needle) ? 4 : noMatch;
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
