import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ToHost, ToWebview } from '../../shared/protocol';
import { viewType } from '../contributions';
import { Disposable } from '../util/disposable';
import { translateFaultHelp } from '../ui/faultAdvice';
import { panelHtml } from './panelPage';
import { panelTitle, translatePanelStrings } from '../ui/panelText';
import { isToHost } from './validateMessage';

/**
 * Maximum time to wait for a panel to become active, in milliseconds. A panel behind a modal dialog can't become
 * active.
 */
const activationTimeoutMs = 2000;

/** Tab title of an empty conversation. */
const emptyTitle = 'HolySheep';

/** Dependencies of every panel. */
export interface PanelViewDeps {
  readonly extensionUri: vscode.Uri;
  /** Error boundary of the extension: logs an error and shows it to the user. */
  readonly onError: (error: unknown) => void;
}

/** A webview panel that loads the page and exchanges messages with it. It does not depend on conversations. */
export class PanelView extends Disposable {
  private listener: ((message: ToHost) => void) | undefined;
  /**
   * Messages from the page of a restored panel that arrived before a listener was set. No listener is set while the
   * conversation is still being read.
   */
  private earlyMessages: readonly ToHost[] = [];
  private readonly activationEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when the panel gets the focus. */
  readonly onDidActivate = this.activationEmitter.event;
  readonly onDidDispose: vscode.Event<void>;
  /** Whether the page has loaded and asked for its snapshot. The listener for messages may be set later. */
  private isPageReady = false;
  /** Whether the page has received a snapshot. The snapshot is the first message that is sent to the page. */
  private isPageListening = false;

