import * as vscode from 'vscode';
import { isPanelState } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { Disposable } from '../util/disposable';
import { ConversationTab, ConversationTabs } from './conversationTabs';
import { columnOfExistingTab, type PanelRestoration } from './panelRestoration';
import type { PanelServices, PrefilledPrompt, SessionServices } from './panelServices';
import { conversationName, panelTitle } from '../ui/panelText';
import { PanelView, type PanelViewDeps } from './panelView';

/** Maximum number of conversations that are reopened after a reload because their turn was interrupted. */
const maxReopened = 3;

/** Manages the panels of this window, one for each open conversation, and restores them after a reload. */
export class ConversationPanels extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly closeEmitter = this.register(new vscode.EventEmitter<Conversation>());
  /** Fires after the panel of a conversation was closed. */
  readonly onDidClose = this.closeEmitter.event;
  private readonly viewDeps: PanelViewDeps;
  private readonly conversations: Conversations;
  private readonly services: SessionServices;
  private readonly tabs = new ConversationTabs({
    onActivated: ({ conversation }) => {
      if (conversation) this.conversations.activate(conversation);
      this.rememberPanels();
    },
    onClosed: ({ conversation }) => {
      if (conversation) {
        conversation.promptAwaitingKey = undefined;
        this.closeEmitter.fire(conversation);
      }
      this.rememberPanels();
    },
  });

  constructor(
    extensionUri: vscode.Uri,
    private readonly restoration: PanelRestoration,
    services: PanelServices,
  ) {
    super();
    this.services = { ...services, panels: this };
    this.conversations = services.conversations;
    this.viewDeps = { extensionUri, onError: services.onError };
  }

  /**
   * Reveals the panel of a conversation, or opens a panel that also shows what has happened since the previous panel
   * was closed.
   */
  show(conversation: Conversation, { preserveFocus }: { readonly preserveFocus: boolean }): void {
    const tab = this.tabs.find(conversation.id);
    tab?.view.reveal(preserveFocus).catch(this.viewDeps.onError);
    this.open(conversation, tab ?? this.create(preserveFocus));
    if (!preserveFocus) this.conversations.activate(conversation);
  }

  /**
   * Opens a panel for each conversation that has none. Leaves out a conversation whose panel VS Code is going to
   * restore, because the restored panel contains the user's draft.
   * @param conversations newest first
   */
  reopen(conversations: readonly Conversation[]): void {
    const titles = this.titles();
    const withoutPanel = conversations.filter((conversation) => {
      const name = conversationName(conversation);
      const willBeRestored = name !== undefined && this.restoration.willBeRestored(panelTitle(name), titles);
      return !willBeRestored && !this.isOpen(conversation.id);
    });
    for (const conversation of withoutPanel.slice(0, maxReopened)) this.open(conversation, this.create(true));
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
    else replacement.catch(this.viewDeps.onError);
  }

  /** Returns whether the conversation has a panel. */
  isOpen(id: string): boolean {
    return this.tabs.find(id) !== undefined;
  }

  /** Returns whether a panel shows a conversation that satisfies the predicate. */
  isAnyOpen(predicate: (conversation: Conversation) => boolean): boolean {
    return this.tabs.all().some(({ conversation }) => conversation !== undefined && predicate(conversation));
  }

  /** Returns whether the conversation has a panel that no other tab covers. */
  isVisible(id: string): boolean {
    return this.tabs.find(id)?.view.isVisible ?? false;
  }

  /** Closes the panel of a conversation. A running turn continues. */
  close(id: string): void {
    this.tabs.find(id)?.close();
  }

  /** Puts text into the composer of a conversation's panel and focuses it. */
  prefill(conversation: Conversation, prefilled: PrefilledPrompt): void {
    this.tabs.find(conversation.id)?.session?.prefill(prefilled);
  }

  /** Sends the prompt history to all pages after prompts were removed from it. */
  updatePromptHistory(): void {
    for (const { session } of this.tabs.all()) session?.updatePromptHistory();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.restoration.handleRestored();
    const savedState = isPanelState(state) ? state : undefined;
    const existing = savedState && this.tabs.find(savedState.conversationId);
    if (existing && !isReplaceable(existing)) {
      panel.dispose();
      return;
    }
    const { current } = this.conversations;
    // Adds the tab before the conversation is read, so that this tab is reused if the user opens the conversation
    // meanwhile.
    const view = new PanelView(panel, this.viewDeps);
    const tab = this.tabs.add(new ConversationTab(view, this.services, { isRestored: true, savedState }));
    if (existing?.conversation) this.replaceTab(existing.conversation, tab, existing);
    const isWanted = (): boolean => this.tabs.has(tab) && !tab.session;
    if (isWanted()) {
      // Shows the current conversation, or a new one, in a restored panel without a saved state. The page of a crashed
      // window has saved no state, so the conversation of its panel is unknown.
      const found = savedState
        ? await this.conversations.open(savedState.conversationId, isWanted)
        : await this.conversations.ensureCurrent();
      if (isWanted()) this.showFound(found, tab);
    }
    // Makes the conversation of the focused panel current, or else the conversation that was current before, because
    // opening the restored conversation has made that conversation current.
    const active = this.tabs.focusedConversation ?? current;
    if (active) this.conversations.activate(active);
  }

  override dispose(): void {
    for (const tab of this.tabs.all()) tab.dispose();
    super.dispose();
  }

  private async reopenAfterClose(closed: Promise<vscode.ViewColumn | undefined>): Promise<void> {
    const column = await closed;
    if (column === undefined) return;
    for (const id of this.restoration.orphanedIds) {
      const conversation = this.isOpen(id) ? undefined : await this.conversations.openOrCreate(id);
      // Passes the column, because VS Code reports the column of a new panel too late for the next one.
      if (conversation && !this.isOpen(id)) this.open(conversation, this.create(true, column));
    }
  }

  private titles(): readonly string[] {
    return this.tabs.all().map(({ view }) => view.title);
  }

  private create(preserveFocus: boolean, column = this.tabs.preferredColumn ?? columnOfExistingTab()): ConversationTab {
    const view = PanelView.create(this.viewDeps, column, preserveFocus);
    return this.tabs.add(new ConversationTab(view, this.services));
  }

  private replaceTab(conversation: Conversation, tab: ConversationTab, previous: ConversationTab): void {
    this.open(conversation, tab);
    this.tabs.discard(previous);
  }

  private open(conversation: Conversation, tab: ConversationTab): void {
    if (tab.session) return;
    tab.open(conversation, this.conversations.keepOpen(conversation));
    this.rememberPanels();
  }

  private rememberPanels(): void {
    this.restoration.remember(this.tabs.mostRecentLast().flatMap(({ conversation }) => conversation?.id ?? []));
  }

  private showFound(found: Conversation | undefined, tab: ConversationTab): void {
    const existing = found && this.tabs.find(found.id);
    if (!found) this.showEmpty(tab);
    else if (!existing || existing === tab) this.open(found, tab);
    else if (isReplaceable(existing)) this.replaceTab(found, tab, existing);
    else this.merge(tab, existing);
  }

  /**
   * Closes a second panel of a conversation. If the user has already sent a prompt in the second panel, the first panel
   * handles it.
   */
  private merge(tab: ConversationTab, existing: ConversationTab): void {
    tab.view.setListener((message) => {
      if (message.type === 'send') existing.session?.handleMessage(message);
    });
    this.tabs.discard(tab);
  }

  /**
   * Shows the empty conversation in a restored panel whose conversation no longer exists on disk, so that the draft is
   * kept. If the empty conversation already has a panel, moves the draft to that panel and closes the restored one.
   */
  private showEmpty(tab: ConversationTab): void {
    const conversation = this.conversations.startNew();
    const existing = this.tabs.find(conversation.id);
    if (!existing || existing === tab) return this.open(conversation, tab);
    this.merge(tab, existing);
    if (tab.savedState) existing.session?.adoptUnsent(tab.savedState.conversationId);
  }
}

/**
 * Returns whether a restored panel may replace this tab. This is allowed only if the user can't have typed anything in
 * this tab since the reload.
 */
function isReplaceable(tab: ConversationTab): boolean {
  return !tab.isRestored && !tab.view.hasBeenFocused;
}
