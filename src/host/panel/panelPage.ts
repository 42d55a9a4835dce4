import type * as vscode from 'vscode';
import type { ToWebview } from '../../shared/protocol';
import { Disposable } from '../util/disposable';

type Message<Type extends ToWebview['type']> = ToWebview & { readonly type: Type };

/**
 * The page of a panel. VS Code destroys the page when the panel is hidden. A new page receives messages only after it
 * has received a snapshot of the conversation.
 */
export class PanelPage extends Disposable {
  private hasSnapshot = false;
  /**
   * Prefilled prompts that wait for the page's first snapshot. They are sent right after the snapshot, because
   * snapshots don't contain them.
   */
  private waitingPrefills: readonly Message<'prefill'>[] = [];
  /** The last messages that {@link postChange} has sent, as JSON, keyed by the types of the messages. */
  private readonly posted = new Map<ToWebview['type'], string>();

  constructor(
    private readonly view: vscode.WebviewPanel,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.register(
      view.onDidChangeViewState(() => {
        if (!view.visible) this.hasSnapshot = false;
      }),
    );
  }

  get isVisible(): boolean {
    return !this.disposed && this.view.visible;
  }

  get isListening(): boolean {
    return this.hasSnapshot && !this.disposed;
  }

  postSnapshot(snapshot: Message<'snapshot'>): void {
    this.hasSnapshot = true;
    this.post(snapshot);
    this.posted.clear();
    for (const message of this.waitingPrefills) this.post(message);
    this.waitingPrefills = [];
  }

  post(message: ToWebview): void {
    if (this.isListening) this.view.webview.postMessage(message).then(undefined, this.onError);
  }

  /** Sends a message to the page, unless the last message of the same type had the same content. */
  postChange(message: ToWebview): void {
    const content = JSON.stringify(message);
    if (!this.isListening || content === this.posted.get(message.type)) return;
    this.posted.set(message.type, content);
    this.post(message);
  }

  prefill(message: Message<'prefill'>): void {
    if (this.isListening) this.post(message);
    else this.waitingPrefills = [...this.waitingPrefills, message];
  }
}
