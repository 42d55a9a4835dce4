import * as vscode from 'vscode';
import { resultWithin } from '../util/systemClock';
import { excerptOf, type CodeDocument, type CodeExcerpt } from './codeExcerpt';
import { innermostSpan, type CodeSymbol, type Span } from './codeGeometry';
import { shownPath, toRange } from './editorLocations';

/** A language server that is still starting must not hold up the question. */
const symbolsTimeoutMs = 1000;

/**
 * The selection, else the function around the cursor, else the visible lines.
 * @returns undefined when there is nothing but white space.
 */
export async function findCode(editor: vscode.TextEditor): Promise<CodeExcerpt | undefined> {
  const { document, selection } = editor;
  const path = shownPath(document.uri);
  const source = codeDocument(document);
  const selected = selection.isEmpty ? undefined : excerptOf(source, path, selection, 'selection');
  if (selected) return selected;
  const around = innermostSpan(await findSymbols(document), selection.active);
  return (
    (around && excerptOf(source, path, around, 'function')) ?? excerptOf(source, path, visibleSpan(editor), 'visible')
  );
}

/** As much of a document as an excerpt needs. */
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
  // Visible lines are whole lines: a range that starts in mid-line is one scrolled sideways.
  return { start: { line: start.line, character: 0 }, end: document.lineAt(end.line).range.end };
}

async function findSymbols(document: vscode.TextDocument): Promise<readonly CodeSymbol[]> {
  const found = Promise.resolve(
    vscode.commands.executeCommand<readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    ),
  );
  // Without symbols the visible lines are sent. An error of a language server is not reported here.
  const symbols = await resultWithin(
    symbolsTimeoutMs,
    found.catch(() => undefined),
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
