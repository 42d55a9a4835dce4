import * as v from 'valibot';
import * as vscode from 'vscode';
import { isPanelState, type AnswerAction } from '../../shared/pageMessages';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { PanelLocation } from '../settings/settings';
import { translateFaultHelp } from '../ui/faultAdvice';
import { loadWebviewPage } from '../ui/loadWebviewPage';
import { tabTitle } from '../ui/panelText';
import { hostWords } from '../ui/words';
import { Disposable } from '../util/disposable';
import { parseOrUndefined } from '../util/validation';
import { ConversationPanel } from './conversationPanel';
import type { Drafts } from './drafts';
import { EditorTab } from './editorTab';
import type { PanelFrame } from './panelFrame';
import type { PanelRestoration } from './panelRestoration';
import type { Panels, PanelServices, PrefilledPrompt, ShowOptions } from './panelServices';
import { revealSideBarView, SideBarView } from './sideBarView';

/** Maximum number of conversations with interrupted turns that are reopened after a reload. */
const maxReopened = 3;

/** The argument that VS Code passes to a command in the context menu of an answer. */
const menuContext = v.object({ conversationId: v.string(), answerId: v.string() });

/** Services that the commands about conversations use. */
export interface PanelFeatures extends PanelServices {
  readonly panels: PanelRegistry;
}

/**
 * The panels of this window, one for each open conversation. Any number of conversations are in editor tabs, and one is
 * in the view in the side bar.
 */
