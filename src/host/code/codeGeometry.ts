/** A position in a document, counted from zero as in the editor. */
export interface Point {
  readonly line: number;
  readonly character: number;
}

/** A range of a document. */
export interface Span {
  readonly start: Point;
  /** End of the range: the first position after it. */
  readonly end: Point;
}

/** A symbol that a language server reports, for example a function, a class or a variable. */
export interface CodeSymbol {
  readonly span: Span;
  /** Whether the symbol is a function, method, constructor or class, about which a prompt can be asked. */
  readonly isUnit: boolean;
  readonly children: readonly CodeSymbol[];
}

/** Returns the smallest function, method or class around a point. The symbols may be a tree or a flat list. */
export function innermostSpan(symbols: readonly CodeSymbol[], point: Point): Span | undefined {
  let best: Span | undefined;
  for (const symbol of symbols) {
    const inner =
      innermostSpan(symbol.children, point) ??
      (symbol.isUnit && contains(symbol.span, point) ? symbol.span : undefined);
    if (inner && (!best || encloses(best, inner))) best = inner;
  }
  return best;
}

/**
 * Returns the first and the last line of a range, counted from 1. If a range of several lines ends at the start of a
 * line, this line is not included.
 */
export function lineRange({ start, end }: Span): { readonly first: number; readonly last: number } {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return { first: start.line + 1, last: last + 1 };
}

/** Returns a label for a range of a file, such as `src/app.ts:10-24`, or `src/app.ts:10` for a single line. */
export function spanLabel(path: string, span: Span): string {
  const { first, last } = lineRange(span);
  return first === last ? `${path}:${first}` : `${path}:${first}-${last}`;
}

function contains({ start, end }: Span, point: Point): boolean {
  return !isBefore(point, start) && !isBefore(end, point);
}

function encloses(outer: Span, inner: Span): boolean {
  return !isBefore(inner.start, outer.start) && !isBefore(outer.end, inner.end);
}

function isBefore(a: Point, b: Point): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
