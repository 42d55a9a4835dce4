import * as vscode from 'vscode';
import type { ConnectionView, FaultAction, Suggestion, ToHost } from '../../protocol';
import type { Conversation } from '../conversation/conversation';
import { viewOf, type Exchange, type PromptInput } from '../conversation/exchange';
import { Disposable } from '../disposable';
import { openableLink } from './links';
import type { PanelView } from './panelView';

export interface PanelContext {
  readonly connection: () => Promise<ConnectionView>;
  readonly suggestions: () => readonly Suggestion[];
  readonly promptHistory: () => readonly string[];
  readonly send: (input: PromptInput) => Promise<void>;
  readonly failureAction: (conversation: Conversation, exchangeId: string, action: FaultAction) => Promise<void>;
  readonly leaveDemo: () => unknown;
  readonly insert: (text: string) => Promise<void>;
  readonly apply: (exchange: Exchange, text: string) => Promise<void>;
  /** The one error boundary. */
  readonly onError: (error: unknown) => void;
}

/** One conversation in one panel, for as long as it is shown there. */
export class PanelSession extends Disposable {
  /** The page shows this conversation; what happens before is in its snapshot. */
  private shown = false;
  /** For the composer of a page that is not that far. */
  private toCompose: string | undefined;

  constructor(
    readonly conversation: Conversation,
    private readonly view: PanelView,
    private readonly context: PanelContext,
  ) {
    super();
    this.register(
      conversation.onDidChange((change) => {
        if (change.type === 'exchange') this.showTitle();
        if (this.shown) this.view.post(change);
      }),
    );
    this.register(
      view.onMessage((message) => {
        this.receive(message).catch(context.onError);
      }),
    );
    this.showTitle();
  }

  /** All there is, to a page that has just started or shows another conversation. */
  async replay(): Promise<void> {
    const connection = await this.context.connection();
    if (this.disposed) return;
    this.shown = true;
    this.view.start({
      type: 'snapshot',
      conversationId: this.conversation.id,
      exchanges: this.conversation.exchanges().map(viewOf),
      connection,
      suggestions: this.context.suggestions(),
      promptHistory: this.context.promptHistory(),
    });
    if (this.toCompose !== undefined) this.view.post({ type: 'compose', text: this.toCompose });
    this.toCompose = undefined;
  }

  async connectionChanged(): Promise<void> {
    const connection = await this.context.connection();
    if (!this.disposed) this.view.post({ type: 'connection', connection, suggestions: this.context.suggestions() });
  }

  compose(text: string): void {
    if (this.shown && this.view.listens) this.view.post({ type: 'compose', text });
    else this.toCompose = text;
  }

  private async receive(message: ToHost): Promise<void> {
    const { conversation, context } = this;
    switch (message.type) {
      case 'ready':
        return this.replay();
      case 'send':
        return context.send({ prompt: message.prompt, model: message.model });
      case 'stop':
        conversation.stop();
        return;
      case 'action':
        return context.failureAction(conversation, message.exchangeId, message.action);
      case 'newConversation':
        return run('holysheep.newConversation');
      case 'selectModel':
        return run('holysheep.selectModel');
      case 'setApiKey':
        return run('holysheep.setApiKey');
      case 'openDemo':
        return run('holysheep.openDemo');
      case 'leaveDemo':
        await context.leaveDemo();
        return;
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'insert':
        return context.insert(message.text);
      case 'apply': {
        const exchange = conversation.exchange(message.exchangeId);
        return exchange && context.apply(exchange, message.text);
      }
      case 'openLink': {
        const link = openableLink(message.href);
        if (link !== undefined) await vscode.env.openExternal(vscode.Uri.parse(link, true));
        return;
      }
    }
  }

  private showTitle(): void {
    this.view.setTitle(this.conversation.exchanges()[0]?.prompt);
  }
}

async function run(command: string): Promise<void> {
  await vscode.commands.executeCommand(command);
}
