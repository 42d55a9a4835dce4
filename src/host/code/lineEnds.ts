const anyLineEnd = /\r\n|\r|\n/g;

/** The same text with one kind of line end throughout, as an editor's documents have it. */
export function withLineEnds(text: string, lineEnd: '\n' | '\r\n'): string {
  return text.replace(anyLineEnd, lineEnd);
}

export function linesOf(text: string): readonly string[] {
  return text.split(anyLineEnd);
}
