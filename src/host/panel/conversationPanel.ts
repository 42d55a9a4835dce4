import * as vscode from 'vscode';
import { isTerminal } from '../../engine/events/events';
import { isConnectionError } from '../../engine/request';
import { isToHost, type ToHost, type ToHostOf } from '../../shared/pageMessages';
import { readImageHeader } from '../../shared/imageHeader';
import { base64Length, maxImageChars, maxImageSide } from '../../shared/imageLimits';
import type { ImageProblem } from '../../shared/images';
import type { ConnectionView, Replies } from '../../shared/protocol';
import { panelStrings } from '../../shared/panelStrings';
import { insertIntoTerminal } from '../code/terminal';
import type { GatewaySet } from '../connection/gatewaySet';
import { contextId } from '../context/contextId';
import { estimateContextUse } from '../conversation/contextUse';
import type { Conversation } from '../conversation/conversation';
import type { ConversationChange } from '../conversation/conversationLog';
import { copyAsCode } from '../copyAsCode/copyAsCode';
import { comparedModels, costOfAnswers } from '../journal/exchange';
import type { PromptInput } from '../journal/records';
import { notices } from '../ui/notices';
import { enterApiKey, showInStatusBar, showMessage } from '../ui/notifications';
import { inSentences } from '../ui/words';
import { tabTitle } from '../ui/panelText';
import { Disposable } from '../util/disposable';
import { UserError } from '../util/userError';
import { conversationMessages, writingMessages, type MessageHandlers } from './conversationMessages';
import type { Draft } from './draft';
import { toComposedInput } from './editPrompt';
import type { PanelFrame } from './panelFrame';
import { PanelPage } from './panelPage';
import type { PanelServices } from './panelServices';
import { askForComparison } from './promptBox';
import { openConversationFor, prepareToSend, sendPrompt, startAnswers, withContext } from './promptSender';
import { canSummarize } from './summaries';

/** Shows a conversation in a frame. `dispose` does not close the frame, so that VS Code can restore it after a reload. */
export class ConversationPanel extends Disposable {
  readonly page: PanelPage;
  /**
   * Number of started updates of the connection data, such as the gateway and the model. Only the latest update is sent
   * to the page, because an earlier update might end later.
   */
  private connectionUpdates = 0;
  /** ID of the other gateway to which the user has switched, as last sent to the page. */
  private shownGateway: string | undefined;
  /** Gateways whose recent models were sent to the page. */
  private shownSet: GatewaySet | undefined;
  /**
   * Whether this panel's page has loaded. Messages before that come from the previous conversation's page in the same
   * frame.
   */
  private hasLoaded = false;
  private readonly handlers: MessageHandlers;

  /** @param preserveFocus whether the first page of the panel leaves the focus where it is */
  constructor(
    readonly frame: PanelFrame,
    readonly conversation: Conversation,
    private readonly services: PanelServices,
    private readonly draft: Draft,
    private preserveFocus = false,
  ) {
    super();
    const { gatewaySets, efforts, suggestions, onError } = services;
    this.page = this.register(new PanelPage(frame, onError));
    const updateConnection = (): void => void this.updateConnection().catch(onError);
    this.handlers = { ...conversationMessages(services, conversation), ...this.panelMessages() };
    this.register(
      this.contextDraft.onDidChange(() => {
        draft.hasContextChanged = true;
        this.page.post({ type: 'context', items: this.contextDraft.items(), unread: this.contextDraft.unread() });
        this.postState();
      }),
    );
    this.register(this.contextDraft.onDidReadImageFile((file) => this.page.post({ type: 'scaleImage', ...file })));
    this.register(services.conversations.keepOpen(conversation));
    this.register(notices.add(this.page));
    this.register(frame.onDidChangeState(() => queueMicrotask(notices.update)));
    for (const source of [gatewaySets, efforts]) this.register(source.onDidChange(updateConnection));
    this.register(suggestions.onDidChange(() => conversation.tree.firstPrompt === undefined && updateConnection()));
    this.register(vscode.languages.onDidChangeDiagnostics(({ uris }) => this.handleDiagnosticsChange(uris)));
    this.register(conversation.log.onDidChange((change) => this.handleConversationChange(change)));
    this.register(
      conversation.log.onDidChangeState((change) => {
        if (conversation.preferredGateway !== this.shownGateway) updateConnection();
        if (change.type === 'events' && !change.events.some(isTerminal)) this.postTourStep();
        else {
          this.postState();
          this.postRecentModels();
        }
      }),
    );
    this.register(
      frame.container.webview.onDidReceiveMessage((message: unknown) =>
        this.handleMessage(message).catch((error: unknown) => this.reportError(error)),
      ),
    );
    this.updateTitle();
  }

