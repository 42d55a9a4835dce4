import type { PanelState } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';
import { Disposable } from '../util/disposable';
import type { PanelContext } from './panelContext';
import { PanelSession } from './panelSession';
import type { PanelView } from './panelView';

/** A panel and the conversation in it, which comes later when it must be read first. */
export class ConversationTab extends Disposable {
  private present: PanelSession | undefined;

  constructor(
    readonly view: PanelView,
    private readonly context: PanelContext,
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
    this.present = this.register(new PanelSession(conversation, this.view, this.context));
    // A fresh page asks for its snapshot itself.
    if (this.view.ready) this.present.replay().catch(this.context.onError);
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
