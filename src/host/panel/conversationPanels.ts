import * as vscode from 'vscode';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { Disposable } from '../disposable';
import { isPanelState } from './incoming';
import { PanelSession, type PanelContext } from './panelSession';
import { PanelView, viewType } from './panelView';

/** The panel beside the editor: which conversation is in it, and its way back after a reload. */
export class ConversationPanels extends Disposable implements vscode.WebviewPanelSerializer {
  private view: PanelView | undefined;
  /** The view is the one that VS Code has kept over a reload. */
  private restored = false;
  /** The user wants the conversation of the session, rather than whatever a restored panel had. */
  private chosen = false;
  private session: PanelSession | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly conversations: Conversations,
    private readonly context: PanelContext,
  ) {
    super();
    this.register(vscode.window.registerWebviewPanelSerializer(viewType, this));
  }

  /** A panel that was closed comes back with all that has happened since. */
  show(conversation: Conversation, { preserveFocus }: { readonly preserveFocus: boolean }): void {
    this.view?.reveal(preserveFocus).catch(this.context.onError);
    this.chosen = true;
    this.open(conversation, this.view ?? this.create(preserveFocus));
  }

  /** For a conversation that has lost its panel; one that VS Code restores has its own, and its draft. */
  reopen(conversation: Conversation): void {
    if (!this.view) this.open(conversation, this.create(true));
  }

  /** Puts text into the composer of the panel and focuses it. */
  compose(text: string): void {
    this.session?.compose(text);
  }

  connectionChanged(): void {
    this.session?.connectionChanged().catch(this.context.onError);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    // There is one panel.
    if (this.restored) {
      panel.dispose();
      return;
    }
    const chosen = this.chosen ? this.session?.conversation : undefined;
    // At once, so that whatever is shown while the conversation is loaded is shown here.
    const view = this.adopt(new PanelView(panel, this.extensionUri));
    this.restored = true;
    if (chosen) {
      this.chosen = true;
      this.open(chosen, view);
      return;
    }
    const wanted = (): boolean => this.view === view && !this.session;
    const kept = isPanelState(state) ? await this.conversations.open(state.conversationId, wanted) : undefined;
    if (!wanted()) return;
    const conversation = kept ?? (await this.conversations.resume());
    if (wanted()) this.open(conversation, view);
  }

  override dispose(): void {
    this.session?.dispose();
    this.view?.dispose();
    super.dispose();
  }

  private create(preserveFocus: boolean): PanelView {
    return this.adopt(PanelView.create(this.extensionUri, preserveFocus));
  }

  /** In place of the one before. */
  private adopt(view: PanelView): PanelView {
    const before = this.view;
    if (before) {
      this.forget();
      before.close();
    }
    this.view = view;
    view.onDidDispose(() => {
      view.dispose();
      if (this.view === view) this.forget();
    });
    return view;
  }

  private forget(): void {
    this.view = undefined;
    this.restored = false;
    this.chosen = false;
    this.session?.dispose();
    this.session = undefined;
  }

  private open(conversation: Conversation, view: PanelView): void {
    if (this.session?.conversation === conversation) return;
    this.session?.dispose();
    this.session = new PanelSession(conversation, view, this.context);
    // A fresh page asks for its snapshot itself.
    if (view.ready) this.session.replay().catch(this.context.onError);
  }
}
