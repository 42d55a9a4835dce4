import type * as vscode from 'vscode';
import type { PanelLocation } from '../settings/settings';

/** The part of VS Code's window that contains the page of a conversation: an editor tab, or the view in the side bar. */
export interface PanelFrame {
  readonly location: PanelLocation;
  /** The tab or the view in VS Code. VS Code destroys the page while the container is hidden. */
  readonly container: vscode.WebviewPanel | vscode.WebviewView;
  /** Whether the tab has the focus. Absent for the view in the side bar, because VS Code doesn't report its focus. */
  readonly active?: boolean;
  /** Fires when the frame has become visible, hidden, active or inactive. */
  readonly onDidChangeState: vscode.Event<unknown>;
  /** @param title title of the conversation, or an empty string if the conversation is empty */
  showTitle(title: string): void;
  reveal(preserveFocus: boolean): Thenable<unknown>;
}
