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
import type { Conversation } from '../conversation/conversation';
import type { ConversationChange } from '../conversation/conversationRecord';
import type { PromptInput } from '../journal/exchange';
import { copyAsCode } from '../copyAsCode/copyAsCode';
import { Disposable } from '../util/disposable';
import { localize } from '../util/localization';
import { editPrompt, withEditedPrompt, regenerate } from './editPrompt';
import { runFailureAction, switchModel } from './failureActions';
import type { PrefilledPrompt, SessionServices } from './panelServices';
import { openableLink, conversationName } from '../ui/panelText';
import type { PanelView } from './panelView';
import { parsePrefilledInput, PromptDraft, sendPrompt } from './promptSender';

/**
 * Types of the messages that change a conversation. They are ignored while another window has the right to write the
 * conversation.
 */
const writingMessages: ReadonlySet<ToHost['type']> = new Set([
  'send',
  'withdrawPrompt',
  'askSuggestion',
  'demo',
  'stop',
  'action',
  'switchModel',
  'edit',
  'regenerate',
  'showVersion',
  'restoreContext',
]);

/** Connects one conversation with the page of its panel, until the panel is closed. */
export class PanelSession extends Disposable {
  /**
   * Whether the page has received a snapshot of this conversation. Before the page has a snapshot, changes are not sent
   * to it, because the snapshot will contain them.
   */
  private isSnapshotPosted = false;
  /**
   * Number of updates of the connection that have been started. Only the result of the last one is used, so that a slow
   * update can't replace a newer result.
   */
  private connectionUpdates = 0;
  private wasInDemo: boolean | undefined;
  private postedDemoStep: string | undefined;
  /** Messages to the page that wait until the page has received its snapshot. */
  private queuedMessages: readonly ToWebview[] = [];
  /**
   * Whether the context items have changed since the panel was opened. If so, the context items that the page saved
   * before a reload are outdated and are not restored.
   */
  private hasContextChanged = false;
  private readonly contextDraft: ContextDraft;
  private readonly draft: PromptDraft;

