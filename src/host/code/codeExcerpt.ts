import { firstChars, lastChars } from '../../engine/text/surrogates';
import { spanLabel, type Span } from './codeGeometry';

/** Limits for the length of the code that is sent, and of the context before and after it. */
export const codeLimits = { characters: 60_000, contextLines: 30, contextCharacters: 8_000 } as const;

/** The part of a `vscode.TextDocument` that an excerpt needs. */
export interface CodeDocument {
  readonly languageId: string;
  readonly lineCount: number;
  line(index: number): string;
  text(span: Span): string;
}

type CodeOrigin = 'selection' | 'function' | 'visible';

/** Code of a file with the lines around it. */
export interface CodeExcerpt {
  readonly origin: CodeOrigin;
  /** Path relative to the workspace folder, or only the file name if the file is outside the workspace. */
  readonly path: string;
  readonly languageId: string;
  readonly span: Span;
  /** Path with line numbers, for example `src/app.ts:10-24`. */
  readonly label: string;
  readonly code: string;
  /** Whether the code exceeds the limit. The excerpt then contains only its start. */
  readonly truncated: boolean;
  /** Lines before the code. */
  readonly before: string;
  /** Lines after the code. */
  readonly after: string;
}

/** Returns the excerpt, or undefined if the span contains only whitespace. */
export function excerptOf(
  document: CodeDocument,
  path: string,
  span: Span,
  origin: CodeOrigin,
): CodeExcerpt | undefined {
  const text = document.text(span);
  if (!text.trim()) return undefined;
  const code = firstChars(text, codeLimits.characters);
  return {
    origin,
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

function linesBefore(document: CodeDocument, { start }: Span): string {
  const lines: string[] = [];
  const first = Math.max(0, start.line - codeLimits.contextLines);
  for (let index = first; index < start.line; index++) lines.push(document.line(index));
  const sameLine = document.line(start.line).slice(0, start.character);
  if (sameLine.trim()) lines.push(sameLine);
  return lastChars(withoutBlankEdges(lines), codeLimits.contextCharacters);
}

function linesAfter(document: CodeDocument, { end }: Span): string {
  const lines: string[] = [];
  const sameLine = document.line(end.line).slice(end.character);
  if (sameLine.trim()) lines.push(sameLine);
  const last = Math.min(document.lineCount - 1, end.line + codeLimits.contextLines);
  for (let index = end.line + 1; index <= last; index++) lines.push(document.line(index));
  return firstChars(withoutBlankEdges(lines), codeLimits.contextCharacters);
}

function withoutBlankEdges(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.trim());
  const last = lines.findLastIndex((line) => line.trim());
  return first < 0 ? '' : lines.slice(first, last + 1).join('\n');
}
