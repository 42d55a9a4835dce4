import * as vscode from 'vscode';

/** Returns the titles of the open panels, in the order of their tabs. */
function panels(): readonly string[] {
  return tabs().map(({ label }) => label);
}

/** Returns the tabs that show conversations. */
export function tabs(): readonly vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('holysheep.conversation'),
    );
}

/** Resolves when the open conversations have these titles. */
export async function shows(titles: readonly string[]): Promise<void> {
  const isSo = (): boolean => panels().join('\n') === titles.join('\n');
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const listening = vscode.window.tabGroups.onDidChangeTabs(() => {
      if (!isSo()) return;
      listening.dispose();
      resolve();
    });
  });
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await shows([]);
}

/** Resolves when the next quick pick is open and Enter would pick the given entry. */
export function markedInNextQuickPick(label: string): Promise<void> {
  const { window } = vscode;
  const original = window.createQuickPick;
  return new Promise((resolve) => {
    window.createQuickPick = <T extends vscode.QuickPickItem>(): vscode.QuickPick<T> => {
      window.createQuickPick = original;
      const picker = original<T>();
      picker.onDidChangeActive(([active]) => active?.label === label && resolve());
      return picker;
    };
  });
}