  private get contextDraft() {
    return this.draft.context;
  }

  /** Shows the prefilled prompts of the draft as soon as the page can receive them. */
  postPrefills(): void {
    if (!this.page.isListening) return;
    for (const prefilled of this.draft.takePrefills()) this.page.post({ type: 'prefill', ...prefilled });
  }

  updatePromptHistory(): void {
    this.page.post({ type: 'promptHistory', ...this.promptHistoryFields() });
  }

  /**
   * Handles a message of the page. The conversation remains open until the message is handled, because the user might
   * close the panel while a dialog is open.
   */
  private async handleMessage(message: unknown): Promise<void> {
    if (!isToHost(message)) return;
    this.hasLoaded ||= message.type === 'ready';
    if (!this.hasLoaded) return;
    const { conversation, handlers } = this;
    const { conversations } = this.services;
    if (writingMessages.has(message.type)) {
      if (conversation.readOnly) return;
      // The conversation that the user changed last becomes current, so that commands act on it even if its panel never
      // had the focus.
      conversations.activate(conversation);
    }
    const handle = handlers[message.type] as (message: ToHost) => unknown;
    const result = await conversations.withOpen(conversation, () => handle(message));
    if ('request' in message) {
      this.page.post({ type: 'reply', request: message.request, value: result as Replies[keyof Replies] });
    }
  }

  /**
   * Reports an error. Most errors for the user appear in the status bar, because notifications cover the page's
   * buttons. A notification is shown only for an error that needs a response.
   */
  private reportError(error: unknown): void {
    if (!(error instanceof UserError) || isConnectionError(error)) {
      this.services.onError(error);
      return;
    }
    this.services.log.info(`Shown to the user: ${error.message}`);
    this.showMessage(error.message);
  }

  private showMessage(message: string): void {
    showInStatusBar(message);
    this.page.post({ type: 'announce', text: message });
  }

  private panelMessages() {
    const { conversation, contextDraft, draft } = this;
    const { catalog, contextSource, conversations, efforts, gatewaySets, tour } = this.services;
    return {
      ready: () => this.postSnapshot(),
      focus: () => {
        conversations.activate(conversation);
        notices.add(this.page);
        notices.update();
      },
      copyUnsent: ({ unsent }) => draft.copyUnsent(unsent),
      tour: ({ act }) => {
        tour.perform(conversation, act);
        this.postState();
      },
      send: ({ prompt, more }) => this.send(toComposedInput(prompt, more)),
      endNotice: ({ id, action }) => notices.end((notice) => notice.id === id, action),
      askSuggestion: (message) => this.askSuggestion(message),
      setApiKey: () => enterApiKey(),
      openHere: async () => {
        try {
          await conversations.takeOver(conversation);
        } finally {
          // If the conversation is still read-only, a new snapshot makes the page enable the *Open Here* button again.
          if (conversation.readOnly) await this.postSnapshot();
        }
      },
      findModels: async ({ answerId }) => {
        const answer = conversation.tree.answer(answerId);
        // In the offline demo, all listed models exist, so no model name can be mistyped.
        if (!answer || conversation.set !== gatewaySets.own) return [];
        const { model, gateway } = answer.state;
        return catalog.nearestTo(model, gateway?.id, comparedModels(conversation.tree.exchangeOf(answerId)));
      },
      selectModel: ({ prompt, more }) => this.selectModel(toComposedInput(prompt, more)),
      comparePrompt: ({ prompt, more, models }) => this.compareModels(toComposedInput(prompt, more), models),
      useModel: ({ model }) => this.useModel(model),
      selectEffort: ({ model, level }) => efforts.choose(model, level),
      useGateway: ({ gateway }) => {
        conversation.useGateway(gateway);
        return this.updateConnection();
      },
      suggestContext: ({ query }) => contextSource.suggest(query),
      attach: ({ id }) => contextDraft.attach(id),
      attachImage: (message) => this.attachImage(message),
      refuseImages: ({ images }) => {
        const messages = images.map(({ name, problem }) => imageError(name, problem).message);
        showMessage(this.services.log, 'warning', inSentences(...messages));
      },
      attachFile: ({ name, data }) => contextDraft.attachFile(name, data),
      attachDropped: ({ uris }) => contextDraft.attachFiles(uris.map((uri) => vscode.Uri.parse(uri, true))),
      detach: ({ id }) => contextDraft.detach(id),
      restoreContext: ({ ids }) => (draft.hasContextChanged ? undefined : contextDraft.restore(ids)),
      browseContext: () => contextDraft.browse(),
      insertIntoTerminal: async ({ text }) => {
        const isCopied = await insertIntoTerminal(text);
        if (isCopied) this.showMessage(vscode.l10n.t('Copied. Paste it into the terminal.'));
      },
      copyRequest: async ({ answerId }) => {
        const code = await copyAsCode(this.services, { conversation, answerId });
        if (code !== undefined) this.page.post({ type: 'announce', text: vscode.l10n.t(panelStrings.copied) });
      },
    } satisfies Partial<MessageHandlers>;
  }

