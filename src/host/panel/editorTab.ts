import * as vscode from 'vscode';
import { viewType } from '../contributions';
import { setTabIcon } from '../ui/loadWebviewPage';
import { eventWithin } from '../util/eventWithin';
import type { PanelFrame } from './panelFrame';

const emptyTitle = 'HolySheep';

/**
 * Maximum time to wait for a panel to become active, in milliseconds. While a modal dialog is open, no panel becomes
 * active.
 */
const activationTimeoutMs = 2000;

/** An editor tab that contains the page of a conversation. */
export class EditorTab implements PanelFrame {
  readonly location = 'editor';
  readonly onDidChangeState: vscode.Event<unknown>;

  constructor(
    readonly container: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
  ) {
    this.onDidChangeState = container.onDidChangeViewState;
    setTabIcon(container, extensionUri, 'icon.png');
  }

  /**
   * Opens a tab.
   * @param column preferred editor column. If the tab would cover the active text editor in that column, the tab opens
   * beside the editor.
   */
  static open(extensionUri: vscode.Uri, preserveFocus: boolean, column?: vscode.ViewColumn): EditorTab {
    const isFree = column !== undefined && column !== vscode.window.activeTextEditor?.viewColumn;
    const position = { viewColumn: isFree ? column : columnBeside(), preserveFocus };
    const options = { enableFindWidget: true };
    return new EditorTab(vscode.window.createWebviewPanel(viewType, emptyTitle, position, options), extensionUri);
  }

  get active(): boolean {
    return this.container.active;
  }

  showTitle(title: string): void {
    const newTitle = title || emptyTitle;
    if (this.container.title !== newTitle) this.container.title = newTitle;
  }

  /**
   * Shows the tab without covering the active editor. If necessary, the tab is moved to the column beside that editor
   * and pinned there. Otherwise, the next file that the user opens in that column would replace the tab.
   */
  async reveal(preserveFocus: boolean): Promise<void> {
    const { container } = this;
    const editor = vscode.window.activeTextEditor;
    const column = editor?.viewColumn;
    if (column === undefined || column !== container.viewColumn) {
      container.reveal(undefined, preserveFocus);
      return;
    }
    const becameActive = eventWithin(activationTimeoutMs, container.onDidChangeViewState, () => container.active);
    container.reveal(columnBeside());
    // The command `keepEditor` affects only the active editor, so the panel must become active first.
    if (!(await becameActive)) return;
    await vscode.commands.executeCommand('workbench.action.keepEditor');
    if (preserveFocus && editor) await vscode.window.showTextDocument(editor.document, { viewColumn: column });
  }

  close(): void {
    this.container.dispose();
  }
}

/**
 * Returns the editor column beside the active column. If the active column is the last, this is the column to its left,
 * so that VS Code does not add a column.
 */
function columnBeside(): vscode.ViewColumn {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const isLast = all.every(({ viewColumn }) => viewColumn <= activeTabGroup.viewColumn);
  const left = all.find(({ viewColumn }) => viewColumn - activeTabGroup.viewColumn === -1);
  return (isLast ? left?.viewColumn : undefined) ?? vscode.ViewColumn.Beside;
}
