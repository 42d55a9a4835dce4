import * as vscode from 'vscode';
import type { DemoGuide, ToHost, ToWebview } from '../../protocol';
import type { ContextDraft } from '../context/contextDraft';
import { contextId } from '../context/contextId';
import type { Conversation, ConversationChange } from '../conversation/conversation';
import type { PromptInput } from '../conversation/exchange';
import { Disposable } from '../disposable';
import { editPrompt, inOtherWords, regenerate } from './askAnew';
import { openableLink } from './links';
import type { PanelContext } from './panelContext';
import { conversationName } from './panelText';
import type { PanelView } from './panelView';
import { PromptDraft } from './promptDraft';
import { heldInput } from './promptSender';
import { whileHeld } from './whileHeld';

/** What is not done to a conversation that another window writes. */
const writing: ReadonlySet<ToHost['type']> = new Set([
  'send',
  'composed',
  'askSuggestion',
  'demo',
  'stop',
  'action',
  'edit',
  'regenerate',
  'showVersion',
]);

/** One conversation in one panel, for as long as it is shown there. */
export class PanelSession extends Disposable {
  /** The page shows this conversation; what happens before is in its snapshot. */
  private shown = false;
  /** A view that comes late must not replace a later one. */
  private connectionChanges = 0;
  private inDemo: boolean | undefined;
  private shownGuide: string | undefined;
  /** For the composer of a page that is not that far. */
  private toCompose: readonly { readonly text: string; readonly more?: object | undefined }[] = [];
  private readonly contextDraft: ContextDraft;
  private readonly draft: PromptDraft;

