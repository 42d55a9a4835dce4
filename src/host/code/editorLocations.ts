import { posix } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';

const maxPathLength = 1000;

/**
 * Returns the path of a file as the user and the model see it, without hidden characters. For a file outside the
 * workspace, the result is only the file name, because the folders can contain the user's name.
 */
export function displayPath(uri: vscode.Uri): string {
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  const path = inside ? vscode.workspace.asRelativePath(uri, false) : posix.basename(uri.path);
  return visibleText(path, maxPathLength);
}
