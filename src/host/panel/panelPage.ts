import type { ToWebview } from '../../shared/protocol';
import { Disposable } from '../util/disposable';
import type { PanelFrame } from './panelFrame';

type Message<Type extends ToWebview['type']> = ToWebview & { readonly type: Type };

/**
 * The page of a panel. VS Code destroys the page when its frame is hidden. A new page receives messages only after it
 * has received a snapshot of the conversation.
 */
export class PanelPage extends Disposable {
  private hasSnapshot = false;
  /** The last messages that {@link postChange} has sent, as JSON, keyed by the types of the messages. */
  private readonly posted = new Map<ToWebview['type'], string>();

  constructor(
    private readonly frame: PanelFrame,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.register(
      frame.onDidChangeState(() => {
        if (!frame.container.visible) this.hasSnapshot = false;
      }),
    );
  }

  get isVisible(): boolean {
    return !this.disposed && this.frame.container.visible;
  }

  get isListening(): boolean {
    return this.hasSnapshot && !this.disposed;
  }

  postSnapshot(snapshot: Message<'snapshot'>): void {
    this.hasSnapshot = true;
    this.post(snapshot);
    this.posted.clear();
  }

  /** @returns false if there is no page at the moment, because the frame is hidden */
  post(message: ToWebview): boolean {
    if (this.isListening) this.frame.container.webview.postMessage(message).then(undefined, this.onError);
    return this.isListening;
  }

  /** Sends a message to the page, unless the last message of the same type had the same content. */
  postChange(message: ToWebview): void {
    const content = JSON.stringify(message);
    if (!this.isListening || content === this.posted.get(message.type)) return;
    this.posted.set(message.type, content);
    this.post(message);
  }
}
