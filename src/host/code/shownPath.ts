import { posix } from 'node:path';
import * as vscode from 'vscode';

/** The folders above a file outside the workspace are nobody's business: they name the user, for one. */
export function shownPath(uri: vscode.Uri): string {
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  return inside ? vscode.workspace.asRelativePath(uri, false) : posix.basename(uri.path);
}
