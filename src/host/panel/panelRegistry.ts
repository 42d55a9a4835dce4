import * as vscode from 'vscode';
import { isPanelState } from '../../shared/pageMessages';
import { viewType } from '../contributions';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { translateFaultHelp } from '../ui/faultAdvice';
import { loadWebviewPage } from '../ui/loadWebviewPage';
import { tabTitle } from '../ui/panelText';
import { hostWords } from '../ui/words';
import { Disposable } from '../util/disposable';
import { resultWithin } from '../util/systemClock';
import { ConversationPanel, emptyTitle } from './conversationPanel';
import type { PanelRestoration } from './panelRestoration';
import type { PanelServices, PrefilledPrompt } from './panelServices';

/** Maximum number of conversations with interrupted turns that are reopened after a reload. */
const maxReopened = 3;

/**
 * Maximum time to wait for a panel to become active, in milliseconds. While a modal dialog is open, no panel becomes
 * active.
 */
const activationTimeoutMs = 2000;

const withFocus = { preserveFocus: false };

/** Services that the commands about conversations use. */
export interface PanelFeatures extends PanelServices {
  readonly panels: PanelRegistry;
}

/** The panels of this window, one for each open conversation. */
export class PanelRegistry extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly closeEmitter = this.register(new vscode.EventEmitter<Conversation>());
  readonly onDidClose = this.closeEmitter.event;
  private readonly visibilityEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when a panel might have become visible or hidden. */
  readonly onDidChangeVisibility = this.visibilityEmitter.event;
  /**
   * Panels, keyed by the ids of their conversations. The panel that was opened or focused most recently is the last.
   */
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

  /**
   * Opens a conversation and shows its panel.
   * @returns false if the conversation can't be opened
   */
  async open(id: string, options = withFocus): Promise<boolean> {
    const conversation = await this.conversations.open(id);
    if (conversation) this.show(conversation, options);
    return conversation !== undefined;
  }

  show(conversation: Conversation, { preserveFocus } = withFocus): void {
    const existing = this.panels.get(conversation.id);
    if (existing) this.reveal(existing, preserveFocus);
    else this.create(conversation, preserveFocus);
    if (!preserveFocus) this.conversations.activate(conversation);
  }

  /**
   * Opens panels for conversations, newest first. Conversations whose panels VS Code is going to restore are skipped.
   */
  reopen(conversations: readonly Conversation[]): void {
    const withoutPanel = conversations.filter((conversation) => !this.hasPanel(conversation));
    for (const conversation of withoutPanel.slice(0, maxReopened)) this.create(conversation, true);
  }

  /**
   * Replaces the tabs that a previous extension host has left in this window. If the user sees none of these tabs, the
   * promise resolves immediately, and the tabs are replaced when the user looks at one of them.
   */
  async replaceOrphaned(): Promise<void> {
    if (this.restoration.orphanedIds.length === 0) return;
    const replacement = this.reopenAfterClose(this.restoration.closeOrphanedTabs(() => this.titles()));
    if (this.restoration.isOrphanedTabVisible(this.titles())) await replacement;
    else replacement.catch(this.services.onError);
  }

  isOpen(id: string): boolean {
    return this.panels.has(id);
  }

  hasPanel({ id, tree }: Conversation): boolean {
    return this.isOpen(id) || this.restoration.willBeRestored(tabTitle(tree), this.titles());
  }

  isAnyOpen(predicate: (conversation: Conversation) => boolean): boolean {
    return [...this.panels.values()].some(({ conversation }) => predicate(conversation));
  }

  isVisible(id: string): boolean {
    return this.panels.get(id)?.isVisible ?? false;
  }

  close(id: string): void {
    this.panels.get(id)?.view.dispose();
  }

  prefill(conversation: Conversation, prefilled: PrefilledPrompt): void {
    this.panels.get(conversation.id)?.prefill(prefilled);
  }

  /** Lets the page of a conversation send its draft to several models. @returns false if no page shows the conversation */
  compareDraft({ id }: Conversation, models?: readonly string[]): boolean {
    return this.panels.get(id)?.compareDraft(models) ?? false;
  }

  updatePromptHistory(): void {
    for (const panel of this.panels.values()) panel.updatePromptHistory();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.restoration.handleRestored();
    const closed = new AbortController();
    panel.onDidDispose(() => closed.abort());
    const { current } = this.conversations;
    const conversation = await this.readRestored(state);
    const existing = this.panels.get(conversation.id);
    if (existing) {
      panel.dispose();
      this.reveal(existing, true);
    } else if (!closed.signal.aborted) this.add(panel, conversation);
    // Restoring a panel must not change the current conversation. If a panel has the focus, however, its conversation
    // becomes current.
    const focused = [...this.panels.values()].find(({ view }) => view.active)?.conversation ?? current;
    if (focused) this.conversations.activate(focused);
  }

  override dispose(): void {
    for (const panel of this.panels.values()) panel.dispose();
    super.dispose();
  }

  /**
   * Returns the conversation of a restored panel. If that conversation was deleted or can't be read, returns a new
   * conversation.
   */
  private async readRestored(state: unknown): Promise<Conversation> {
    // If the window has crashed, the page could not save its state, so the conversation of the restored panel is
    // unknown.
    if (!isPanelState(state)) return this.conversations.ensureCurrent();
    const { conversationId } = state;
    const isDeleted = this.services.promptHistory.deletedConversations().includes(conversationId);
    const found = isDeleted ? undefined : await this.conversations.openOrCreate(conversationId);
    return found ?? this.conversations.startNew();
  }

  private async reopenAfterClose(closed: Promise<vscode.ViewColumn | undefined>): Promise<void> {
    const column = await closed;
    if (column === undefined) return;
    for (const id of this.restoration.orphanedIds) {
      const conversation = this.isOpen(id) ? undefined : await this.conversations.openOrCreate(id);
      // All panels are created in the same column. VS Code reports the column of a new panel too late to use it for the
      // next panel.
      if (conversation && !this.isOpen(id)) this.create(conversation, true, column);
    }
  }

  private titles(): readonly string[] {
    return [...this.panels.values()].map(({ view }) => view.title);
  }

  /**
   * Creates a panel.
   * @param column preferred editor column, by default the column of the last panel. If the panel would cover the active
   * text editor in that column, the panel is created beside the editor.
   */
  private create(
    conversation: Conversation,
    preserveFocus: boolean,
    column = [...this.panels.values()].at(-1)?.view.viewColumn,
  ): void {
    const isFree = column !== undefined && column !== vscode.window.activeTextEditor?.viewColumn;
    const position = { viewColumn: isFree ? column : columnBeside(), preserveFocus };
    this.add(
      vscode.window.createWebviewPanel(viewType, emptyTitle, position, { enableFindWidget: true }),
      conversation,
    );
  }

  private add(webviewPanel: vscode.WebviewPanel, conversation: Conversation): void {
    const { id } = conversation;
    const panel = new ConversationPanel(webviewPanel, conversation, this.services);
    this.panels.set(id, panel);
    webviewPanel.onDidChangeViewState(() => {
      this.visibilityEmitter.fire();
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
      this.closeEmitter.fire(conversation);
      this.visibilityEmitter.fire();
      this.rememberPanels();
    });
    loadWebviewPage(webviewPanel, this.extensionUri, {
      script: 'webview.js',
      styles: ['markdown.css', 'panel.css', 'network.css', 'timeline.css', 'composer.css'],
      data: { strings: hostWords().strings, help: translateFaultHelp(vscode.l10n.t, vscode.env.language) },
      // The page creates the worker of the syntax highlighter from a string. The content security policy must permit
      // this kind of worker.
      directives: ['worker-src blob:'],
    });
    this.visibilityEmitter.fire();
    this.rememberPanels();
  }

  private reveal({ view }: ConversationPanel, preserveFocus: boolean): void {
    revealPanel(view, preserveFocus).catch(this.services.onError);
  }

  private rememberPanels(): void {
    this.restoration.remember([...this.panels.keys()]);
  }
}

