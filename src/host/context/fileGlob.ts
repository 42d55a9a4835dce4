/** Files whose path has `query` in it, in any case. */
export function fileGlob(query: string): string {
  const parts = query.split(/[\\/]+/);
  const name = parts.pop() ?? '';
  const folders = parts.map((part) => `*${anyCase(part)}*/`).join('');
  return `**/${folders}${name ? `*${anyCase(name)}*` : '*'}`;
}

/** Patterns of a setting such as `files.exclude` that are on. */
export function excludedPatterns(setting: unknown): readonly string[] {
  if (typeof setting !== 'object' || setting === null) return [];
  // Groups can't be nested, and a condition on siblings can't be said in one pattern.
  return Object.entries(setting)
    .filter(([pattern, on]) => on === true && !/[{},]/.test(pattern))
    .map(([pattern]) => pattern);
}

function anyCase(text: string): string {
  return Array.from(text, (letter) => {
    const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()];
    if (lower !== upper && lower.length === 1 && upper.length === 1) return `[${lower}${upper}]`;
    // What means something in a pattern stands for any one character.
    return /[*?[\]{}!,^]/.test(letter) ? '?' : letter;
  }).join('');
}