  private async postSnapshot(): Promise<void> {
    const { conversation, contextDraft } = this;
    const connection = await this.readConnection();
    if (!this.page.isVisible) return;
    const snapshot = {
      type: 'snapshot' as const,
      conversationId: conversation.id,
      items: conversation.tree.page(),
      readOnly: conversation.readOnly,
      preserveFocus: this.preserveFocus,
      ...connection,
      ...this.promptHistoryFields(),
      unsent: this.draft.unsent,
      context: contextDraft.items(),
      unread: contextDraft.unread(),
    };
    this.page.postSnapshot(snapshot);
    this.preserveFocus = false;
    this.postPrefills();
    this.postRecentModels();
    notices.update();
    this.updateTitle();
    this.postState();
  }

  /** Sends the page the data that depend on more than one exchange: context use, tour step and total cost. */
  private postState(): void {
    const { page, conversation, services } = this;
    if (!page.isListening) return;
    const use = estimateContextUse(services, conversation, { attachmentTokens: this.contextDraft.estimatedTokens() });
    page.postChange({ type: 'contextUse', use, canSummarize: canSummarize(services, conversation) });
    this.postTourStep();
    const total = costOfAnswers(conversation.tree.answers());
    if (total.costs.length > 0) page.postChange({ type: 'conversationCost', ...total });
  }

  /** Reads the models from the disk, so this method is called only when a turn might have used another model. */
  private postRecentModels(): void {
    const { catalog, gatewaySets, onError } = this.services;
    this.shownSet = gatewaySets.forPrompt(this.conversation);
    catalog
      .recent(this.shownSet)
      .then((models) => this.page.postChange({ type: 'recentModels', ...models }))
      .catch(onError);
  }

  private async updateConnection(): Promise<void> {
    const update = ++this.connectionUpdates;
    this.shownGateway = this.conversation.preferredGateway;
    const connection = await this.readConnection();
    if (update !== this.connectionUpdates) return;
    this.page.post({ type: 'connection', ...connection });
    this.postState();
    if (this.services.gatewaySets.forPrompt(this.conversation) !== this.shownSet) this.postRecentModels();
  }

  /**
   * Sends a prompt together with the context items in the composer. If the prompt is not sent, the context items remain
   * in the composer.
   */
  private async send(input: PromptInput, target = this.conversation): Promise<void> {
    const { services, contextDraft } = this;
    notices.end(({ kind }) => kind === 'message');
    await contextDraft.refresh();
    const conversation = openConversationFor(services, target);
    if (conversation !== this.conversation) {
      this.page.post({ type: 'promptMoved', prompt: input.prompt });
      services.panels.show(conversation, { location: this.frame.location });
    }
    if (!(await prepareToSend(services, conversation, input))) return;
    startAnswers(conversation, withContext(input, contextDraft.takeAll()));
  }

  /**
   * Attaches an image that the page has scaled.
   * @throws UserError when the data is not an image, or the image is too large for a request
   */
  private attachImage({ name, data, replacedId }: ToHostOf<'attachImage'>): Promise<void> {
    const header = readImageHeader(data);
    if (!header) throw imageError(name, 'notImage');
    if (base64Length(data.length) > maxImageChars || Math.max(header.width, header.height) > maxImageSide)
      throw imageError(name, 'tooLarge');
    const save = () => this.services.images.save(data, { name, ...header });
    return this.contextDraft.attachImage(save, replacedId);
  }

  private async askSuggestion({ kind, id }: ToHostOf<'askSuggestion'>): Promise<void> {
    const { conversation } = this;
    const { panels, tour } = this.services;
    // The user might click a suggestion again before the page replaces the suggestions with the first prompt. Such a
    // click is ignored.
    if (conversation.tree.firstPrompt !== undefined) return;
    if (kind === 'code') await this.askAboutCode(id);
    else if (kind === 'scenario') tour.ask(conversation, id);
    else if (kind === 'tour') await this.handlers.openTour({ type: 'openTour' });
    else await panels.open(id);
  }

