import * as vscode from 'vscode';
import { resultWithin } from '../util/systemClock';
import {
  excerptOf,
  innermostSpan,
  type CodeDocument,
  type CodeExcerpt,
  type CodeSymbol,
  type Span,
} from './codeExcerpt';
import type { CodeProblem } from './codePrompts';
import { displayPath, toRange } from './editorLocations';

/** Time limit for the symbols of a document, so that a language server that is still starting does not delay the prompt. */
const symbolsTimeoutMs = 1000;

/**
 * Returns the selection, or else the function around the cursor, or else the visible lines. Returns undefined if the
 * code consists of whitespace only.
 */
export async function findCode(editor: vscode.TextEditor): Promise<CodeExcerpt | undefined> {
  const { document, selection } = editor;
  const path = displayPath(document.uri);
  const source = codeDocument(document);
  const selected = selection.isEmpty ? undefined : excerptOf(source, path, selection, 'selection');
  if (selected) return selected;
  const enclosing = innermostSpan(await findSymbols(document), selection.active);
  return (
    (enclosing && excerptOf(source, path, enclosing, 'function')) ??
    excerptOf(source, path, visibleSpan(editor), 'visible')
  );
}

/** Adapts a document of VS Code to the interface that `codeExcerpt` expects. */
export function codeDocument(document: vscode.TextDocument): CodeDocument {
  return {
    languageId: document.languageId,
    lineCount: document.lineCount,
    line: (index) => document.lineAt(index).text,
    text: (span) => document.getText(toRange(span)),
  };
}

function visibleSpan({ document, visibleRanges }: vscode.TextEditor): Span {
  const start = visibleRanges[0]?.start ?? new vscode.Position(0, 0);
  const end = visibleRanges.at(-1)?.end ?? document.lineAt(document.lineCount - 1).range.end;
  // Extends the visible range to complete lines, because the editor may be scrolled horizontally.
  return { start: { line: start.line, character: 0 }, end: document.lineAt(end.line).range.end };
}

async function findSymbols(document: vscode.TextDocument): Promise<readonly CodeSymbol[]> {
  const request = Promise.resolve(
    vscode.commands.executeCommand<readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    ),
  );
  // Ignores an error of a language server: no function is then found, and the prompt is about the visible lines.
  const symbols = await resultWithin(
    symbolsTimeoutMs,
    request.catch(() => undefined),
  );
  return symbols === 'late' ? [] : (symbols ?? []).map(toCodeSymbol);
}

function toCodeSymbol(symbol: vscode.DocumentSymbol | vscode.SymbolInformation): CodeSymbol {
  return 'location' in symbol
    ? { span: symbol.location.range, isUnit: isCodeUnit(symbol.kind), children: [] }
    : { span: symbol.range, isUnit: isCodeUnit(symbol.kind), children: symbol.children.map(toCodeSymbol) };
}

function isCodeUnit(kind: vscode.SymbolKind): boolean {
  return (
    kind === vscode.SymbolKind.Function ||
    kind === vscode.SymbolKind.Method ||
    kind === vscode.SymbolKind.Constructor ||
    kind === vscode.SymbolKind.Class
  );
}

/** Maximum number of problems in a prompt. Many errors in one file usually have few causes. */
const maxProblems = { code: 20, file: 100 } as const;

const severityNames: Readonly<Record<vscode.DiagnosticSeverity, CodeProblem['severity']>> = {
  [vscode.DiagnosticSeverity.Error]: 'error',
  [vscode.DiagnosticSeverity.Warning]: 'warning',
  [vscode.DiagnosticSeverity.Information]: 'information',
  [vscode.DiagnosticSeverity.Hint]: 'hint',
};

/** Returns the problems that the editor reports in a file, or only in a part of it, most severe first. */
export function findProblems(uri: vscode.Uri, span?: Span): readonly CodeProblem[] {
  const range = span && toRange(span);
  return vscode.languages
    .getDiagnostics(uri)
    .filter((diagnostic) => !range || diagnostic.range.intersection(range) !== undefined)
    .toSorted((a, b) => a.severity - b.severity || a.range.start.compareTo(b.range.start))
    .slice(0, range ? maxProblems.code : maxProblems.file)
    .map(({ range: { start }, severity, message, source, code }) => ({
      line: start.line + 1,
      column: start.character + 1,
      severity: severityNames[severity],
      message,
      source: [source, typeof code === 'object' ? code.value : code].filter((part) => part !== undefined).join(' '),
    }));
}
