import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import type { PanelState, ToHost } from '../shared/pageMessages';
import { canSendPrompt, type ConnectionView, type Suggestion, type TourStep, type ToWebview } from '../shared/protocol';
import { createAnnouncer } from './a11y/announcer';
import { createMoveFocus } from './a11y/focus';
import { Composer } from './composer/composer';
import { Autoscroll, JumpButton } from './conversation/autoscroll';
import { createContextNotice } from './conversation/contextNotice';
import { ConversationView, idOf } from './conversation/conversationView';
import { createCostLine } from './conversation/costLine';
import { createTourCard } from './conversation/tourCard';
import { createEmptyState } from './conversation/emptyState';
import { createKeyCard } from './conversation/keyCard';
import { createNotices } from './conversation/notices';
import type { PageContext } from './pageContext';
import type { Unsent, UnsentStore } from './state/unsentStore';
import { createTimelinePatterns } from './timeline/timelineChart';
import { closestElement, element, isComposing } from './util/element';
import { createFormat } from '../shared/format';
import type { PanelClock } from './util/panelClock';
import { Requests } from './util/requests';

interface PanelEnvironment {
  readonly api: { postMessage(message: ToHost): void; setState(state: PanelState): void };
  readonly unsent: UnsentStore;
  readonly strings: PanelStrings;
  readonly help: FaultDetails;
  readonly locale: string;
  readonly clock: PanelClock;
  readonly createMarkdown: PageContext['createMarkdown'];
}

type Message<Type extends ToWebview['type']> = ToWebview & { readonly type: Type };

/** The page of a conversation. Each snapshot of the host replaces everything on it except unsent text. */
export class Panel {
  private readonly context: PageContext;
  private readonly requests = new Requests((message) => this.context.post(message));
  private readonly conversation: ConversationView;
  private readonly emptyState: ReturnType<typeof createEmptyState>;
  private readonly contextNotice: ReturnType<typeof createContextNotice>;
  private readonly notices: ReturnType<typeof createNotices>;
  private readonly placeTourCard: ReturnType<typeof createTourCard>;
  private readonly placeKeyCard: ReturnType<typeof createKeyCard>;
  private readonly costLine: ReturnType<typeof createCostLine>;
  private readonly jumpButton: JumpButton;
  private readonly autoscroll: Autoscroll;
  private readonly composer: Composer;
  private conversationId = '';
  private connection: ConnectionView | undefined;
  private tourStep: TourStep | undefined;
  private suggestions: readonly Suggestion[] = [];
  private readOnly = false;
  /** Whether the unsent text of the page is in the store. */
  private isSaved = true;

  private readonly handlers: { readonly [Type in ToWebview['type']]: (message: Message<Type>) => void } = {
    snapshot: (message) => this.showSnapshot(message),
    exchange: ({ exchange }) => {
      this.conversation.add(exchange);
      this.composer.confirmPrompt(exchange.prompt);
      this.autoscroll.followEnd();
    },
    answer: ({ answer }) => this.conversation.updateAnswer(answer),
    path: (message) => this.showPath(message),
    events: ({ answerId, events }) => {
      if (this.conversation.apply(answerId, events)) this.jumpButton.markNewContent();
    },
    promptHistory: ({ promptHistory, deleted }) => {
      this.environment.unsent.remove(deleted);
      this.composer.history.load(promptHistory);
    },
    connection: ({ connection, suggestions }) => this.setConnection(connection, suggestions),
    tourStep: ({ tourStep }) => {
      this.tourStep = tourStep;
    },
    conversationCost: (total) => this.costLine.update(total),
    prefill: (message) => this.composer.prefill(message),
    context: ({ items, unread }) => this.composer.setContext(items, unread),
    reply: ({ request, value }) => this.requests.receive(request, value),
    promptMoved: ({ prompt }) => this.composer.confirmPrompt(prompt, true),
    announce: ({ text }) => this.context.announcer.announce(text),
    contextUse: ({ use, canSummarize }) => {
      this.composer.ring.setUse(use, canSummarize);
      this.conversation.setCanSummarize(canSummarize);
    },
  };

