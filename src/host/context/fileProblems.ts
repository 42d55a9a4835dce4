import * as vscode from 'vscode';
import { severities } from '../code/codeProblems';
import type { FileProblem } from './contextPrompt';

/** A file full of errors has few causes. */
const limit = 100;

/** What the editor reports about a file, the worst first, then in the order of the lines. */
export function fileProblems(uri: vscode.Uri): readonly FileProblem[] {
  return vscode.languages
    .getDiagnostics(uri)
    .toSorted((a, b) => a.severity - b.severity || a.range.start.compareTo(b.range.start))
    .slice(0, limit)
    .map(({ range: { start }, severity, message, source, code }) => ({
      line: start.line + 1,
      column: start.character + 1,
      severity: severities[severity],
      message,
      source: [source, typeof code === 'object' ? code.value : code].filter((part) => part !== undefined).join(' '),
    }));
}
