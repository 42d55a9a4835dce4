import * as vscode from 'vscode';

/**
 * Maximum time to wait for a panel to become active, in milliseconds. A panel behind a modal dialog can't become
 * active.
 */
const activationTimeoutMs = 2000;

/**
 * Reveals a panel in its editor column. If the panel would cover the active editor, it is moved beside the editor and
 * its tab is pinned. Otherwise the moved tab would be a preview, which the next click in the Explorer would replace.
 */
export async function revealPanel(panel: vscode.WebviewPanel, preserveFocus: boolean): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const column = editor?.viewColumn;
  if (column === undefined || column !== panel.viewColumn) { panel.reveal(undefined, preserveFocus); return; }
  const becameActive = waitUntilActive(panel);
  panel.reveal(vscode.ViewColumn.Beside);
  // Waits for the focus, because the command `keepEditor` affects only the active editor.
  if (!(await becameActive)) return;
  await vscode.commands.executeCommand('workbench.action.keepEditor');
  if (preserveFocus && editor) await vscode.window.showTextDocument(editor.document, { viewColumn: column });
}

function waitUntilActive(panel: vscode.WebviewPanel): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (isActive: boolean): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve(isActive);
    };
    const timer = setTimeout(() => finish(false), activationTimeoutMs);
    const subscription = panel.onDidChangeViewState(() => {
      if (panel.active) finish(true);
    });
  });
}
