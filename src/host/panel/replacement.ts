/** A code block as the replacement of a selection: with a final line break where the selection has one, else without. */
export function fitReplacement(original: string, replacement: string): string {
  const body = replacement.replace(/(\r?\n)+$/, '');
  return original.endsWith('\n') ? `${body}\n` : body;
}
