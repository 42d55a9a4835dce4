import type { ViewColumn } from 'vscode';
import type { PanelState } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { Disposable } from '../util/disposable';
import type { SessionServices } from './panelServices';
import { PanelSession } from './panelSession';
import type { PanelView } from './panelView';

interface TabListener {
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

/** A panel and the conversation in it, which comes later when it must be read first. */
export class ConversationTab extends Disposable {
  private present: PanelSession | undefined;

  constructor(
    readonly view: PanelView,
    private readonly services: SessionServices,
    private readonly past: { readonly restored: boolean; readonly kept?: PanelState | undefined } = { restored: false },
  ) {
    super();
  }

  /** VS Code has kept it over a reload. */
  get restored(): boolean {
    return this.past.restored;
  }

  /** What it has kept of what was in it. */
  get kept(): PanelState | undefined {
    return this.past.kept;
  }

  get session(): PanelSession | undefined {
    return this.present;
  }

  get conversation(): Conversation | undefined {
    return this.present?.conversation;
  }

  isOf(id: string): boolean {
    return (this.conversation?.id ?? this.kept?.conversationId) === id;
  }

  /** @param hold keeps the conversation open for as long as it is shown here */
  open(conversation: Conversation, hold: { dispose(): void }): void {
    this.register(hold);
    this.present = this.register(new PanelSession(conversation, this.view, this.services));
    // A fresh page asks for its snapshot itself.
    if (this.view.ready) this.present.replay().catch(this.services.onError);
  }

  /** Lets go of the panel, which is restored with the next window if it is there when this one goes away. */
  override dispose(): void {
    super.dispose();
    this.view.dispose();
  }

  close(): void {
    super.dispose();
    this.view.close();
  }
}