/**
 * Returns the editor column beside the active column. If the active column is the last, this is the column to its left,
 * so that VS Code does not add a column.
 */
function columnBeside(): vscode.ViewColumn {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const isLast = all.every(({ viewColumn }) => viewColumn <= activeTabGroup.viewColumn);
  const left = all.find(({ viewColumn }) => viewColumn - activeTabGroup.viewColumn === -1);
  return (isLast ? left?.viewColumn : undefined) ?? vscode.ViewColumn.Beside;
}

/**
 * Shows a panel without covering the active editor. If necessary, the panel is moved to the column beside that editor
 * and pinned there. Otherwise, the next file that the user opens in that column would replace the panel.
 */
async function revealPanel(panel: vscode.WebviewPanel, preserveFocus: boolean): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const column = editor?.viewColumn;
  if (column === undefined || column !== panel.viewColumn) {
    panel.reveal(undefined, preserveFocus);
    return;
  }
  const becameActive = waitUntilActive(panel);
  panel.reveal(columnBeside());
  // The command `keepEditor` affects only the active editor, so the panel must become active first.
  if (!(await becameActive)) return;
  await vscode.commands.executeCommand('workbench.action.keepEditor');
  if (preserveFocus && editor) await vscode.window.showTextDocument(editor.document, { viewColumn: column });
}

async function waitUntilActive(panel: vscode.WebviewPanel): Promise<boolean> {
  let subscription: vscode.Disposable | undefined;
  const becameActive = new Promise<true>((resolve) => {
    subscription = panel.onDidChangeViewState(() => panel.active && resolve(true));
  });
  const isActive = await resultWithin(activationTimeoutMs, becameActive);
  subscription?.dispose();
  return isActive === true;
}