  /** @param contextIds of what was attached to the draft before a reload */
  constructor(
    readonly conversation: Conversation,
    private readonly view: PanelView,
    private readonly context: PanelContext,
    contextIds: readonly string[],
  ) {
    super();
    this.contextDraft = context.contextDraft();
    this.draft = new PromptDraft(this.contextDraft, (model) => this.post({ type: 'modelOnce', model }));
    this.register(
      this.contextDraft.onDidChange(() =>
        this.post({ type: 'context', items: this.contextDraft.items(), unread: this.contextDraft.unread() }),
      ),
    );
    this.register(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.problemsChanged(uris)));
    this.register(conversation.onDidChange((change) => this.changed(change)));
    this.register(conversation.onDidStep(() => this.showGuide()));
    this.showTitle();
    this.contextDraft.restore(contextIds).catch(context.onError);
    view.listen((message) => this.take(message));
  }

  /** All there is, to a page that has just started or shows another conversation. */
  async replay(): Promise<void> {
    const connection = await this.context.connection(this.conversation);
    if (this.disposed) return;
    this.inDemo ??= connection.demo;
    this.shown = true;
    this.view.start({
      type: 'snapshot',
      conversationId: this.conversation.id,
      exchanges: this.conversation.views(),
      ...(this.conversation.readOnly && { readOnly: true }),
      connection,
      suggestions: this.context.suggestions(),
      guide: this.guide(),
      ...this.history(),
      context: this.contextDraft.items(),
      unread: this.contextDraft.unread(),
      modelOnce: this.draft.modelOnce,
    });
    for (const composed of this.toCompose) this.view.post({ type: 'compose', ...composed });
    this.toCompose = [];
  }

  /** Prompts were removed from the history. */
  historyChanged(): void {
    this.post({ type: 'promptHistory', ...this.history() });
  }

  async connectionChanged(): Promise<void> {
    const turn = ++this.connectionChanges;
    const connection = await this.context.connection(this.conversation);
    if (turn !== this.connectionChanges) return;
    // A model of the demo is no model of the user's gateway, and the other way round.
    if (connection.demo !== this.inDemo) this.draft.useOnce(undefined);
    this.inDemo = connection.demo;
    this.post({ type: 'connection', connection, suggestions: this.context.suggestions() });
    this.showGuide();
  }

  /** @param more goes along with it, and comes back with it */
  compose(text: string, more?: object): void {
    if (this.shown && this.view.listens) this.view.post({ type: 'compose', text, more });
    else this.toCompose = [...this.toCompose, { text, more }];
  }

  /** What a page says: its own, or one whose panel is going away. */
  take(message: ToHost): void {
    this.receive(message).catch(this.context.onError);
  }

  private async receive(message: ToHost): Promise<void> {
    const { conversation, context, contextDraft, draft } = this;
    // The page may not know yet that another window writes the conversation.
    if (conversation.readOnly && writing.has(message.type)) return;
    const complete = (input: PromptInput): PromptInput => draft.complete(input);
    switch (message.type) {
      case 'ready':
        return this.replay();
      case 'send': {
        const { prompt } = message;
        const held = heldInput(message.more);
        const input = { ...(held && (inOtherWords(held, prompt) ?? held)), prompt };
        return whileHeld(context, conversation, async () => {
          await contextDraft.refresh();
          await context.send(input, { conversation, complete });
        });
      }
      case 'composed':
        return context.composed(conversation, { kept: message.kept, input: heldInput(message.more), complete });
      case 'askSuggestion':
        context.askSuggestion(conversation, message.id);
        this.showGuide();
        return;
      case 'demo':
        context.demoAct(conversation, message.act);
        this.showGuide();
        return;
      case 'stop':
        conversation.stop(message.exchangeId);
        return;
      case 'action':
        return context.failureAction(conversation, message.exchangeId, message.action);
      case 'newConversation':
        return run('holysheep.newConversation');
      case 'openHistory':
        return run('holysheep.openHistory');
      case 'openHere':
        await context.openHere(conversation);
        return conversation.readOnly ? this.replay() : undefined;
      case 'selectModel':
        return this.selectModel();
      case 'forgetModelOnce':
        draft.useOnce(undefined);
        return;
      case 'edit':
        return editPrompt(context, conversation, message.exchangeId, message.prompt);
      case 'regenerate':
        return regenerate(context, conversation, message.exchangeId, message.switchModel);
      case 'showVersion':
        conversation.showVersion(message.exchangeId);
        return;
      case 'suggestContext': {
        const items = await context.suggestContext(message.query);
        this.post({ type: 'suggestions', request: message.request, items });
        return;
      }
      case 'attach':
        return contextDraft.attach(message.id);
      case 'detach':
        contextDraft.detach(message.id);
        return;
      case 'restoreContext':
        return contextDraft.restore(message.ids);
      case 'pickContext':
        return contextDraft.pick();
      case 'setApiKey':
        return run('holysheep.setApiKey');
      case 'openDemo':
        return run('holysheep.openDemo');
      case 'getStarted':
        return run('holysheep.openWalkthrough');
      case 'leaveDemo':
        await context.leaveDemo();
        return;
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'copyRequest':
        return context.copyRequest(conversation, message.exchangeId);
      case 'insert':
        return context.insert(message.text);
      case 'apply': {
        const exchange = conversation.exchange(message.exchangeId);
        return exchange && context.apply(exchange, message.text);
      }
      case 'newFile':
        return context.newFile(message.text, message.language);
      case 'openLink': {
        const link = openableLink(message.href);
        if (link !== undefined) await vscode.env.openExternal(vscode.Uri.parse(link, true));
        return;
      }
    }
  }

  private async selectModel(): Promise<void> {
    const { context, conversation } = this;
    const picked = await context.pickModelOrOnce(conversation);
    if (!picked) return;
    this.draft.useOnce(picked.once ? picked.model : undefined);
    if (!picked.once) await context.selectModel(conversation, picked.model);
  }

  private changed(change: ConversationChange): void {
    if (change.type !== 'events') this.showTitle();
    if (change.type === 'access') this.replay().catch(this.context.onError);
    else if (change.type !== 'title') this.post(change);
    // One version may be of the demo, the other not.
    if (change.type === 'path') this.connectionChanged().catch(this.context.onError);
  }

  private guide(): DemoGuide | undefined {
    const guide = this.context.demoGuide(this.conversation);
    this.shownGuide = JSON.stringify(guide);
    return guide;
  }

  /** Tells the page of the guide only when it has changed. */
  private showGuide(): void {
    const before = this.shownGuide;
    const guide = this.guide();
    if (this.shownGuide !== before) this.post({ type: 'guide', guide });
  }

  private problemsChanged(uris: readonly vscode.Uri[]): void {
    const unread = this.contextDraft.unread();
    if (!uris.some((uri) => unread.includes(contextId({ kind: 'problems', uri: uri.toString() })))) return;
    this.contextDraft.readWaiting().catch(this.context.onError);
  }

  private post(message: ToWebview): void {
    if (this.shown && !this.disposed) this.view.post(message);
  }

  private history() {
    const { context } = this;
    return { promptHistory: context.promptHistory(), deleted: context.deletedConversations() };
  }

  private showTitle(): void {
    this.view.setTitle(conversationName(this.conversation));
  }
}

async function run(command: string): Promise<void> {
  await vscode.commands.executeCommand(command);
}
