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
    if (this.view) this.view.reveal(preserveFocus);
    this.open(conversation, this.view ?? this.adopt(PanelView.create(this.extensionUri, preserveFocus)));
  }

  /** Puts text into the composer of the panel and focuses it. */
  compose(text: string): void {
    this.session?.compose(text);
  }

  connectionChanged(): void {
    this.session?.connectionChanged().catch(this.context.onError);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = !this.view && isPanelState(state) ? await this.conversations.open(state.conversationId) : undefined;
    const conversation = kept ?? (await this.conversations.resume());
    // One was opened in the meantime: there is one panel.
    if (this.view) panel.dispose();
    else this.open(conversation, this.adopt(new PanelView(panel, this.extensionUri)));
  }

  override dispose(): void {
    this.session?.dispose();
    super.dispose();
  }

  private adopt(view: PanelView): PanelView {
    this.view = view;
    view.onDidDispose(() => {
      view.dispose();
      if (this.view !== view) return;
      this.view = undefined;
      this.session?.dispose();
      this.session = undefined;
    });
    return view;
  }

  private open(conversation: Conversation, view: PanelView): void {
    if (this.session?.conversation === conversation) return;
    this.session?.dispose();
    this.session = new PanelSession(conversation, view, this.context);
    // A fresh page asks for its snapshot itself.
    if (view.listens) this.session.replay().catch(this.context.onError);
  }
}
