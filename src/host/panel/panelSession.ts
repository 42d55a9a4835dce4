import * as vscode from 'vscode';
import {
  canSendPrompt,
  type ConnectionView,
  type DemoTourStep,
  type ToHost,
  type ToWebview,
} from '../../shared/protocol';
import { ContextDraft } from '../context/contextDraft';
import { contextId } from '../context/contextId';
import type { Conversation, ConversationChange } from '../conversation/conversation';
import { copyAsCode } from '../copyAsCode/copyAsCode';
import { Disposable } from '../util/disposable';
import { localize } from '../util/localization';
import { editPrompt, inOtherWords, regenerate } from './editPrompt';
import { failureAction } from './failureActions';
import type { PrefilledPrompt, SessionServices } from './panelServices';
import { openableLink, conversationName } from './panelText';
import type { PanelView } from './panelView';
import { prefilledInput, PromptDraft, sendPrompt } from './promptSender';

/** What is not done to a conversation that another window writes. */
const writing: ReadonlySet<ToHost['type']> = new Set([
  'send',
  'askSuggestion',
  'demo',
  'stop',
  'action',
  'edit',
  'regenerate',
  'showVersion',
  'restoreContext',
]);

/** One conversation in one panel, for as long as it is shown there. */
export class PanelSession extends Disposable {
  /** The page shows this conversation; what happens before is in its snapshot. */
  private shown = false;
  /** A view that comes late must not replace a later one. */
  private connectionChanges = 0;
  private inDemo: boolean | undefined;
  private shownGuide: string | undefined;
  /** The last page that was told where prompts go was told that there is no key. */
  private lacksKey = false;
  /** For a page that is not that far. */
  private unposted: readonly ToWebview[] = [];
  /** From then on the session knows better than a page what is attached. */
  private contextChanged = false;
  private readonly contextDraft: ContextDraft;
  private readonly draft: PromptDraft;

