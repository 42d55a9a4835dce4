import { posix } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../core/visibleText';

const maxLength = 1000;

/**
 * Returns the path of a file for people and models, without hidden characters. The folders above a file outside of the
 * workspace are left out, because they may contain the name of the user.
 */
export function shownPath(uri: vscode.Uri): string {
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  const path = inside ? vscode.workspace.asRelativePath(uri, false) : posix.basename(uri.path);
  return visibleText(path, maxLength);
}
