import * as vscode from 'vscode';
import type { CodeExcerpt } from './codeExcerpt';
import type { CodeProblem } from './codePrompts';
import { toRange } from './editorLocations';

/** Maximum number of problems in a prompt, so that a file full of errors leaves room for the code. */
const maxProblems = 20;

/** Names of the severities in prompts. */
export const severityNames: Readonly<Record<vscode.DiagnosticSeverity, CodeProblem['severity']>> = {
  [vscode.DiagnosticSeverity.Error]: 'error',
  [vscode.DiagnosticSeverity.Warning]: 'warning',
  [vscode.DiagnosticSeverity.Information]: 'information',
  [vscode.DiagnosticSeverity.Hint]: 'hint',
};

/** Returns the problems that the editor reports for the code, most severe first. */
export function codeProblems(document: vscode.TextDocument, { span }: CodeExcerpt): readonly CodeProblem[] {
  const range = toRange(span);
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter((diagnostic) => diagnostic.range.intersection(range) !== undefined)
    .toSorted((a, b) => a.severity - b.severity)
    .slice(0, maxProblems)
    .map(({ range: { start }, severity, message }) => ({
      line: start.line + 1,
      severity: severityNames[severity],
      message,
    }));
}
