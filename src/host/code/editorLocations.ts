import { posix } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';

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
