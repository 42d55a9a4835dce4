import { posix } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import type { Span } from './codeExcerpt';

const maxPathLength = 1000;

/**
 * Returns the path of a file for display and for prompts, without hidden characters. For a file outside the workspace,
 * only the file name is returned, because the folders may contain the user's name.
 */
export function displayPath(uri: vscode.Uri): string {
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  const path = inside ? vscode.workspace.asRelativePath(uri, false) : posix.basename(uri.path);
  return visibleText(path, maxPathLength);
}

/** Converts a span to a range of VS Code. Spans are for modules that do not import `vscode`. */
export function toRange({ start, end }: Span): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