  /**
   * Opens a new panel.
   * @param column preferred editor column. It is not used if the panel would cover the active editor.
   */
  static create(deps: PanelViewDeps, column: vscode.ViewColumn | undefined, preserveFocus: boolean): PanelView {
    const freeColumn = column !== vscode.window.activeTextEditor?.viewColumn ? column : undefined;
    const position = { viewColumn: freeColumn ?? vscode.ViewColumn.Beside, preserveFocus };
    // Treats a new panel as active only if it gets the focus, because VS Code reports every new panel as active.
    return new PanelView(
      vscode.window.createWebviewPanel(viewType, emptyTitle, position, { enableFindWidget: true }),
      deps,
      !preserveFocus,
    );
  }

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly deps: PanelViewDeps,
    /** Whether the panel has had the focus. If so, the user may have typed something in it. */
    private wasFocused = panel.active,
  ) {
    super();
    const { extensionUri } = deps;
    this.onDidDispose = panel.onDidDispose;
    const { webview } = panel;
    this.register(
      webview.onDidReceiveMessage((message: unknown) => {
        if (!isToHost(message)) return;
        if (message.type === 'ready') this.isPageReady = true;
        if (this.listener) this.listener(message);
        else if (message.type !== 'ready') this.earlyMessages = [...this.earlyMessages, message];
      }),
    );
    // Treats the page as not ready when the panel is hidden, because VS Code destroys the page of a hidden panel. When
    // the panel becomes visible again, its new page sends `ready`.
    this.register(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.isPageReady = this.isPageListening = false;
        if (panel.active) this.activate();
      }),
    );
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
    loadPage(webview, extensionUri);
  }

  /**
   * Sets the listener for messages of the page, and passes the messages that have already arrived to it. `ready` is not
   * passed on, because {@link isReady} records it.
   */
  setListener(listener: (message: ToHost) => void): void {
    this.listener = listener;
    const waiting = this.earlyMessages;
    this.earlyMessages = [];
    for (const message of waiting) listener(message);
  }

  /** Sends the snapshot, which is the first message to a page that has sent `ready`. */
  postSnapshot(snapshot: ToWebview & { readonly type: 'snapshot' }): void {
    if (this.disposed) return;
    this.isPageListening = true;
    this.sendToPage(snapshot);
  }

  /** Whether the page has sent `ready`. */
  get isReady(): boolean {
    return this.isPageReady;
  }

  /** Whether the page has received its snapshot and can handle other messages. */
  get isListening(): boolean {
    return this.isPageListening;
  }

  /** Sends a message to the page if the page has received its snapshot. */
  post(message: ToWebview): void {
    // Sends nothing after the panel was closed, because VS Code would throw an error.
    if (this.isPageListening && !this.disposed) this.sendToPage(message);
  }

  private sendToPage(message: ToWebview): void {
    this.panel.webview.postMessage(message).then(undefined, this.deps.onError);
  }

  /**
   * Reveals the panel in its editor column. If the panel would cover the active editor, it is moved beside the editor.
   */
  async reveal(preserveFocus: boolean): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const column = editor?.viewColumn;
    if (column === undefined || column !== this.panel.viewColumn) {
      this.panel.reveal(undefined, preserveFocus);
      return;
    }
    await this.moveBeside();
    if (this.disposed) return;
    if (preserveFocus && editor) await vscode.window.showTextDocument(editor.document, { viewColumn: column });
  }

  /**
   * Moves the panel beside the active editor and pins its tab. Otherwise the moved tab would be a preview tab, which
   * the next click in the Explorer would replace.
   */
  private async moveBeside(): Promise<void> {
    const becameActive = this.waitUntilActive();
    this.panel.reveal(vscode.ViewColumn.Beside);
    if (!(await becameActive)) return;
    // Waits for the focus first, because the command `keepEditor` affects only the active editor.
    await vscode.commands.executeCommand('workbench.action.keepEditor');
  }

  /**
   * Resolves to true when the panel becomes active, or to false when the panel is closed or the time limit has passed.
   */
  private waitUntilActive(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), activationTimeoutMs);
      const subscriptions = [
        this.onDidActivate(() => settle(true)),
        this.onDidDispose(() => settle(false)),
        new vscode.Disposable(() => clearTimeout(timer)),
      ];
      const settle = (active: boolean): void => {
        for (const subscription of subscriptions) subscription.dispose();
        resolve(active);
      };
    });
  }

  private activate(): void {
    this.wasFocused = true;
    this.activationEmitter.fire();
  }

  /** Editor column of the panel, even while another tab covers the panel. */
  get column(): vscode.ViewColumn | undefined {
    return this.panel.viewColumn;
  }

  get active(): boolean {
    return this.panel.active;
  }

  get isVisible(): boolean {
    return !this.disposed && this.panel.visible;
  }

  get hasBeenFocused(): boolean {
    return this.wasFocused;
  }

  get title(): string {
    return this.panel.title;
  }

  /**
   * Sets the tab title.
   * @param name title or first prompt of the conversation, or undefined for an empty conversation
   */
  setTitle(name: string | undefined): void {
    const title = panelTitle(name ?? '') || emptyTitle;
    if (this.panel.title !== title) this.panel.title = title;
  }

  /** Closes the panel. `dispose` does not close it, so that VS Code can restore it after a reload. */
  close(): void {
    this.dispose();
    this.panel.dispose();
  }
}

const styles = ['markdown.css', 'panel.css', 'network.css', 'composer.css'];

/** Loads the panel's page into a webview. The page may load only files of this extension. */
function loadPage(webview: vscode.Webview, extensionUri: vscode.Uri): void {
  const dist = vscode.Uri.joinPath(extensionUri, 'dist');
  const media = vscode.Uri.joinPath(extensionUri, 'media');
  const uriOf = (folder: vscode.Uri, name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const locale = vscode.env.language;
  const translate = (english: string): string => vscode.l10n.t(english);
  webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
  webview.html = panelHtml({
    nonce: randomBytes(16).toString('base64url'),
    cspSource: webview.cspSource,
    scriptUri: uriOf(dist, 'webview.js'),
    styleUris: styles.map((name) => uriOf(media, name)),
    strings: translatePanelStrings(translate),
    help: translateFaultHelp(translate, locale),
    locale,
  });
}