  constructor(
    root: HTMLElement,
    private readonly environment: PanelEnvironment,
  ) {
    const { api, strings, help, clock, locale, createMarkdown } = environment;
    const focusComposer = (): void => this.focusInput();
    this.context = {
      strings,
      help,
      clock,
      format: createFormat(locale, strings),
      post: (message) => api.postMessage(message),
      request: this.requests.send,
      copy: (text) => {
        api.postMessage({ type: 'copy', text });
        this.context.announcer.announce(strings.copied);
      },
      host: () => this.connection?.host ?? '',
      isReadOnly: () => this.readOnly,
      areVersionButtonsDisabled: () => this.conversation.areVersionButtonsDisabled,
      announcer: createAnnouncer(),
      createMarkdown,
      moveFocus: createMoveFocus(focusComposer),
      focusComposer,
      followEnd: () => this.autoscroll.followEnd(),
      onLocalChange: () => {
        this.save();
        this.updateNotices();
      },
      onLayoutChange: () => {
        this.autoscroll.updateAfterMove();
        this.save();
      },
      onPromptSent: (prompt) => {
        this.composer.addPending(prompt);
        this.save();
      },
    };
    const { context } = this;
    this.conversation = new ConversationView(context, () => this.refresh());
    this.emptyState = createEmptyState(context, this.conversation.element);
    this.contextNotice = createContextNotice(context, ({ answers: [answer] }) =>
      this.conversation.scrollTo(answer.element),
    );
    this.notices = createNotices(context, this.contextNotice.element);
    this.placeTourCard = createTourCard(context);
    this.placeKeyCard = createKeyCard(context);
    this.costLine = createCostLine(context);
    const log = this.conversation.element;
    this.jumpButton = new JumpButton(context);
    this.autoscroll = new Autoscroll(context, this.conversation, this.jumpButton);
    this.composer = new Composer(context, () => this.stopActiveTurn());
    this.composer.element.hidden = true;
    const dock = element('div', { class: 'dock' });
    dock.append(this.jumpButton.element, this.notices.element, this.composer.element);
    root.replaceChildren(
      element('h1', { class: 'visually-hidden' }, strings.conversation),
      createTimelinePatterns(),
      this.costLine.element,
      log,
      dock,
      context.announcer.element,
    );
    // Listens in the capture phase, so that the keys are received before any element of the page can handle them.
    window.addEventListener('keydown', (event) => this.handleKey(event), { capture: true });
    // VS Code forwards the messages of the host from a frame of the same origin, and deletes `window.parent`.
    window.addEventListener('message', ({ data, origin }: MessageEvent<ToWebview>) => {
      if (origin === window.origin) this.receive(data);
    });
  }

  receive(message: ToWebview): void {
    const handle = this.handlers[message.type] as (message: ToWebview) => void;
    handle(message);
    // Text arrives often, so the conversation calls `refresh` when an event changes more than the text.
    if (message.type !== 'events') this.refresh();
  }

  private showSnapshot(message: Message<'snapshot'>): void {
    const { conversation, composer } = this;
    const { conversationId, items, connection, readOnly = false } = message;
    const { api, unsent } = this.environment;
    unsent.remove(message.deleted ?? []);
    // While another window wrote the conversation, its page also wrote the unsent text.
    const isTakenOver = this.readOnly && !readOnly;
    const isFirst = this.conversationId === '';
    const stored = isFirst || isTakenOver ? (unsent.load(conversationId) ?? { draft: '' }) : undefined;
    const view = stored ?? this.view;
    this.conversationId = conversationId;
    this.readOnly = readOnly;
    api.setState({ conversationId });
    // Empties the composer, because the other window may send or change the text.
    if (readOnly && this.isSaved) composer.clear();
    composer.element.hidden = readOnly;
    this.setConnection(connection, message.suggestions);
    this.notices.setOpenElsewhere(readOnly);
    this.focusInput();
    conversation.replaceAll(items, view);
    composer.history.load(message.promptHistory);
    composer.setContext(message.context, message.unread);
    if (stored && !readOnly) composer.restore(stored);
    this.autoscroll.restore(view.place);
    // If the exchange seen last is gone because its prompt was edited, all prompts count as new.
    const newItems = items.slice(items.findIndex((item) => idOf(item) === view.seen) + 1);
    composer.confirmPrompts(newItems.flatMap((item) => ('turns' in item ? [] : item.prompt)));
    this.save();
  }

