import * as vscode from 'vscode';
import type { ToHost } from '../../../src/shared/pageMessages';
import type { ToWebview } from '../../../src/shared/protocol';

/** A panel without a page, whose messages come from the test. Like VS Code's panels, it throws after it is closed. */
export class FakePanel implements vscode.WebviewPanel {
  /** Messages that the host has sent to the page. */
  readonly received: ToWebview[] = [];
  readonly viewType = 'holysheep.restored';
  readonly options = {};
  readonly viewColumn = vscode.ViewColumn.Two;
  readonly active = false;
  visible = true;
  title = 'restored';
  private readonly messages = new vscode.EventEmitter<unknown>();
  private readonly disposals = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.disposals.event;
  readonly onDidChangeViewState = new vscode.EventEmitter<vscode.WebviewPanelOnDidChangeViewStateEvent>().event;
  private isClosed = false;
  private readonly page: vscode.Webview = {
    options: {},
    html: '',
    cspSource: 'test:',
    onDidReceiveMessage: this.messages.event,
    postMessage: (message: ToWebview) => {
      this.received.push(message);
      return Promise.resolve(true);
    },
    asWebviewUri: (uri) => uri,
  };

  get webview(): vscode.Webview {
    if (this.isClosed) throw new Error('Webview is disposed');
    return this.page;
  }

  /** Sends a message to the host, as the page would. */
  send(message: ToHost): void {
    this.messages.fire(message);
  }

  reveal(): void {
    // The webview exists.
  }

  dispose(): void {
    this.isClosed = true;
    this.disposals.fire();
  }
}