  /**
   * Sends a suggested prompt about code. The composer's context items are not attached, because they belong to the
   * prompt that the user is typing.
   */
  private async askAboutCode(suggestionId: string): Promise<void> {
    const { contextSource, suggestions } = this.services;
    const suggested = suggestions.codePrompt(suggestionId);
    if (!suggested) return;
    const read = await contextSource.resolve(contextId(suggested.item));
    const attachments = read.flatMap(({ attachment }) => attachment ?? []);
    const input = withContext({ prompt: suggested.label }, { attachments });
    await sendPrompt(this.services, this.conversation, input);
  }

  private async selectModel(draft: PromptInput): Promise<void> {
    const { catalog, gatewaySets } = this.services;
    const picked = await catalog.pickForPrompt(gatewaySets.forPrompt(this.conversation), this.contextDraft.hasImages);
    if (!picked) return;
    const { model } = picked;
    if (model === undefined) return this.compareModels(draft);
    // The new model also replaces the models of a prompt that was put back into the composer.
    const { prompt, models } = draft;
    if (models)
      this.services.panels.prefill(this.conversation, { text: prompt, more: { ...draft, models: undefined } });
    await this.useModel(model);
  }

  private async useModel(model: string): Promise<void> {
    const set = this.services.gatewaySets.forPrompt(this.conversation);
    this.conversation.selectModel(model, set);
    await set.selectModel(model);
  }

  private async compareModels(draft: PromptInput, models?: readonly string[]): Promise<void> {
    const input = { prompt: draft.prompt, models };
    const comparison = await askForComparison(this.services, this.conversation, input);
    if (!comparison) return;
    const { prompt, conversation } = comparison;
    // The message `promptMoved` tells the page to remove the prompt from the composer.
    this.page.post({ type: 'promptMoved', prompt });
    await this.send({ ...draft, prompt, models: comparison.models }, conversation);
  }

  private handleConversationChange(change: ConversationChange): void {
    if (change.type !== 'events') this.updateTitle();
    if (change.type === 'access') {
      if (this.page.isListening) this.postSnapshot().catch(this.services.onError);
    } else if (change.type !== 'title') this.page.post(change);
  }

  private postTourStep(): void {
    this.page.postChange({ type: 'tourStep', tourStep: this.services.tour.currentStep(this.conversation) });
  }

  /**
   * Reads attached problems that were not available when the draft was restored. VS Code might report the problems of a
   * file only later.
   */
  private handleDiagnosticsChange(uris: readonly vscode.Uri[]): void {
    const unread = this.contextDraft.unread();
    if (!uris.some((uri) => unread.includes(contextId({ kind: 'problems', uri: uri.toString() })))) return;
    this.contextDraft.readPending().catch(this.services.onError);
  }

  private promptHistoryFields() {
    const { promptHistory } = this.services;
    return { promptHistory: promptHistory.list(), deleted: promptHistory.deletedConversations() };
  }

  private async readConnection() {
    const { conversation } = this;
    const { catalog, gatewaySets, efforts, suggestions } = this.services;
    const set = gatewaySets.forPrompt(conversation);
    const view = await set.view(conversation.preferredGateway);
    // The offline demo needs no key. Nevertheless, the page shows in the demo whether the user's own gateways have a
    // key.
    const { hasKey } = set === gatewaySets.own ? view : await gatewaySets.own.view();
    const { images } = catalog.factsOf(view.model) ?? {};
    const connection: ConnectionView = { effort: efforts.viewOf(view.model), images, ...view, hasKey };
    return { connection, suggestions: await suggestions.list(conversation, connection) };
  }

  private updateTitle(): void {
    const { page, conversation, frame } = this;
    const title = tabTitle(conversation.tree);
    frame.showTitle(title);
    if (frame.location === 'sideBar') page.postChange({ type: 'title', title });
  }
}

function imageError(name: string, problem: ImageProblem): UserError {
  const messages: Readonly<Record<ImageProblem, string>> = {
    notImage: vscode.l10n.t('{0} is not a PNG, JPEG, WebP or GIF image.', name),
    tooLarge: vscode.l10n.t('{0} is too large to be sent. Attach a smaller image.', name),
    broken: vscode.l10n.t("{0} can't be decoded, because the image file is damaged. Attach another image.", name),
    unreadable: vscode.l10n.t("{0} can't be read. It might have been moved or deleted.", name),
  };
  return new UserError(messages[problem]);
}
