import * as vscode from 'vscode';

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