export class PanelRegistry
  extends Disposable
  implements Panels, vscode.WebviewPanelSerializer, vscode.WebviewViewProvider
{
  private readonly closeEmitter = this.register(new vscode.EventEmitter<Conversation>());
  readonly onDidClose = this.closeEmitter.event;
  private readonly visibilityEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when a panel might have become visible or hidden. */
  readonly onDidChangeVisibility = this.visibilityEmitter.event;
  /**
   * Panels, keyed by the ids of their conversations. The panel that was opened or focused most recently is the last.
   */
  private readonly panels = new Map<string, ConversationPanel>();
  /** The view in the side bar. Undefined until VS Code creates the view. */
  private view: SideBarView | undefined;
  /** Conversation that is kept open until VS Code has created the view, which then shows the conversation. */
  private conversationForView: { readonly conversation: Conversation; dispose(): void } | undefined;
  private readonly conversations: Conversations;
  private readonly services: PanelServices;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly restoration: PanelRestoration,
    private readonly drafts: Drafts,
    services: Omit<PanelServices, 'panels'>,
  ) {
    super();
    this.services = { ...services, panels: this };
    this.conversations = services.conversations;
  }

  /**
   * Opens a conversation and shows its panel, by default in the location of a new conversation.
   * @returns false if the conversation can't be opened
   */
  async open(id: string, options: ShowOptions = {}): Promise<boolean> {
    const { location = this.locationForNew } = options;
    const conversation = await this.conversations.open(id);
    if (conversation) this.show(conversation, { ...options, location });
    return conversation !== undefined;
  }

  show(conversation: Conversation, { preserveFocus = false, location }: ShowOptions = {}): void {
    const existing = this.panels.get(conversation.id);
    if (existing) this.reveal(existing.frame, preserveFocus);
    else if ((this.locationOf(conversation.id) ?? location ?? this.services.settings.openIn()) === 'editor')
      this.openTab(conversation, preserveFocus);
    else this.showInView(conversation, preserveFocus);
    if (!preserveFocus) this.conversations.activate(conversation);
  }

  /** Shows a conversation in the side bar or in an editor tab, even if it is already shown in the other location. */
  move(conversation: Conversation, location: PanelLocation): void {
    this.endWaitFor(conversation.id);
    const previous = this.panels.get(conversation.id);
    if (!previous || previous.frame.location === location) {
      this.show(conversation, { location });
      return;
    }
    this.remove(previous);
    this.show(conversation, { location });
    this.closeOrClear(previous.frame, true);
  }

  /** Makes the conversation of the view current, so that commands act on it. */
  activateView(): void {
    const panel = this.panelIn(this.view);
    if (panel) this.conversations.activate(panel.conversation);
  }

  get locationForNew(): PanelLocation {
    return this.locationOf(this.conversations.current?.id) ?? this.services.settings.openIn();
  }

  /** Returns where a conversation is shown, or undefined if it has no panel. */
  locationOf(id = ''): PanelLocation | undefined {
    return this.conversationForView?.conversation.id === id ? 'sideBar' : this.panels.get(id)?.frame.location;
  }

  /**
   * Opens tabs for conversations, newest first. Conversations that VS Code is going to restore are skipped. If one of
   * the conversations was last in the view, the view is shown, because VS Code doesn't restore a hidden view.
   */
  reopen(conversations: readonly Conversation[]): void {
    if (!this.view && conversations.some(({ id }) => id === this.restoration.idInView)) this.revealView(true);
    const withoutPanel = conversations.filter((conversation) => !this.hasPanel(conversation));
    for (const conversation of withoutPanel.slice(0, maxReopened)) this.openTab(conversation, true);
  }

  /**
   * Replaces the tabs that a previous extension host has left in this window. If the user sees none of these tabs, the
   * promise resolves immediately, and the tabs are replaced when the user looks at one of them.
   */
  async replaceOrphaned(): Promise<void> {
    if (this.restoration.orphanedIds.length === 0) return;
    const replacement = this.reopenOrphaned();
    if (this.restoration.isOrphanedTabVisible(this.titles())) await replacement;
    else replacement.catch(this.services.onError);
  }

  hasPanel({ id, tree }: Conversation): boolean {
    const { restoration } = this;
    if (this.locationOf(id) !== undefined || restoration.idInView === id) return true;
    return restoration.willBeRestored(tabTitle(tree), this.titles());
  }

  isAnyOpen(predicate: (conversation: Conversation) => boolean): boolean {
    return [...this.panels.values()].some(({ conversation }) => predicate(conversation));
  }

  isVisible(id: string): boolean {
    return this.panels.get(id)?.page.isVisible ?? false;
  }

  close(id: string): void {
    this.endWaitFor(id);
    const panel = this.panels.get(id);
    if (panel) this.closeOrClear(panel.frame);
  }

  prefill(conversation: Conversation, prefilled: PrefilledPrompt): void {
    this.drafts.of(conversation).addPrefill(prefilled);
    this.panels.get(conversation.id)?.postPrefills();
  }

  /** Lets the page of a conversation send its draft to several models. @returns false if no page shows the conversation */
  compareDraft({ id }: Conversation, models?: readonly string[]): boolean {
    return this.panels.get(id)?.page.post({ type: 'compareDraft', models }) ?? false;
  }

  /** Performs an action for the answer whose context menu VS Code has shown. */
  performAction(context: unknown, action: AnswerAction): void {
    const { conversationId = '', answerId = '' } = parseOrUndefined(menuContext, context) ?? {};
    this.panels.get(conversationId)?.page.post({ type: 'answerAction', answerId, action });
  }

  updatePromptHistory(): void {
    this.drafts.delete(this.services.promptHistory.deletedConversations());
    for (const panel of this.panels.values()) panel.updatePromptHistory();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.restoration.handleRestored();
    const closed = new AbortController();
    panel.onDidDispose(() => closed.abort());
    const conversation = await this.readRestored(state);
    const existing = this.panels.get(conversation.id);
    if (existing) {
      panel.dispose();
      this.reveal(existing.frame, true);
    } else if (!closed.signal.aborted) this.add(new EditorTab(panel, this.extensionUri), conversation);
    const focusedPanel = [...this.panels.values()].find(({ frame }) => frame.active);
    if (focusedPanel) this.conversations.activate(focusedPanel.conversation);
  }

  /**
   * VS Code calls this method when the user opens the view for the first time after the window was loaded, and when the
   * extension host has restarted.
   */
  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    const closed = new AbortController();
    view.onDidDispose(() => closed.abort());
    const restored = this.conversationForView ? undefined : await this.findForView();
    if (closed.signal.aborted) return;
    this.view = new SideBarView(view, this.services.setContext);
    // A command might have opened another conversation in the side bar while the file was being read.
    const conversation = this.conversationForView?.conversation ?? restored;
    const isFree = conversation && !this.panels.has(conversation.id);
    this.add(this.view, isFree ? conversation : this.conversations.createInBackground());
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
    const storedConversation = isDeleted ? undefined : await this.conversations.openOrCreate(conversationId);
    return storedConversation ?? this.conversations.createInBackground();
  }

  private async reopenOrphaned(): Promise<void> {
    const column = await this.restoration.closeOrphanedTabs(() => this.titles());
    if (column === undefined) return;
    for (const id of this.restoration.orphanedIds) {
      const conversation = this.panels.has(id) ? undefined : await this.conversations.openOrCreate(id);
      // All tabs are opened in the same column. VS Code reports the column of a new tab too late to use it for the next
      // tab.
      if (conversation && !this.panels.has(id)) this.openTab(conversation, true, column);
    }
  }

  private get tabs(): readonly EditorTab[] {
    return [...this.panels.values()].flatMap(({ frame }) => (frame instanceof EditorTab ? frame : []));
  }

  private panelIn(frame: PanelFrame | undefined): ConversationPanel | undefined {
    return [...this.panels.values()].find((panel) => panel.frame === frame);
  }

  private titles(): readonly string[] {
    return this.tabs.map(({ container }) => container.title);
  }

  /** @param column preferred editor column, by default the column of the last tab */
  private openTab(
    conversation: Conversation,
    preserveFocus: boolean,
    column = this.tabs.at(-1)?.container.viewColumn,
  ): void {
    this.add(EditorTab.open(this.extensionUri, preserveFocus, column), conversation);
  }

  private showInView(conversation: Conversation, preserveFocus: boolean): void {
    if (this.view) this.add(this.view, conversation);
    else {
      this.conversationForView?.dispose();
      this.conversationForView = { conversation, ...this.conversations.keepOpen(conversation) };
    }
    this.revealView(preserveFocus);
  }

  /** Ends the wait for the view, if the conversation is kept open for the view. */
  private endWaitFor(id: string): void {
    if (this.conversationForView?.conversation.id !== id) return;
    this.conversationForView.dispose();
    this.conversationForView = undefined;
  }

  private revealView(preserveFocus: boolean): void {
    revealSideBarView(preserveFocus).then(undefined, this.services.onError);
  }

  /** Returns the conversation that the view shows when VS Code creates it, or undefined for a new conversation. */
  private async findForView(): Promise<Conversation | undefined> {
    const { idInView } = this.restoration;
    try {
      if (idInView !== undefined) return await this.readRestored({ conversationId: idInView });
    } catch (error) {
      this.services.onError(error);
    }
    return this.conversations.current;
  }

  /** Closes a tab. The view is not closed, but shows a new conversation. */
  private closeOrClear(frame: PanelFrame, preserveFocus = false): void {
    if (frame instanceof EditorTab) frame.close();
    else this.add(frame, this.conversations.createInBackground(), preserveFocus);
  }

  private add(frame: PanelFrame, conversation: Conversation, preserveFocus = false): void {
    const { id } = conversation;
    const previous = this.panelIn(frame);
    if (previous) {
      this.remove(previous);
      this.drafts.keepEmpty(previous.conversation);
    }
    const panel = new ConversationPanel(
      frame,
      conversation,
      this.services,
      this.drafts.of(conversation),
      preserveFocus,
    );
    this.panels.set(id, panel);
    this.endWaitFor(id);
    panel.register(
      frame.onDidChangeState(() => {
        this.visibilityEmitter.fire();
        if (!frame.active) return;
        this.panels.delete(id);
        this.panels.set(id, panel);
        this.conversations.activate(conversation);
        this.rememberPanels();
      }),
    );
    panel.register(frame.container.onDidDispose(() => this.handleDispose(panel)));
    const { location } = frame;
    loadWebviewPage(frame.container.webview, this.extensionUri, {
      script: 'webview.js',
      styles: ['markdown.css', 'panel.css', 'network.css', 'timeline.css', 'composer.css'],
      data: { location, strings: hostWords().strings, help: translateFaultHelp(vscode.l10n.t, vscode.env.language) },
      // The page creates the worker of the syntax highlighter from a string. The content security policy must permit
      // this kind of worker.
      directives: ['worker-src blob:'],
      resources: {
        images: vscode.Uri.file(this.services.images.folder),
        ...(isMathEnabled() && { math: vscode.Uri.joinPath(this.extensionUri, 'dist', 'math.js') }),
      },
    });
    if (previous) this.closeEmitter.fire(previous.conversation);
    this.visibilityEmitter.fire();
    this.rememberPanels();
  }

  private remove(panel: ConversationPanel): void {
    this.panels.delete(panel.conversation.id);
    panel.dispose();
  }

  private handleDispose(panel: ConversationPanel): void {
    if (panel.frame === this.view) this.view = undefined;
    this.remove(panel);
    this.closeEmitter.fire(panel.conversation);
    this.visibilityEmitter.fire();
    this.rememberPanels();
  }

  private reveal(frame: PanelFrame, preserveFocus: boolean): void {
    frame.reveal(preserveFocus).then(undefined, this.services.onError);
  }

  private rememberPanels(): void {
    const idInView = this.panelIn(this.view)?.conversation.id;
    const idsInTabs = [...this.panels.keys()].filter((id) => id !== idInView);
    this.restoration.remember(idsInTabs, idInView);
  }
}

/** Returns whether VS Code's own Markdown preview shows formulas. The panel follows the same setting. */
function isMathEnabled(): boolean {
  return vscode.workspace.getConfiguration('markdown').get('math.enabled', true);
}
