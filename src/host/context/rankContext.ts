import type { ContextSuggestion } from '../../shared/protocol';

export interface ContextCandidate {
  readonly suggestion: ContextSuggestion;
  /** Other names it is found by, e.g. `problems` in the English of the documentation. */
  readonly keywords: readonly string[];
}

/**
 * Those that match, the best first; at equal rank they stay in the order they came in. Without a query: all of them.
 * The list of VS Code's own is always there, and last.
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

/** Whole name, beginning, beginning of a word in it, within it, within the path, letters in order. */
function rankCandidate(query: string, { suggestion: { label, detail }, keywords: words }: ContextCandidate): number {
  const needle = query.toLowerCase();
  return Math.min(...[label, ...words].map((name) => rankName(needle, name)), rankPath(needle, label, detail));
}

function rankName(wanted: string, name: string): number {
  const lower = name.toLowerCase();
  if (lower === wanted) return 0;
  if (lower.startsWith(wanted)) return 1;
  if (wordSuffixes(name).some((word) => word.startsWith(wanted))) return 2;
  if (lower.includes(wanted)) return 3;
  return containsInOrder(wanted, lower) ? 5 : noMatch;
}

function rankPath(needle: string, label: string, detail: string): number {
  return `${detail}/${label}`.toLowerCase().includes(needle) ? 4 : noMatch;
}

/** Words of `waitCard.test.ts`, each with all that follows it. */
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
