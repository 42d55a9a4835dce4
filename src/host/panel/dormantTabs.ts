import * as vscode from 'vscode';
import { viewType } from './panelView';

/**
 * Titles of our tabs that VS Code has kept over a reload and restores when they are first looked at. Nothing but the title
 * tells which conversation is in them.
 * @param awake titles of those that are there already
 */
export function dormantTitles(awake: readonly string[]): readonly string[] {
  const titles = ourTabs().map(({ label }) => label);
  for (const title of awake) {
    const index = titles.indexOf(title);
    if (index >= 0) titles.splice(index, 1);
  }
  return titles;
}

/** All of them: to be called before there is a panel of this extension host's own. */
export async function closeOrphans(): Promise<void> {
  const orphans = ourTabs();
  if (orphans.length > 0) await vscode.window.tabGroups.close(orphans, true);
}

export function isOneInView(): boolean {
  return vscode.window.tabGroups.all.some(({ activeTab }) => activeTab && isOurs(activeTab));
}

/** Where VS Code has kept tabs of ours; undefined: nowhere. */
export function columnOfOurs(): vscode.ViewColumn | undefined {
  return vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isOurs))?.viewColumn;
}

function ourTabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(isOurs);
}

/** VS Code puts a prefix of its own before the type. */
function isOurs({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType);
}
