import { posix } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import type { Span } from './codeGeometry';

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

/** The pure code knows lines and characters only; `vscode.Range` has them under the same names. */
export function toRange({ start, end }: Span): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/**
 * The column to show text in: the editor's own, unless that would cover a conversation.
 * @param panelType view type of the webview panels that conversations are in
 */
export function textColumn(editor: vscode.TextEditor | undefined, panelType: string): vscode.ViewColumn {
  const free = vscode.window.tabGroups.all.filter(({ activeTab }) => !isPanel(activeTab, panelType));
  const own = free.find(({ viewColumn }) => viewColumn === editor?.viewColumn);
  return (own ?? free[0])?.viewColumn ?? vscode.ViewColumn.Beside;
}

function isPanel(tab: vscode.Tab | undefined, panelType: string): boolean {
  // VS Code puts a prefix of its own before the view type.
  return tab?.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith(panelType);
}
