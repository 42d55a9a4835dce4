import * as vscode from 'vscode';
import { isPanelState } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { Disposable } from '../util/disposable';
import { ConversationTab, ConversationTabs } from './conversationTabs';
import { columnOfOurs, type PanelRestoration } from './panelRestoration';
import type { PanelServices, PrefilledPrompt, SessionServices } from './panelServices';
import { conversationName, panelTitle } from './panelText';
import { PanelView, type PanelHome } from './panelView';

/** So many of those that a reload has broken off come back by themselves. */
const reopenedAtMost = 3;

/** The panels, one for each conversation that is shown, and their way back after a reload. */
export class ConversationPanels extends Disposable implements vscode.WebviewPanelSerializer {
  private readonly closures = this.register(new vscode.EventEmitter<Conversation>());
  /** Fires when the panel of a conversation was closed. */
  readonly onDidClose = this.closures.event;
  private readonly home: PanelHome;
  private readonly conversations: Conversations;
  private readonly services: SessionServices;
  private readonly tabs = new ConversationTabs({
    onActivated: ({ conversation }) => {
      if (conversation) this.conversations.activate(conversation);
      this.tell();
    },
    onClosed: ({ conversation }) => {
      if (conversation) this.closures.fire(conversation);
      this.tell();
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
    this.home = { extensionUri, onError: services.onError };
  }

  /** A panel that was closed comes back with all that has happened since. */
  show(conversation: Conversation, { preserveFocus }: { readonly preserveFocus: boolean }): void {
    const tab = this.tabs.of(conversation.id);
    tab?.view.reveal(preserveFocus).catch(this.home.onError);
    this.open(conversation, tab ?? this.create(preserveFocus));
    if (!preserveFocus) this.conversations.activate(conversation);
  }

  /** Those that have lost their panel, newest first; one that VS Code restores has its own, and its draft. */
  reopen(conversations: readonly Conversation[]): void {
    const own = this.titles();
    const lost = conversations.filter((conversation) => {
      const name = conversationName(conversation);
      const isDormant = name !== undefined && this.restoration.isDormant(panelTitle(name), own);
      return !isDormant && !this.isShown(conversation.id);
    });
    for (const conversation of lost.slice(0, reopenedAtMost)) this.open(conversation, this.create(true));
  }

  /**
   * Replaces the panels of an extension host that died. Resolves when that is done, or at once where all of them are hidden:
   * they may not be looked at for hours.
   */
  async replaceDead(): Promise<void> {
    if (this.restoration.orphaned.length === 0) return;
    const replaced = this.replaceClosed(this.restoration.closeDead(() => this.titles()));
    if (this.restoration.isInView(this.titles())) await replaced;
    else replaced.catch(this.home.onError);
  }

  isShown(id: string): boolean {
    return this.tabs.of(id) !== undefined;
  }

  /** Returns whether a panel shows a conversation that satisfies the predicate. */
  isAnyOpen(predicate: (conversation: Conversation) => boolean): boolean {
    return this.tabs.all().some(({ conversation }) => conversation !== undefined && predicate(conversation));
  }

  /** Not behind another tab. */
  isVisible(id: string): boolean {
    return this.tabs.of(id)?.view.visible ?? false;
  }

  /** What runs in it goes on. */
  close(id: string): void {
    this.tabs.of(id)?.close();
  }

  /** Puts text into the composer of a conversation's panel and focuses it. */
  compose(conversation: Conversation, prefilled: PrefilledPrompt): void {
    this.tabs.of(conversation.id)?.session?.compose(prefilled);
  }

  /** Prompts were removed from the history. */
  historyChanged(): void {
    for (const { session } of this.tabs.all()) session?.historyChanged();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.restoration.panelRestored();
    const kept = isPanelState(state) ? state : undefined;
    const before = kept && this.tabs.of(kept.conversationId);
    if (before && !isReplaceable(before)) {
      panel.dispose();
      return;
    }
    const { current } = this.conversations;
    // At once, so that whatever is shown while the conversation is read is shown here.
    const view = new PanelView(panel, this.home);
    const tab = this.tabs.add(new ConversationTab(view, this.services, { restored: true, kept }));
    if (before?.conversation) this.takePlace(before.conversation, tab, before);
    const wanted = (): boolean => this.tabs.has(tab) && !tab.session;
    if (wanted()) {
      // A window that went away all at once has left nothing of what was in it.
      const found = kept
        ? await this.conversations.open(kept.conversationId, wanted)
        : await this.conversations.ensureCurrent();
      if (wanted()) this.fill(found, tab);
    }
    // Reading one makes it current; that is the one with the focus, or the one there was.
    const next = this.tabs.focused ?? current;
    if (next) this.conversations.activate(next);
  }

  override dispose(): void {
    for (const tab of this.tabs.all()) tab.dispose();
    super.dispose();
  }

  private async replaceClosed(closed: Promise<boolean>): Promise<void> {
    if (!(await closed)) return;
    for (const id of this.restoration.orphaned) {
      const conversation = this.isShown(id) ? undefined : await this.conversations.openOrCreate(id);
      if (conversation && !this.isShown(id)) this.open(conversation, this.create(true));
    }
  }

  private titles(): readonly string[] {
    return this.tabs.all().map(({ view }) => view.title);
  }

  private create(preserveFocus: boolean): ConversationTab {
    const view = PanelView.create(this.home, this.tabs.column ?? columnOfOurs(), preserveFocus);
    return this.tabs.add(new ConversationTab(view, this.services));
  }

  private takePlace(conversation: Conversation, tab: ConversationTab, before: ConversationTab): void {
    this.open(conversation, tab);
    this.tabs.discard(before);
  }

  private open(conversation: Conversation, tab: ConversationTab): void {
    if (tab.session) return;
    tab.open(conversation, this.conversations.keepOpen(conversation));
    this.tell();
  }

  private tell(): void {
    this.restoration.remember(this.tabs.recentLast().flatMap(({ conversation }) => conversation?.id ?? []));
  }

  private fill(found: Conversation | undefined, tab: ConversationTab): void {
    const other = found && this.tabs.of(found.id);
    if (!found) this.openBlank(tab);
    else if (!other || other === tab) this.open(found, tab);
    else if (isReplaceable(other)) this.takePlace(found, tab, other);
    else this.merge(tab, other);
  }

  /** One panel of a conversation is enough; what was sent from this one meanwhile is sent all the same. */
  private merge(tab: ConversationTab, other: ConversationTab): void {
    tab.view.listen((message) => {
      if (message.type === 'send') other.session?.take(message);
    });
    this.tabs.discard(tab);
  }

  /** What is no longer there, or was never written, leaves an empty one for the draft; one panel of it is enough. */
  private openBlank(tab: ConversationTab): void {
    const conversation = this.conversations.startNew();
    const other = this.tabs.of(conversation.id);
    if (!other || other === tab) return this.open(conversation, tab);
    this.merge(tab, other);
    if (tab.kept) other.session?.adopt(tab.kept.conversationId);
  }
}

/** What may have been written there since counts for more than what was written before the reload. */
function isReplaceable(tab: ConversationTab): boolean {
  return !tab.restored && !tab.view.used;
}
