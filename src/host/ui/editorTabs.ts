import * as vscode from 'vscode';

export function openTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
}

/**
 * Returns the URI of the document in a tab. For a diff, returns the URI of the document on the right side. Returns
 * undefined for other tabs.
 */
export function documentUriOf({ input }: vscode.Tab): vscode.Uri | undefined {
  if (input instanceof vscode.TabInputText) return input.uri;
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}
