import * as vscode from 'vscode';
import { resultWithin } from '../util/systemClock';
import { excerptOf, type CodeExcerpt } from './codeExcerpt';
import { toSingleLine } from './codePrompts';
import { displayPath } from './editorLocations';

/**
 * Time limit for the list of symbols of a document, in milliseconds. Without the limit, a language server that is still
 * starting would delay the prompt.
 */
const symbolsTimeoutMs = 1000;

/**
 * Returns the code that a prompt is about. This is the selection, the function around the cursor if nothing is
 * selected, or the visible lines if there is no such function. Returns undefined if the code contains only whitespace.
 */
export async function findCode(editor: vscode.TextEditor): Promise<CodeExcerpt | undefined> {
  const { document, selection } = editor;
  const path = displayPath(document.uri);
  const selected = selection.isEmpty ? undefined : excerptOf(document, path, selection, 'selection');
  if (selected) return selected;
  const enclosing = innermostUnit(await findSymbols(document), selection.active);
  return (
    (enclosing && excerptOf(document, path, enclosing, 'function')) ??
    excerptOf(document, path, visibleLines(editor), 'visible')
  );
}

function visibleLines({ document, visibleRanges }: vscode.TextEditor): vscode.Range {
  const start = visibleRanges[0]?.start.line ?? 0;
  const end = visibleRanges.at(-1)?.end.line ?? document.lineCount - 1;
  // The visible range can start in the middle of a line, because the editor can be scrolled horizontally. The range is
  // extended to complete lines.
  return new vscode.Range(new vscode.Position(start, 0), document.lineAt(end).range.end);
}

async function findSymbols({ uri }: vscode.TextDocument): Promise<readonly vscode.DocumentSymbol[]> {
  const command = 'vscode.executeDocumentSymbolProvider';
  const request = vscode.commands.executeCommand<readonly vscode.DocumentSymbol[] | undefined>(command, uri);
  // An error of a language server is ignored: without symbols, the prompt is about the visible lines.
  const found = Promise.resolve(request).catch(() => undefined);
  const symbols = await resultWithin(symbolsTimeoutMs, found);
  return symbols === 'late' ? [] : (symbols ?? []);
}

/**
 * Returns the innermost function, method or class around a position.
 * @param symbols the tree of symbols that VS Code returns for the document
 */
export function innermostUnit(
  symbols: readonly vscode.DocumentSymbol[],
  position: vscode.Position,
): vscode.Range | undefined {
  for (const { kind, range, children } of symbols) {
    if (!range.contains(position)) continue;
    const unit = innermostUnit(children, position) ?? (isCodeUnit(kind) ? range : undefined);
    if (unit) return unit;
  }
  return undefined;
}

function isCodeUnit(kind: vscode.SymbolKind): boolean {
  const { Function, Method, Constructor, Class } = vscode.SymbolKind;
  return [Function, Method, Constructor, Class].includes(kind);
}

/**
 * Maximum number of problems (errors and warnings) in a prompt about a piece of code, and in a prompt about a file.
 * Many errors in one file usually have few causes.
 */
const maxProblems = { code: 20, file: 100 } as const;

/** Names of the severities of problems, in the order of the numbers in `vscode.DiagnosticSeverity`. */
const severityNames = ['error', 'warning', 'information', 'hint'] as const;

/**
 * Returns the problems that the editor reports in a file or in a range of the file, most severe first. Each problem is
 * one line in the format of compilers, because models know this format well.
 */
export function findProblems(uri: vscode.Uri, range?: vscode.Range): readonly string[] {
  const path = displayPath(uri);
  return vscode.languages
    .getDiagnostics(uri)
    .filter((diagnostic) => !range || diagnostic.range.intersection(range) !== undefined)
    .toSorted((a, b) => a.severity - b.severity || a.range.start.compareTo(b.range.start))
    .slice(0, range ? maxProblems.code : maxProblems.file)
    .map(({ range: { start }, severity, message, source, code }) => {
      const position = `${path}:${start.line + 1}:${start.character + 1}`;
      const text = `- ${position} ${severityNames[severity]}: ${toSingleLine(message)}`;
      const parts = [source, typeof code === 'object' ? code.value : code];
      const origin = parts.filter((part) => part !== undefined).join(' ');
      return origin ? `${text} (${origin})` : text;
    });
}
