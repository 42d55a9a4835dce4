import { firstChars, lastChars } from '../../engine/surrogates';
import { spanLabel, type Span } from './codeGeometry';

/** How much of the code, and of what is around it, goes along. */
export const codeLimits = { characters: 60_000, contextLines: 30, contextCharacters: 8_000 } as const;

/** The part of `vscode.TextDocument` that is needed. */
export interface CodeDocument {
  readonly languageId: string;
  readonly lineCount: number;
  line(index: number): string;
  text(span: Span): string;
}

type CodeOrigin = 'selection' | 'function' | 'visible';

/** A piece of a file with what is around it. */
export interface CodeExcerpt {
  readonly origin: CodeOrigin;
  /** Relative to the workspace; outside of it the name alone. */
  readonly path: string;
  readonly languageId: string;
  readonly span: Span;
  /** e.g. `src/app.ts:10-24`. */
  readonly label: string;
  readonly code: string;
  /** The code was longer than the limit and only its beginning is here. */
  readonly truncated: boolean;
  readonly before: string;
  readonly after: string;
}

/** @returns undefined when there is nothing but white space. */
export function excerptOf(
  document: CodeDocument,
  path: string,
  span: Span,
  origin: CodeOrigin,
): CodeExcerpt | undefined {
  const all = document.text(span);
  if (!all.trim()) return undefined;
  const code = firstChars(all, codeLimits.characters);
  return {
    origin,
    path,
    languageId: document.languageId,
    span,
    label: spanLabel(path, span),
    code,
    truncated: code.length < all.length,
    before: linesBefore(document, span),
    after: linesAfter(document, span),
  };
}

function linesBefore(document: CodeDocument, { start }: Span): string {
  const lines: string[] = [];
  for (let at = Math.max(0, start.line - codeLimits.contextLines); at < start.line; at++) lines.push(document.line(at));
  const sameLine = document.line(start.line).slice(0, start.character);
  if (sameLine.trim()) lines.push(sameLine);
  return lastChars(withoutBlankEdges(lines), codeLimits.contextCharacters);
}

function linesAfter(document: CodeDocument, { end }: Span): string {
  const lines: string[] = [];
  const sameLine = document.line(end.line).slice(end.character);
  if (sameLine.trim()) lines.push(sameLine);
  const last = Math.min(document.lineCount - 1, end.line + codeLimits.contextLines);
  for (let at = end.line + 1; at <= last; at++) lines.push(document.line(at));
  return firstChars(withoutBlankEdges(lines), codeLimits.contextCharacters);
}

function withoutBlankEdges(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.trim());
  const last = lines.findLastIndex((line) => line.trim());
  return first < 0 ? '' : lines.slice(first, last + 1).join('\n');
}
