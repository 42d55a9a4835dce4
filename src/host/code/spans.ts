import * as vscode from 'vscode';
import type { Span } from './codeGeometry';

/** The pure code knows lines and characters only; `vscode.Range` has them under the same names. */
export function toRange({ start, end }: Span): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