  constructor(
    readonly conversation: Conversation,
    private readonly view: PanelView,
    private readonly services: SessionServices,
  ) {
    super();
    const { backupNotices, contextSource, connections, log, onError } = services;
    this.contextDraft = new ContextDraft({
      source: contextSource,
      localize,
      onSkipped: (id, error) => log.warn(`Context ${id} was skipped: ${String(error)}`),
      onError,
    });
    this.draft = new PromptDraft(this.contextDraft, (model) => this.post({ type: 'modelOnce', model }));
    this.register(
      this.contextDraft.onDidChange(() => {
        this.hasContextChanged = true;
        this.post({ type: 'context', items: this.contextDraft.items(), unread: this.contextDraft.unread() });
      }),
    );
    for (const source of [connections, backupNotices]) {
      this.register(
        source.onDidChange(() => {
          this.updateConnection().catch(onError);
        }),
      );
    }
    this.register(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.handleDiagnosticsChange(uris)));
    this.register(conversation.onDidChange((change) => this.handleConversationChange(change)));
    this.register(conversation.onDidChangeState(() => this.postChangedDemoStep()));
    this.updateTitle();
    view.setListener((message) => this.handleMessage(message));
  }

  /**
   * Sends the complete conversation to the page, after the page has loaded or the conversation has become writable or
   * read-only.
   */
  async postSnapshot(): Promise<void> {
    const connection = await this.readConnection();
    if (this.disposed) return;
    this.wasInDemo ??= connection.demo;
    this.isSnapshotPosted = true;
    this.view.postSnapshot({
      type: 'snapshot',
      conversationId: this.conversation.id,
      exchanges: this.conversation.views(),
      ...(this.conversation.readOnly && { readOnly: true }),
      connection,
      promptAwaitingKey: canSendPrompt(connection) ? undefined : this.conversation.promptAwaitingKey?.prompt,
      suggestions: this.services.tour.suggestions(),
      demoStep: this.readDemoStep(),
      ...this.promptHistoryFields(),
      context: this.contextDraft.items(),
      unread: this.contextDraft.unread(),
      modelOnce: this.draft.modelOnce,
    });
    for (const message of this.queuedMessages) this.view.post(message);
    this.queuedMessages = [];
  }

  /** Sends the prompt history to the page after prompts were removed from it. */
  updatePromptHistory(): void {
    this.post({ type: 'promptHistory', ...this.promptHistoryFields() });
  }

  private async updateConnection(): Promise<void> {
    const update = ++this.connectionUpdates;
    const connection = await this.readConnection();
    if (update !== this.connectionUpdates) return;
    // Clears the model that was chosen for the next prompt only, when the demo starts or ends, because the demo and the
    // user's gateway have different models.
    if (connection.demo !== this.wasInDemo) this.draft.setModelOnce(undefined);
    this.wasInDemo = connection.demo;
    this.post({ type: 'connection', connection, suggestions: this.services.tour.suggestions() });
    this.postChangedDemoStep();
    if (canSendPrompt(connection)) await this.releaseAwaitedPrompt(connection);
  }

  /**
   * Sends the prompt that waits for an API key, even if the panel is hidden. If the demo has started instead, the prompt
   * stays in the composer, because the user meant it for their own gateway.
   */
  private async releaseAwaitedPrompt({ demo }: ConnectionView): Promise<void> {
    const input = this.conversation.promptAwaitingKey;
    if (!input) return;
    this.conversation.promptAwaitingKey = undefined;
    if (demo) return;
    // A page that has not received the prompt yet must not put the prompt into the composer.
    this.queuedMessages = this.queuedMessages.filter((message) => message.type !== 'prefill' || !message.awaitsKey);
    await this.send(input, { staysHidden: true });
  }

  private async send(input: PromptInput, options?: { readonly staysHidden: boolean }): Promise<void> {
    const { conversation, services, contextDraft, draft } = this;
    await services.conversations.withOpen(conversation, async () => {
      await contextDraft.refresh();
      await sendPrompt(services, input, { conversation, addDraft: (prompt) => draft.addTo(prompt), ...options });
    });
  }

  /** Puts text into the composer and focuses it, as soon as the page is ready. */
  prefill(prefilled: PrefilledPrompt): void {
    this.postWhenReady({ type: 'prefill', ...prefilled });
    // Reads the connection again, because a key may have been set since it was read.
    if (prefilled.awaitsKey) this.updateConnection().catch(this.services.onError);
  }

  /** Moves the unsent text of another conversation, whose panel is being closed, into this panel. */
  adoptUnsent(conversationId: string): void {
    this.postWhenReady({ type: 'adopt', conversationId });
  }

  /**
   * Handles a message from the page of this panel. While a second panel of the same conversation is being closed,
   * prompts from its page are handled here, too.
   */
  handleMessage(message: ToHost): void {
    this.dispatch(message).catch(this.services.onError);
  }

  private async dispatch(message: ToHost): Promise<void> {
    const { conversation, services, contextDraft, draft } = this;
    const { backupNotices, conversations, contextSource, demo, target, tour } = services;
    // Ignores a change to a read-only conversation. The page may send one because the page does not know yet that the
    // conversation has become read-only.
    if (conversation.readOnly && writingMessages.has(message.type)) return;
    switch (message.type) {
      case 'ready':
        return this.postSnapshot();
      case 'send': {
        const { prompt } = message;
        const prefilled = parsePrefilledInput(message.more);
        await this.send({ ...(prefilled && (withEditedPrompt(prefilled, prompt) ?? prefilled)), prompt });
        return conversation.promptAwaitingKey && this.openKeyDialog();
      }
      case 'withdrawPrompt':
        if (conversation.promptAwaitingKey?.prompt === message.prompt) conversation.promptAwaitingKey = undefined;
        return;
      case 'askSuggestion':
        tour.ask(conversation, message.id);
        this.postChangedDemoStep();
        return;
      case 'demo':
        tour.perform(conversation, message.act);
        this.postChangedDemoStep();
        return;
      case 'stop':
        conversation.stop(message.exchangeId);
        return;
      case 'action':
        return runFailureAction(services, conversation, message.exchangeId, message.action);
      case 'findModels':
        return this.postNearestModels(message.exchangeId);
      case 'switchModel':
        return conversations.withOpen(conversation, () =>
          switchModel(services, conversation, message.exchangeId, message.model),
        );
      case 'newConversation':
        return executeCommand('holysheep.newConversation');
      case 'openHistory':
        return executeCommand('holysheep.openHistory');
      case 'openHere':
        await conversations.takeOver(conversation);
        return conversation.readOnly ? this.postSnapshot() : undefined;
      case 'selectModel':
        return this.selectModel();
      case 'forgetModelOnce':
        draft.setModelOnce(undefined);
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
        return this.hasContextChanged ? undefined : contextDraft.restore(message.ids);
      case 'pickContext':
        return contextDraft.pick();
      case 'setApiKey':
        return this.openKeyDialog();
      case 'openDemo':
        return executeCommand('holysheep.openDemo');
      case 'keepBackup':
        return backupNotices.keep(message.origin);
      case 'removeBackup':
        return backupNotices.remove(message.origin);
      case 'getStarted':
        return executeCommand('holysheep.openWalkthrough');
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

  private async openKeyDialog(): Promise<void> {
    await executeCommand('holysheep.setApiKey');
    this.post({ type: 'keyDialogClosed' });
  }

  /** Posts the models that the failure card of an exchange offers. The demo offers none, because it has every model. */
  private async postNearestModels(exchangeId: string): Promise<void> {
    const exchange = this.conversation.exchange(exchangeId);
    if (!exchange || exchange.demo) return;
    const { model, origin } = exchange.state;
    const models = await this.services.catalog.nearestTo(model, origin);
    this.post({ type: 'nearestModels', exchangeId, models });
  }

  private async selectModel(): Promise<void> {
    const { conversation } = this;
    const { catalog, connections, demo } = this.services;
    const picked = await catalog.pickForPrompt(demo.answers(conversation));
    if (!picked) return;
    const { model, once } = picked;
    this.draft.setModelOnce(once ? model : undefined);
    if (once) return;
    const inDemo = demo.answers(conversation);
    conversation.selectModel(model, inDemo);
    await connections.selectModel(model, inDemo);
  }

  private handleConversationChange(change: ConversationChange): void {
    if (change.type !== 'events') this.updateTitle();
    // The window that writes the conversation now may send or change the prompt.
    if (this.conversation.readOnly) this.conversation.promptAwaitingKey = undefined;
    if (change.type === 'access') this.postSnapshot().catch(this.services.onError);
    else if (change.type !== 'title') this.post(change);
    // When another version is selected, updates the model and the gateway that the page shows. The versions of an
    // exchange may belong to different gateways: the demo's or the user's.
    if (change.type === 'path') this.updateConnection().catch(this.services.onError);
  }

  private readDemoStep(): DemoTourStep | undefined {
    const demoStep = this.services.tour.currentStep(this.conversation);
    this.postedDemoStep = JSON.stringify(demoStep);
    return demoStep;
  }

  /** Posts the current step of the demo's tour to the page if the step has changed. */
  private postChangedDemoStep(): void {
    const previous = this.postedDemoStep;
    const demoStep = this.readDemoStep();
    if (this.postedDemoStep !== previous) this.post({ type: 'demoStep', demoStep });
  }

  private handleDiagnosticsChange(uris: readonly vscode.Uri[]): void {
    const unread = this.contextDraft.unread();
    if (!uris.some((uri) => unread.includes(contextId({ kind: 'problems', uri: uri.toString() })))) return;
    this.contextDraft.readPending().catch(this.services.onError);
  }

  private postWhenReady(message: ToWebview): void {
    if (this.isSnapshotPosted && this.view.isListening) this.view.post(message);
    else this.queuedMessages = [...this.queuedMessages, message];
  }

  private post(message: ToWebview): void {
    if (this.isSnapshotPosted && !this.disposed) this.view.post(message);
  }

  private promptHistoryFields() {
    const { promptHistory } = this.services;
    return { promptHistory: promptHistory.list(), deleted: promptHistory.deletedConversations() };
  }

  /** Returns the model and the gateway for the conversation's next prompt. */
  private async readConnection(): Promise<ConnectionView> {
    const { backupNotices, connections, demo } = this.services;
    const view = await connections.view(demo.answers(this.conversation));
    const { newBackup } = backupNotices;
    return newBackup === undefined ? view : { ...view, newBackup };
  }

  private updateTitle(): void {
    this.view.setTitle(conversationName(this.conversation));
  }
}

async function executeCommand(command: string): Promise<void> {
  await vscode.commands.executeCommand(command);
}
