import { posix } from 'node:path';
import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import type { Span } from './codeGeometry';

const maxPathLength = 1000;

/**
 * Returns the path of a file for people and models, without hidden characters. The folders above a file outside of the
 * workspace are left out, because they may contain the name of the user.
 */
export function displayPath(uri: vscode.Uri): string {
  const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  const path = inside ? vscode.workspace.asRelativePath(uri, false) : posix.basename(uri.path);
  return visibleText(path, maxPathLength);
}

/** Converts a span, which code without access to VS Code uses, to a range of VS Code. */
export function toRange({ start, end }: Span): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/**
 * Returns the column in which text is shown: the column of the editor, unless the text would cover a conversation
 * there.
 * @param panelType the view type of the webview panels of conversations
 */
export function textColumn(editor: vscode.TextEditor | undefined, panelType: string): vscode.ViewColumn {
  const free = vscode.window.tabGroups.all.filter(({ activeTab }) => !isPanel(activeTab, panelType));
  const ofEditor = free.find(({ viewColumn }) => viewColumn === editor?.viewColumn);
  return (ofEditor ?? free[0])?.viewColumn ?? vscode.ViewColumn.Beside;
}

function isPanel(tab: vscode.Tab | undefined, panelType: string): boolean {
  // VS Code adds a prefix to the view type.
  return tab?.input instanceof vscode.TabInputWebview && tab.input.viewType.endsWith(panelType);
}
