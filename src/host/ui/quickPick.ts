import type * as vscode from 'vscode';

/** Shows a list until the user accepts or dismisses it. @returns the selected items, or undefined if it was dismissed */
export async function choiceIn<T extends vscode.QuickPickItem>(
  picker: vscode.QuickPick<T>,
): Promise<readonly T[] | undefined> {
  // The panel may take the focus while the list opens.
  picker.ignoreFocusOut = true;
  try {
    return await new Promise((resolve) => {
      picker.onDidAccept(() => resolve(picker.selectedItems));
      picker.onDidHide(() => resolve(undefined));
      picker.show();
    });
  } finally {
    picker.dispose();
  }
}