  constructor(
    readonly conversation: Conversation,
    private readonly view: PanelView,
    private readonly services: SessionServices,
  ) {
    super();
    const { contextSource, connections, log, onError } = services;
    this.contextDraft = new ContextDraft({
      source: contextSource,
      localize,
      onSkipped: (id, error) => log.warn(`Context ${id} was skipped: ${String(error)}`),
      onError,
    });
    this.draft = new PromptDraft(this.contextDraft, (model) => this.post({ type: 'modelOnce', model }));
    this.register(
      this.contextDraft.onDidChange(() => {
        this.contextChanged = true;
        this.post({ type: 'context', items: this.contextDraft.items(), unread: this.contextDraft.unread() });
      }),
    );
    this.register(
      connections.onDidChange(() => {
        this.connectionChanged().catch(onError);
      }),
    );
    this.register(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.problemsChanged(uris)));
    this.register(conversation.onDidChange((change) => this.changed(change)));
    this.register(conversation.onDidChangeState(() => this.showGuide()));
    this.showTitle();
    view.listen((message) => this.take(message));
  }

  /** All there is, to a page that has just started or shows another conversation. */
  async replay(): Promise<void> {
    const connection = await this.connection();
    if (this.disposed) return;
    this.inDemo ??= connection.demo;
    this.shown = true;
    const keyArrived = this.lacksKey && canSendPrompt(connection);
    this.lacksKey = !canSendPrompt(connection);
    this.view.start({
      type: 'snapshot',
      conversationId: this.conversation.id,
      exchanges: this.conversation.views(),
      ...(this.conversation.readOnly && { readOnly: true }),
      connection,
      keyArrived,
      suggestions: this.services.tour.suggestions(),
      guide: this.guide(),
      ...this.history(),
      context: this.contextDraft.items(),
      unread: this.contextDraft.unread(),
      modelOnce: this.draft.modelOnce,
    });
    for (const message of this.unposted) this.view.post(message);
    this.unposted = [];
  }

  /** Prompts were removed from the history. */
  historyChanged(): void {
    this.post({ type: 'promptHistory', ...this.history() });
  }

  private async connectionChanged(): Promise<void> {
    const turn = ++this.connectionChanges;
    const connection = await this.connection();
    if (turn !== this.connectionChanges) return;
    // A model of the demo is no model of the user's gateway, and the other way round.
    if (connection.demo !== this.inDemo) this.draft.useOnce(undefined);
    this.inDemo = connection.demo;
    if (this.view.listens) this.lacksKey = !canSendPrompt(connection);
    this.post({ type: 'connection', connection, suggestions: this.services.tour.suggestions() });
    this.showGuide();
  }

  compose(prefilled: PrefilledPrompt): void {
    this.postWhenShown({ type: 'compose', ...prefilled });
  }

  /** Another panel is closed in favour of this one, which takes up the unsent text of its conversation. */
  adopt(conversationId: string): void {
    this.postWhenShown({ type: 'adopt', conversationId });
  }

  /** What a page says: its own, or one whose panel is going away. */
  take(message: ToHost): void {
    this.receive(message).catch(this.services.onError);
  }

  private async receive(message: ToHost): Promise<void> {
    const { conversation, services, contextDraft, draft } = this;
    const { conversations, contextSource, demo, target, tour } = services;
    // The page may not know yet that another window writes the conversation.
    if (conversation.readOnly && writing.has(message.type)) return;
    switch (message.type) {
      case 'ready':
        return this.replay();
      case 'send': {
        const { prompt } = message;
        const prefilled = prefilledInput(message.more);
        const input = { ...(prefilled && (inOtherWords(prefilled, prompt) ?? prefilled)), prompt };
        return conversations.withOpen(conversation, async () => {
          await contextDraft.refresh();
          await sendPrompt(services, input, { conversation, complete: (prompt) => draft.complete(prompt) });
        });
      }
      case 'askSuggestion':
        tour.ask(conversation, message.id);
        this.showGuide();
        return;
      case 'demo':
        tour.act(conversation, message.act);
        this.showGuide();
        return;
      case 'stop':
        conversation.stop(message.exchangeId);
        return;
      case 'action':
        return failureAction(services, conversation, message.exchangeId, message.action);
      case 'newConversation':
        return run('holysheep.newConversation');
      case 'openHistory':
        return run('holysheep.openHistory');
      case 'openHere':
        await conversations.takeOver(conversation);
        return conversation.readOnly ? this.replay() : undefined;
      case 'selectModel':
        return this.selectModel();
      case 'forgetModelOnce':
        draft.useOnce(undefined);
        return;
      case 'edit':
        return editPrompt(services, conversation, message.exchangeId, message.prompt);
      case 'regenerate':
        return regenerate(services, conversation, message.exchangeId, message.switchModel);
      case 'showVersion':
        conversation.showVersion(message.exchangeId);
        return;
      case 'suggestContext': {
        const items = await contextSource.suggest(message.query);
        this.post({ type: 'suggestions', request: message.request, items });
        return;
      }
      case 'attach':
        return contextDraft.attach(message.id);
      case 'detach':
        contextDraft.detach(message.id);
        return;
      case 'restoreContext':
        return this.contextChanged ? undefined : contextDraft.restore(message.ids);
      case 'pickContext':
        return contextDraft.pick();
      case 'setApiKey':
        return run('holysheep.setApiKey');
      case 'openDemo':
        return run('holysheep.openDemo');
      case 'getStarted':
        return run('holysheep.openWalkthrough');
      case 'leaveDemo':
        await demo.leave();
        return;
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'copyRequest':
        await copyAsCode(services, { conversation, exchangeId: message.exchangeId });
        return;
      case 'insert':
        return target.insert(message.text);
      case 'apply': {
        const exchange = conversation.exchange(message.exchangeId);
        return exchange && target.apply(exchange, message.text);
      }
      case 'newFile':
        return target.newFile(message.text, message.language);
      case 'openLink': {
        const link = openableLink(message.href);
        if (link !== undefined) await vscode.env.openExternal(vscode.Uri.parse(link, true));
        return;
      }
    }
  }

  private async selectModel(): Promise<void> {
    const { conversation } = this;
    const { catalog, connections, demo } = this.services;
    const picked = await catalog.pickOrOnce(demo.answers(conversation));
    if (!picked) return;
    const { model, once } = picked;
    this.draft.useOnce(once ? model : undefined);
    if (once) return;
    const inDemo = demo.answers(conversation);
    conversation.selectModel(model, inDemo);
    await connections.selectModel(model, inDemo);
  }

  private changed(change: ConversationChange): void {
    if (change.type !== 'events') this.showTitle();
    if (change.type === 'access') this.replay().catch(this.services.onError);
    else if (change.type !== 'title') this.post(change);
    // One version may be of the demo, the other not.
    if (change.type === 'path') this.connectionChanged().catch(this.services.onError);
  }

  private guide(): DemoTourStep | undefined {
    const guide = this.services.tour.guide(this.conversation);
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
    this.contextDraft.readWaiting().catch(this.services.onError);
  }

  private postWhenShown(message: ToWebview): void {
    if (this.shown && this.view.listens) this.view.post(message);
    else this.unposted = [...this.unposted, message];
  }

  private post(message: ToWebview): void {
    if (this.shown && !this.disposed) this.view.post(message);
  }

  private history() {
    const { promptHistory } = this.services;
    return { promptHistory: promptHistory.list(), deleted: promptHistory.deletedConversations() };
  }

  /** Where the next prompt goes. */
  private connection(): Promise<ConnectionView> {
    const { connections, demo } = this.services;
    return connections.view(demo.answers(this.conversation));
  }

  private showTitle(): void {
    this.view.setTitle(conversationName(this.conversation));
  }
}

async function run(command: string): Promise<void> {
  await vscode.commands.executeCommand(command);
}
