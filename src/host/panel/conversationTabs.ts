import type { ViewColumn } from 'vscode';
import type { PanelState } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { Disposable } from '../util/disposable';
import type { SessionServices } from './panelServices';
import { PanelSession } from './panelSession';
import type { PanelView } from './panelView';

interface TabListener {
  readonly onActivated: (tab: ConversationTab) => void;
  /** Called after a panel was closed by the user, by VS Code or by the extension. */
  readonly onClosed: (tab: ConversationTab) => void;
}

/** The open tabs of this window that show conversations. */
export class ConversationTabs {
  private readonly tabs = new Set<ConversationTab>();
  /** The most recently focused tab. */
  private mostRecent: ConversationTab | undefined;

  constructor(private readonly listener: TabListener) {}

  all(): readonly ConversationTab[] {
    return [...this.tabs];
  }

  /** Returns all tabs, with the most recently focused tab at the end. */
  mostRecentLast(): readonly ConversationTab[] {
    return this.all().toSorted((a, b) => Number(a === this.mostRecent) - Number(b === this.mostRecent));
  }

  find(id: string): ConversationTab | undefined {
    return this.all().find((tab) => tab.showsConversation(id));
  }

  has(tab: ConversationTab): boolean {
    return this.tabs.has(tab);
  }

  get focusedConversation(): Conversation | undefined {
    return this.all().find(({ view }) => view.active)?.conversation;
  }

  /** Editor column for the next panel. */
  get preferredColumn(): ViewColumn | undefined {
    return (this.mostRecent ?? this.all().at(-1))?.view.column;
  }

  add(tab: ConversationTab): ConversationTab {
    this.tabs.add(tab);
    if (tab.view.hasBeenFocused) this.mostRecent = tab;
    tab.view.onDidActivate(() => {
      this.mostRecent = tab;
      this.listener.onActivated(tab);
    });
    tab.view.onDidDispose(() => {
      const wasOpen = this.remove(tab);
      tab.dispose();
      if (wasOpen) this.listener.onClosed(tab);
    });
    return tab;
  }

  /**
   * Closes a tab that another tab replaces. `onClosed` is not called, because the other tab still shows the
   * conversation.
   */
  discard(tab: ConversationTab): void {
    this.remove(tab);
    tab.close();
  }

  private remove(tab: ConversationTab): boolean {
    if (this.mostRecent === tab) this.mostRecent = undefined;
    return this.tabs.delete(tab);
  }
}

/** A panel and its conversation. The conversation is missing as long as it is being read from disk. */
export class ConversationTab extends Disposable {
  private currentSession: PanelSession | undefined;

  constructor(
    readonly view: PanelView,
    private readonly services: SessionServices,
    private readonly restoration: {
      readonly isRestored: boolean;
      readonly savedState?: PanelState | undefined;
    } = { isRestored: false },
  ) {
    super();
  }

  /** Whether VS Code has restored this panel after a reload. */
  get isRestored(): boolean {
    return this.restoration.isRestored;
  }

  /** State that the page of a restored panel saved before the reload. */
  get savedState(): PanelState | undefined {
    return this.restoration.savedState;
  }

  get session(): PanelSession | undefined {
    return this.currentSession;
  }

  get conversation(): Conversation | undefined {
    return this.currentSession?.conversation;
  }

  showsConversation(id: string): boolean {
    return (this.conversation?.id ?? this.savedState?.conversationId) === id;
  }

  /**
   * Shows a conversation in this tab.
   * @param openHandle keeps the conversation open until this tab is closed
   */
  open(conversation: Conversation, openHandle: { dispose(): void }): void {
    this.register(openHandle);
    this.currentSession = this.register(new PanelSession(conversation, this.view, this.services));
    // Sends the snapshot only to a page that is ready. A page that is still loading asks for its snapshot later.
    if (this.view.isReady) this.currentSession.postSnapshot().catch(this.services.onError);
  }

  /** Releases the panel without closing it, so that VS Code can restore it after a reload. */
  override dispose(): void {
    super.dispose();
    this.view.dispose();
  }

  /** Closes the panel. */
  close(): void {
    super.dispose();
    this.view.close();
  }
}
