import * as vscode from 'vscode';
import type { SetContext } from '../commands';
import { chatViewId } from '../contributions';
import type { PanelFrame } from './panelFrame';

/** The view in the secondary side bar. It shows one conversation at a time. */
export class SideBarView implements PanelFrame {
  readonly location = 'sideBar';
  readonly onDidChangeState: vscode.Event<unknown>;

  constructor(
    readonly container: vscode.WebviewView,
    private readonly setContext: SetContext,
  ) {
    this.onDidChangeState = container.onDidChangeVisibility;
  }

  showTitle(title: string): void {
    this.container.title = title || vscode.l10n.t('New conversation');
    this.setContext('holysheep.chat.hasConversation', title !== '');
  }

  reveal(preserveFocus: boolean): Thenable<unknown> {
    return revealSideBarView(preserveFocus);
  }
}

/** Shows the view in the side bar. If VS Code has not created the view yet, VS Code creates it. */
export function revealSideBarView(preserveFocus: boolean): Thenable<unknown> {
  return vscode.commands.executeCommand(`${chatViewId}.focus`, { preserveFocus });
}
