import * as vscode from 'vscode';

/** The files of all open text editors, that of `first` before the others. */
export function openTabs(first: vscode.TextEditor | undefined): readonly vscode.Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const shown = tabs.map(({ input }) => uriOf(input)).filter((uri) => uri !== undefined);
  const all = new Map(shown.map((uri) => [uri.toString(), uri]));
  const leader = first && all.get(first.document.uri.toString());
  return leader ? [leader, ...[...all.values()].filter((uri) => uri !== leader)] : [...all.values()];
}

function uriOf(input: unknown): vscode.Uri | undefined {
  if (input instanceof vscode.TabInputText) return input.uri;
  return input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
}
