import type { ViewColumn } from 'vscode';
import type { Conversation } from '../conversation/conversation';
import type { ConversationTab } from './conversationTab';

export interface TabListener {
  readonly onActivated: (tab: ConversationTab) => void;
  /** Its panel was closed, whoever did it. */
  readonly onClosed: (tab: ConversationTab) => void;
}

/** The tabs that are there. */
export class ConversationTabs {
  private readonly tabs = new Set<ConversationTab>();
  /** The one that had the focus last. */
  private recent: ConversationTab | undefined;

  constructor(private readonly listener: TabListener) {}

  all(): readonly ConversationTab[] {
    return [...this.tabs];
  }

  recentLast(): readonly ConversationTab[] {
    return this.all().toSorted((one, other) => Number(one === this.recent) - Number(other === this.recent));
  }

  of(id: string): ConversationTab | undefined {
    return this.all().find((tab) => tab.isOf(id));
  }

  has(tab: ConversationTab): boolean {
    return this.tabs.has(tab);
  }

  get focused(): Conversation | undefined {
    return this.all().find(({ view }) => view.active)?.conversation;
  }

  /** Where the next one goes. */
  get column(): ViewColumn | undefined {
    return (this.recent ?? this.all().at(-1))?.view.column;
  }

  add(tab: ConversationTab): ConversationTab {
    this.tabs.add(tab);
    if (tab.view.used) this.recent = tab;
    tab.view.onDidActivate(() => {
      this.recent = tab;
      this.listener.onActivated(tab);
    });
    tab.view.onDidDispose(() => {
      const wasHere = this.remove(tab);
      tab.dispose();
      if (wasHere) this.listener.onClosed(tab);
    });
    return tab;
  }

  /** Another takes its place: nobody is told that it is closed. */
  discard(tab: ConversationTab): void {
    this.remove(tab);
    tab.close();
  }

  private remove(tab: ConversationTab): boolean {
    if (this.recent === tab) this.recent = undefined;
    return this.tabs.delete(tab);
  }
}
