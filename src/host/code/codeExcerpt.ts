import type * as vscode from 'vscode';
import { firstChars, lastChars } from '../../engine/text/surrogates';

/**
 * A range of a document, with lines and characters counted from zero as in VS Code. This type replaces `vscode.Range`
 * in modules that do not import `vscode`.
 */
export interface Span {
  readonly start: Point;
  /** End of the range: the first position that does not belong to the range. */
  readonly end: Point;
}

interface Point {
  readonly line: number;
  readonly character: number;
}

/**
 * Limits for a prompt about code: characters of the code, and lines and characters of the context before and after the
 * code.
 */
export const codeLimits = { characters: 60_000, contextLines: 30, contextCharacters: 8_000 } as const;

type CodeOrigin = 'selection' | 'function' | 'visible';

/** Code of a file that a prompt is about, with the lines before and after the code. */
export interface CodeExcerpt {
  readonly origin: CodeOrigin;
  readonly uri: vscode.Uri;
  /** Path of the file relative to the workspace folder, or only the file name if the file is outside the workspace. */
  readonly path: string;
  readonly languageId: string;
  readonly span: vscode.Range;
  /** Path of the file with line numbers, for example `src/app.ts:10-24`. */
  readonly label: string;
  readonly code: string;
  /** Whether the code exceeded the size limit, so that the excerpt contains only the start of the code. */
  readonly truncated: boolean;
  readonly before: string;
  readonly after: string;
}

/** Returns the excerpt for a range of a document, or undefined if the range contains only whitespace. */
export function excerptOf(
  document: vscode.TextDocument,
  path: string,
  span: vscode.Range,
  origin: CodeOrigin,
): CodeExcerpt | undefined {
  const text = document.getText(span);
  if (!text.trim()) return undefined;
  const code = firstChars(text, codeLimits.characters);
  return {
    origin,
    uri: document.uri,
    path,
    languageId: document.languageId,
    span,
    label: spanLabel(path, span),
    code,
    truncated: code.length < text.length,
    before: linesBefore(document, span),
    after: linesAfter(document, span),
  };
}

function linesBefore(document: vscode.TextDocument, { start }: Span): string {
  const lines = linesIn(document, Math.max(0, start.line - codeLimits.contextLines), start.line);
  const sameLine = document.lineAt(start.line).text.slice(0, start.character);
  return lastChars(withoutBlankEdges([...lines, sameLine]), codeLimits.contextCharacters);
}

function linesAfter(document: vscode.TextDocument, { end }: Span): string {
  const first = end.line + 1;
  const lines = linesIn(document, first, Math.min(document.lineCount, first + codeLimits.contextLines));
  const sameLine = document.lineAt(end.line).text.slice(end.character);
  return firstChars(withoutBlankEdges([sameLine, ...lines]), codeLimits.contextCharacters);
}

/** Returns the document's lines from `first` up to, but not including, `end`. */
function linesIn(document: vscode.TextDocument, first: number, end: number): readonly string[] {
  return Array.from({ length: end - first }, (_, index) => document.lineAt(first + index).text);
}

function withoutBlankEdges(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.trim());
  const last = lines.findLastIndex((line) => line.trim());
  return first < 0 ? '' : lines.slice(first, last + 1).join('\n');
}

/**
 * Returns the first and the last line number of a range, counted from 1. If a range of several lines ends at the start
 * of a line, that last line is not included.
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
