/** Zero-based, as in the editor. */
export interface Point {
  readonly line: number;
  readonly character: number;
}

export interface Span {
  readonly start: Point;
  /** Exclusive. */
  readonly end: Point;
}

/** A function, method, constructor, class or anything else that a language knows by name. */
export interface CodeSymbol {
  readonly span: Span;
  /** Worth working on as a whole. */
  readonly isUnit: boolean;
  readonly children: readonly CodeSymbol[];
}

/** The smallest symbol worth working on around a point. Flat lists, which some languages give, work as well. */
export function innermostSpan(symbols: readonly CodeSymbol[], at: Point): Span | undefined {
  let best: Span | undefined;
  for (const symbol of symbols) {
    const inner =
      innermostSpan(symbol.children, at) ?? (symbol.isUnit && contains(symbol.span, at) ? symbol.span : undefined);
    if (inner && (!best || encloses(best, inner))) best = inner;
  }
  return best;
}

/** Lines as people count them: a selection that ends before the first character of a line does not have that line. */
export function lineRange({ start, end }: Span): { readonly first: number; readonly last: number } {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return { first: start.line + 1, last: last + 1 };
}

/** e.g. `src/app.ts:10-24`, or `src/app.ts:10` for a single line. */
export function spanLabel(path: string, span: Span): string {
  const { first, last } = lineRange(span);
  return first === last ? `${path}:${first}` : `${path}:${first}-${last}`;
}

function contains({ start, end }: Span, at: Point): boolean {
  return !isBefore(at, start) && !isBefore(end, at);
}

function encloses(outer: Span, inner: Span): boolean {
  return !isBefore(inner.start, outer.start) && !isBefore(outer.end, inner.end);
}

function isBefore(a: Point, b: Point): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
