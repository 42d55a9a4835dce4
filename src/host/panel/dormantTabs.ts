import * as vscode from 'vscode';
import { viewType } from './viewType';

/**
 * Titles of our tabs that VS Code has kept over a reload and restores when they are first looked at. Nothing but the title
 * tells which conversation is in them.
 * @param awake titles of those that are there already
 */
export function dormantTitles(awake: readonly string[]): readonly string[] {
  return orphansAmong(ourTabs(), awake).map(({ label }) => label);
}

function orphansAmong(tabs: readonly vscode.Tab[], awake: readonly string[]): readonly vscode.Tab[] {
  const orphans = [...tabs];
  for (const title of awake) {
    const index = orphans.findIndex(({ label }) => label === title);
    if (index >= 0) orphans.splice(index, 1);
  }
  return orphans;
}

/** All but those with the titles of `awake`, which are this extension host's own. */
export async function closeOrphans(awake: readonly string[]): Promise<void> {
  const orphans = orphansAmong(ourTabs(), awake);
  if (orphans.length > 0) await vscode.window.tabGroups.close(orphans, true);
}

/** One that is not this extension host's own. @param awake titles of those that are */
export function isOrphanInView(awake: readonly string[]): boolean {
  const inView = vscode.window.tabGroups.all.flatMap(({ activeTab }) => activeTab ?? []);
  return orphansAmong(inView.filter(isOurs), awake).length > 0;
}

export function isAnyLeft(awake: readonly string[]): boolean {
  return orphansAmong(ourTabs(), awake).length > 0;
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
