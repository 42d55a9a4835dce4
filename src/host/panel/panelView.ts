import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ToHost, ToWebview } from '../../protocol';
import { Disposable } from '../disposable';
import { panelHtml } from './html';
import { isToHost } from './incoming';
import { panelTitle, translatePanelStrings } from './panelText';

export const viewType = 'holysheep.conversation';

/** One webview: its page, and messages in both directions. Knows nothing of conversations. */
export class PanelView extends Disposable {
  private readonly messages = this.register(new vscode.EventEmitter<ToHost>());
  readonly onMessage = this.messages.event;
  readonly onDidDispose: vscode.Event<void>;
  /** The page is there and has asked for its snapshot, maybe before there was anybody to give it. */
  private asked = false;
  /** The page listens; until then it is told nothing, and a snapshot is the first it is told. */
  private listening = false;

  static create(extensionUri: vscode.Uri, preserveFocus: boolean): PanelView {
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus };
    return new PanelView(vscode.window.createWebviewPanel(viewType, 'HolySheep', place), extensionUri);
  }

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
  ) {
    super();
    this.onDidDispose = panel.onDidDispose;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const media = vscode.Uri.joinPath(extensionUri, 'media');
    const { webview } = panel;
    this.register(
      webview.onDidReceiveMessage((message: unknown) => {
        if (!isToHost(message)) return;
        if (message.type === 'ready') this.asked = true;
        this.messages.fire(message);
      }),
    );
    // A hidden page is torn down; when it is shown again it says `ready` again.
    this.register(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.asked = this.listening = false;
      }),
    );
    panel.iconPath = vscode.Uri.joinPath(media, 'icon.png');
    webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    webview.html = panelHtml({
      nonce: randomBytes(16).toString('base64url'),
      cspSource: webview.cspSource,
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js')).toString(),
      styleUris: ['markdown.css', 'panel.css'].map((name) =>
        webview.asWebviewUri(vscode.Uri.joinPath(media, name)).toString(),
      ),
      strings: translatePanelStrings((english) => vscode.l10n.t(english)),
      locale: vscode.env.language,
    });
  }

  /** The first message to a page that has said `ready`. */
  start(snapshot: ToWebview & { readonly type: 'snapshot' }): void {
    this.listening = true;
    void this.panel.webview.postMessage(snapshot);
  }

  /** A page that has not is going to say `ready`. */
  get ready(): boolean {
    return this.asked;
  }

  get listens(): boolean {
    return this.listening;
  }

  post(message: ToWebview): void {
    if (this.listening) void this.panel.webview.postMessage(message);
  }

  /** Where it is, unless it would cover the code that is being worked on: then beside it. */
  async reveal(preserveFocus: boolean): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const column = editor?.viewColumn;
    if (column === undefined || column !== this.panel.viewColumn) {
      this.panel.reveal(undefined, preserveFocus);
      return;
    }
    await this.moveBeside();
    if (preserveFocus && editor) await vscode.window.showTextDocument(editor.document, { viewColumn: column });
  }

  /** A panel that moves becomes a preview, which the next click in the Explorer replaces: it is kept by hand. */
  private async moveBeside(): Promise<void> {
    const active = this.becomesActive();
    this.panel.reveal(vscode.ViewColumn.Beside);
    await active;
    // Acts on the active editor only, hence the detour of the focus.
    await vscode.commands.executeCommand('workbench.action.keepEditor');
  }

  private becomesActive(): Promise<void> {
    return new Promise((resolve) => {
      const listening = this.register(
        this.panel.onDidChangeViewState(() => {
          if (!this.panel.active) return;
          listening.dispose();
          resolve();
        }),
      );
    });
  }

  setTitle(firstPrompt: string | undefined): void {
    const title = firstPrompt === undefined ? 'HolySheep' : panelTitle(firstPrompt);
    if (this.panel.title !== title) this.panel.title = title;
  }

  /** `dispose` only lets go of the panel: one that is there when the window goes away is restored with the next. */
  close(): void {
    this.dispose();
    this.panel.dispose();
  }
}
