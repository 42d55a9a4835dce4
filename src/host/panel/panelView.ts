import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ToHost, ToWebview } from '../../shared/protocol';
import { viewType } from '../contributions';
import { Disposable } from '../util/disposable';
import { faultHelp } from './faultAdvice';
import { panelHtml } from './panelPage';
import { panelTitle, translatePanelStrings } from './panelText';
import { isToHost } from './validateMessage';

/** A panel that can't become active, behind a dialog for instance, is not waited for any longer. */
const becomesActiveMs = 2000;

/** What a tab is called that has nothing in it yet. */
const emptyTitle = 'HolySheep';

/** What every panel is given. */
export interface PanelHome {
  readonly extensionUri: vscode.Uri;
  /** The one error boundary. */
  readonly onError: (error: unknown) => void;
}

/** One webview: its page, and messages in both directions. Knows nothing of conversations. */
export class PanelView extends Disposable {
  private listener: ((message: ToHost) => void) | undefined;
  /** What the page of a restored panel says while its conversation is being read. */
  private unheard: readonly ToHost[] = [];
  private readonly activations = this.register(new vscode.EventEmitter<void>());
  /** It has got the focus. */
  readonly onDidActivate = this.activations.event;
  readonly onDidDispose: vscode.Event<void>;
  /** The page is there and has asked for its snapshot, maybe before there was anybody to give it. */
  private asked = false;
  /** The page listens; until then it is told nothing, and a snapshot is the first it is told. */
  private listening = false;

  /** @param column where it goes, unless it would cover the code that is being worked on */
  static create(home: PanelHome, column: vscode.ViewColumn | undefined, preserveFocus: boolean): PanelView {
    const free = column !== vscode.window.activeTextEditor?.viewColumn ? column : undefined;
    const place = { viewColumn: free ?? vscode.ViewColumn.Beside, preserveFocus };
    // It calls itself active at first, with the focus or without.
    return new PanelView(
      vscode.window.createWebviewPanel(viewType, emptyTitle, place, { enableFindWidget: true }),
      home,
      !preserveFocus,
    );
  }

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly home: PanelHome,
    /** It has had the focus: there may be something in it that somebody has written. */
    private touched = panel.active,
  ) {
    super();
    const { extensionUri } = home;
    this.onDidDispose = panel.onDidDispose;
    const { webview } = panel;
    this.register(
      webview.onDidReceiveMessage((message: unknown) => {
        if (!isToHost(message)) return;
        if (message.type === 'ready') this.asked = true;
        if (this.listener) this.listener(message);
        else if (message.type !== 'ready') this.unheard = [...this.unheard, message];
      }),
    );
    // A hidden page is torn down; when it is shown again it says `ready` again.
    this.register(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.asked = this.listening = false;
        if (panel.active) this.activate();
      }),
    );
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
    loadPage(webview, extensionUri);
  }

  /** What it says from now on, and before that what it has said so far: {@link ready} tells whether it has said `ready`. */
  listen(listener: (message: ToHost) => void): void {
    this.listener = listener;
    const waiting = this.unheard;
    this.unheard = [];
    for (const message of waiting) listener(message);
  }

  /** The first message to a page that has said `ready`. */
  start(snapshot: ToWebview & { readonly type: 'snapshot' }): void {
    if (this.disposed) return;
    this.listening = true;
    this.deliver(snapshot);
  }

  /** A page that has not is going to say `ready`. */
  get ready(): boolean {
    return this.asked;
  }

  get listens(): boolean {
    return this.listening;
  }

  post(message: ToWebview): void {
    // A panel that is closed throws.
    if (this.listening && !this.disposed) this.deliver(message);
  }

  private deliver(message: ToWebview): void {
    this.panel.webview.postMessage(message).then(undefined, this.home.onError);
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
    if (this.disposed) return;
    if (preserveFocus && editor) await vscode.window.showTextDocument(editor.document, { viewColumn: column });
  }

  /** A panel that moves becomes a preview, which the next click in the Explorer replaces: it is kept by hand. */
  private async moveBeside(): Promise<void> {
    const active = this.becomesActive();
    this.panel.reveal(vscode.ViewColumn.Beside);
    if (!(await active)) return;
    // Acts on the active editor only, hence the detour of the focus.
    await vscode.commands.executeCommand('workbench.action.keepEditor');
  }

  /** @returns whether it has; a panel that is closed meanwhile, or that nothing gives the focus to, has not. */
  private becomesActive(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), becomesActiveMs);
      const waiting = [
        this.onDidActivate(() => settle(true)),
        this.onDidDispose(() => settle(false)),
        new vscode.Disposable(() => clearTimeout(timer)),
      ];
      const settle = (active: boolean): void => {
        for (const each of waiting) each.dispose();
        resolve(active);
      };
    });
  }

  private activate(): void {
    this.touched = true;
    this.activations.fire();
  }

  /** As it is now, shown or behind another tab. */
  get column(): vscode.ViewColumn | undefined {
    return this.panel.viewColumn;
  }

  get active(): boolean {
    return this.panel.active;
  }

  get visible(): boolean {
    return !this.disposed && this.panel.visible;
  }

  get used(): boolean {
    return this.touched;
  }

  get title(): string {
    return this.panel.title;
  }

  /** @param name the conversation's own, or its first prompt */
  setTitle(name: string | undefined): void {
    const title = panelTitle(name ?? '') || emptyTitle;
    if (this.panel.title !== title) this.panel.title = title;
  }

  /** `dispose` only lets go of the panel: one that is there when the window goes away is restored with the next. */
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
    help: faultHelp(translate, locale),
    locale,
  });
}
