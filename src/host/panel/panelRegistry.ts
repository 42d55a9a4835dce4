import * as vscode from 'vscode';
import { isPanelState } from '../../shared/protocol';
import { viewType } from '../contributions';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { translateFaultHelp } from '../ui/faultAdvice';
import { loadWebviewPage } from '../ui/loadWebviewPage';
import { conversationName, panelTitle, translatePanelStrings } from '../ui/panelText';
import { Disposable } from '../util/disposable';
import { ConversationPanel, emptyTitle } from './conversationPanel';
import { columnOfExistingTab, type PanelRestoration } from './panelRestoration';
import type { PanelServices, PrefilledPrompt } from './panelServices';

/** Maximum number of conversations that are reopened after a reload because their turn was interrupted. */
const maxReopened = 3;

const translate = (english: string): string => vscode.l10n.t(english);

/** The panels of this window, one for each open conversation. Restores them after a reload. */
export class PanelRegistry extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly closeEmitter = this.register(new vscode.EventEmitter<Conversation>());
  /** Fires after the panel of a conversation was closed. */
  readonly onDidClose = this.closeEmitter.event;
  /** The panels by the ids of their conversations, the most recently opened or focused one last. */
  private readonly panels = new Map<string, ConversationPanel>();
  private readonly conversations: Conversations;
  private readonly services: PanelServices;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly restoration: PanelRestoration,
    services: Omit<PanelServices, 'panels'>,
  ) {
    super();
    this.services = { ...services, panels: this };
    this.conversations = services.conversations;
  }

  /** Reveals the panel of a conversation, or opens one. */
  show(conversation: Conversation, { preserveFocus }: { readonly preserveFocus: boolean }): void {
    const existing = this.panels.get(conversation.id);
    if (existing) existing.reveal(preserveFocus);
    else this.open(conversation, preserveFocus);
    if (!preserveFocus) this.conversations.activate(conversation);
  }

  /**
   * Opens a panel for each conversation that has none. Leaves out a conversation whose panel VS Code is going to
   * restore, because the restored panel is where the user has put it.
   * @param conversations newest first
   */
  reopen(conversations: readonly Conversation[]): void {
    const titles = this.titles();
    const withoutPanel = conversations.filter((conversation) => {
      const title = panelTitle(conversationName(conversation) ?? '');
      return !this.isOpen(conversation.id) && !this.restoration.willBeRestored(title, titles);
    });
    for (const conversation of withoutPanel.slice(0, maxReopened)) this.open(conversation, true);
  }

  /**
   * Replaces the panels that stopped working because their extension host died. Resolves when all are replaced. If all
   * of them are hidden, resolves immediately, because they are replaced only when the user looks at one of them, which
   * may be hours later.
   */
  async replaceOrphaned(): Promise<void> {
    if (this.restoration.orphanedIds.length === 0) return;
    const replacement = this.reopenAfterClose(this.restoration.closeOrphanedTabs(() => this.titles()));
    if (this.restoration.isOrphanedTabVisible(this.titles())) await replacement;
    else replacement.catch(this.services.onError);
  }

  /** Returns whether the conversation has a panel. */
  isOpen(id: string): boolean {
    return this.panels.has(id);
  }

  /** Returns whether a panel shows a conversation that satisfies the predicate. */
  isAnyOpen(predicate: (conversation: Conversation) => boolean): boolean {
    return [...this.panels.values()].some(({ conversation }) => predicate(conversation));
  }

  /** Returns whether the conversation has a panel that no other tab covers. */
  isVisible(id: string): boolean {
    return this.panels.get(id)?.isVisible ?? false;
  }

  /** Closes the panel of a conversation. A running turn continues. */
  close(id: string): void {
    this.panels.get(id)?.close();
  }

  /** Puts text into the composer of a conversation's panel and focuses it. */
  prefill(conversation: Conversation, prefilled: PrefilledPrompt): void {
    this.panels.get(conversation.id)?.prefill(prefilled);
  }

  /** Sends the prompt history to all pages after prompts were removed from it. */
  updatePromptHistory(): void {
    for (const panel of this.panels.values()) panel.updatePromptHistory();
  }

  /** Shows a conversation in a restored panel. The panel is blank until the conversation has been read from disk. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.restoration.handleRestored();
    let isClosed = false;
    panel.onDidDispose(() => (isClosed = true));
    const { current } = this.conversations;
    // The page of a crashed window has saved no state, so the conversation of its panel is unknown.
    const conversation = isPanelState(state)
      ? ((await this.conversations.openOrCreate(state.conversationId)) ?? this.conversations.startNew())
      : await this.conversations.ensureCurrent();
    const existing = this.panels.get(conversation.id);
    if (existing) {
      panel.dispose();
      existing.reveal(true);
    } else if (!isClosed) this.add(panel, conversation);
    // Restoring a panel must not change the current conversation, unless the panel has the focus.
    const focused = [...this.panels.values()].find(({ isActive }) => isActive)?.conversation ?? current;
    if (focused) this.conversations.activate(focused);
  }

  /** Releases the panels without closing them, so that VS Code can restore them after a reload. */
  override dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
    super.dispose();
  }

  private async reopenAfterClose(closed: Promise<vscode.ViewColumn | undefined>): Promise<void> {
    const column = await closed;
    if (column === undefined) return;
    for (const id of this.restoration.orphanedIds) {
      const conversation = this.isOpen(id) ? undefined : await this.conversations.openOrCreate(id);
      // Passes the column, because VS Code reports the column of a new panel too late for the next one.
      if (conversation && !this.isOpen(id)) this.open(conversation, true, column);
    }
  }

  private titles(): readonly string[] {
    return [...this.panels.values()].map(({ title }) => title);
  }

  /** @param column preferred editor column. It is not used if the panel would cover the active editor. */
  private open(conversation: Conversation, preserveFocus: boolean, column = this.preferredColumn): void {
    const isFree = column !== undefined && column !== vscode.window.activeTextEditor?.viewColumn;
    const position = { viewColumn: isFree ? column : vscode.ViewColumn.Beside, preserveFocus };
    this.add(
      vscode.window.createWebviewPanel(viewType, emptyTitle, position, { enableFindWidget: true }),
      conversation,
    );
  }

  private get preferredColumn(): vscode.ViewColumn | undefined {
    return [...this.panels.values()].at(-1)?.column ?? columnOfExistingTab();
  }

  private add(webviewPanel: vscode.WebviewPanel, conversation: Conversation): void {
    const { id } = conversation;
    const panel = new ConversationPanel(webviewPanel, conversation, this.services);
    this.panels.set(id, panel);
    webviewPanel.onDidChangeViewState(() => {
      if (!webviewPanel.active) return;
      this.panels.delete(id);
      this.panels.set(id, panel);
      this.conversations.activate(conversation);
      this.rememberPanels();
    });
    webviewPanel.onDidDispose(() => {
      if (this.disposed) return;
      this.panels.delete(id);
      panel.dispose();
      conversation.promptAwaitingKey = undefined;
      this.closeEmitter.fire(conversation);
      this.rememberPanels();
    });
    loadWebviewPage(webviewPanel, this.extensionUri, {
      script: 'webview.js',
      styles: ['markdown.css', 'panel.css', 'network.css', 'composer.css'],
      data: { strings: translatePanelStrings(translate), help: translateFaultHelp(translate, vscode.env.language) },
      // The script of the page creates the worker of the syntax highlighter from a string.
      directives: ['worker-src blob:'],
    });
    this.rememberPanels();
  }

  private rememberPanels(): void {
    this.restoration.remember([...this.panels.keys()]);
  }
}