  private showPath({ items }: Message<'path'>): void {
    const last = this.conversation.showPath(items);
    if (last?.answers.some(({ isRunning }) => isRunning)) {
      this.autoscroll.followEnd();
      if (last.exchange) this.composer.confirmPrompt(last.exchange.prompt);
    } else if (last) this.autoscroll.updateAfterMove();
    this.save();
  }

  private setConnection(connection: ConnectionView, suggestions: readonly Suggestion[]): void {
    const hasOtherHost = connection.host !== this.context.host();
    this.connection = connection;
    this.composer.setConnection(connection);
    if (hasOtherHost) this.conversation.renderAnswers();
    this.suggestions = suggestions;
  }

  private refresh(): void {
    const { conversation, composer, emptyState } = this;
    const { strings } = this.context;
    const { active } = conversation;
    const stopAnswer = active?.isCompared ? strings.stopAnswers : strings.stopAnswer;
    composer.setStoppable(active !== undefined, active?.hasStopButton ? stopAnswer : strings.stop);
    conversation.setVersionButtonsDisabled(active !== undefined);
    if (!this.connection) return;
    this.updateNotices();
    emptyState.setVisible(conversation.isEmpty);
  }

  private updateNotices(): void {
    const { connection, suggestions, conversation, composer, emptyState, notices } = this;
    if (!connection) return;
    const { isEmpty, canMentionSummary: canMention } = conversation;
    if (isEmpty) emptyState.update(connection.set !== 'own', suggestions);
    const place = isEmpty ? emptyState.cardPlace : notices.cardPlace;
    const tourPlace = connection.set !== 'own' && !this.readOnly ? place : undefined;
    this.placeTourCard(tourPlace, this.tourStep, connection);
    const needsCard = !canSendPrompt(connection) && !this.readOnly && !conversation.hasActionButton('setApiKey');
    this.contextNotice.update({
      percent: canMention && conversation.canSummarize ? composer.ring.percent : undefined,
      runningSummary: conversation.runningSummary,
      canMention,
    });
    this.placeKeyCard(needsCard ? place : undefined);
  }

  private focusInput(): void {
    if (!this.readOnly) this.composer.focus();
    else if (!this.notices.focusOpenHere()) this.context.moveFocus(this.conversation.element);
  }

  /**
   * Stops the running turn, or those of a comparison. Names the turn in the message, because the next turn may have started
   * before the host receives it.
   */
  private stopActiveTurn(): void {
    const { active } = this.conversation;
    if (active) this.context.post({ type: active.isCompared ? 'stopComparison' : 'stop', answerId: active.id });
  }

  private handleKey(event: KeyboardEvent): void {
    if (this.composer.handleShortcut(event)) {
      event.preventDefault();
      // VS Code would run its own command for these keys, too.
      event.stopPropagation();
    }
    if (event.key !== 'Escape' || isComposing(event)) return;
    // Escape cancels the edit of a prompt, or closes a menu, and has no other effect then.
    if (closestElement(event.target, '.prompt-editor, [role="menu"]')) return;
    if (this.composer.popup.close()) event.stopPropagation();
    else if (this.conversation.active && !this.readOnly) this.stopActiveTurn();
    else if (this.conversation.element.contains(document.activeElement)) this.focusInput();
    else return;
    event.preventDefault();
  }

  private get view(): Omit<Unsent, 'draft'> {
    return { ...this.conversation.view, place: this.autoscroll.readingPosition };
  }

  /** Stores the unsent text, but not on a read-only page, whose unsent text belongs to the window that writes. */
  private save(): void {
    const isOwner = this.conversationId !== '' && !this.readOnly;
    const unsent = { ...this.composer.unsent, ...this.view };
    this.isSaved = isOwner && this.environment.unsent.save(this.conversationId, unsent);
  }
}
