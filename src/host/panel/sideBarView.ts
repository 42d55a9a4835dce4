import * as vscode from 'vscode';
import type { SetContext } from '../commands';
import { chatViewId } from '../contributions';
import type { PanelFrame } from './panelFrame';

/** The view in the secondary side bar. It shows one conversation at a time. */
export class SideBarView implements PanelFrame {
  readonly location = 'sideBar';
  readonly onDidChangeState: vscode.Event<unknown>;
  readonly onDidDispose: vscode.Event<unknown>;

  constructor(
    private readonly view: vscode.WebviewView,
    private readonly setContext: SetContext,
  ) {
    this.onDidChangeState = view.onDidChangeVisibility;
    this.onDidDispose = view.onDidDispose;
  }

  get webview(): vscode.Webview {
    return this.view.webview;
  }

  get visible(): boolean {
    return this.view.visible;
  }

  showTitle(title: string): void {
    this.view.title = title || vscode.l10n.t('New conversation');
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
