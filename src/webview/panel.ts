import { imagePath } from '../shared/images';
import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import type { PanelState, ToHost } from '../shared/pageMessages';
import {
  canSendPrompt,
  type ConnectionView,
  type RecentModels,
  type HostNotice,
  type Suggestion,
  type TourStep,
  type ToWebview,
} from '../shared/protocol';
import { createAnnouncer } from './a11y/announcer';
import { createMoveFocus } from './a11y/focus';
import { createComposer } from './composer/composer';
import { createAutoscroll, createJumpButton } from './conversation/autoscroll';
import { createContextNotice } from './conversation/contextNotice';
import { createConversationHeader } from './conversation/conversationHeader';
import { ConversationView, idOf } from './conversation/conversationView';
import { createTourCard } from './conversation/tourCard';
import { createEmptyState } from './conversation/emptyState';
import { createKeyCard } from './conversation/keyCard';
import { createLimitNotice } from './conversation/limitNotice';
import { createNoticeArea, createHostNotice, type Notice } from './conversation/noticeArea';
import type { PageContext } from './pageContext';
import type { UnsentStore } from './state/unsentStore';
import { copyFormulasAsTex } from './markdown/math/copyFormulas';
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
  /** URI of the folder with the images of prompts. */
  readonly imagesUri: string;
  readonly locale: string;
  readonly clock: PanelClock;
  readonly createMarkdown: PageContext['createMarkdown'];
}

type Message<Type extends ToWebview['type']> = ToWebview & { readonly type: Type };

/**
 * Creates the page of a conversation. Each snapshot from the host replaces everything on the page except unsent text.
 * @returns a function that handles a message from the host
 */
export function createPanel(
  root: HTMLElement,
  { api, unsent, strings, help, imagesUri, locale, clock, createMarkdown }: PanelEnvironment,
): (message: ToWebview) => void {
  let conversationId = '';
  /** Whether the unsent text of the previous page is restored. Until then, nothing is saved. */
  let canSave = false;
  let connection: ConnectionView | undefined;
  let tourStep: TourStep | undefined;
  let recentModels: RecentModels = { used: [], compared: [] };
  let suggestions: readonly Suggestion[] = [];
  let hostMessages: readonly HostNotice[] = [];
  let isReadOnly = false;
  /** The last copy that the host has received, as JSON. */
  let lastCopy = '';
  /** The unsent text after its last change, as JSON. */
  let lastText = '';
  let changedAt: number | undefined;

  const post = (message: ToHost): void => api.postMessage(message);
  const requests = new Requests(post);
  const announcer = createAnnouncer();
  const focusInput = (): void => {
    if (!isReadOnly) composer.focus();
    else context.moveFocus(noticeArea.element.querySelector('button') ?? conversation.element);
  };
  const context: PageContext = {
    strings,
    help,
    clock,
    format: createFormat(locale, strings),
    post,
    request: requests.send,
    copy: (text) => {
      post({ type: 'copy', text });
      announcer.announce(strings.copied);
    },
    host: () => connection?.host ?? '',
    model: () => connection?.model ?? '',
    recentModels: () => recentModels,
    imageUri: (owner, image) => `${imagesUri}/${imagePath(owner, image)}`,
    conversationId: () => conversationId,
    isReadOnly: () => isReadOnly,
    areVersionButtonsDisabled: () => conversation.areVersionButtonsDisabled,
    announcer,
    createMarkdown,
    moveFocus: createMoveFocus(focusInput),
    focusComposer: focusInput,
    followEnd: () => autoscroll.followEnd(),
    onLocalChange: () => {
      save();
      updateNotices();
    },
    onLayoutChange: () => {
      autoscroll.updateAfterMove();
      save();
    },
    onPromptSent: (prompt) => {
      composer.addPending(prompt);
      save();
    },
  };
  const conversation = new ConversationView(context, () => refresh());
  const emptyState = createEmptyState(context, conversation.element);
  const noticeArea = createNoticeArea(context);
  const createContextNotices = createContextNotice(context, noticeArea, ({ answers: [answer] }) => {
    conversation.scrollTo(answer.element);
    context.moveFocus(answer.element, { preventScroll: true });
  });
  const cardPlace = element('div.card-place');
  const placeTourCard = createTourCard(context);
  const placeKeyCard = createKeyCard(context);
  const header = createConversationHeader(context);
  const jumpButton = createJumpButton(context);
  const autoscroll = createAutoscroll(context, conversation, jumpButton);
  const composer = createComposer(context, () => stopActiveTurn());
  composer.element.hidden = true;

  const unsentText = () => ({ ...composer.unsent, edits: conversation.view.edits });
  const view = () => ({ ...conversation.view, place: autoscroll.readingPosition, dismissed: noticeArea.dismissed });

  /**
   * Stores the unsent text of the page, and copies it to the host. A read-only page does neither, because the unsent
   * text belongs to the other window, in which the conversation is open.
   */
  const save = (): void => {
    if (!canSave || isReadOnly) return;
    const text = JSON.stringify(unsentText());
    if (text !== lastText) changedAt = clock.now();
    lastText = text;
    const current = { ...composer.unsent, ...view(), changedAt };
    const stored = { ...current, at: clock.now() };
    unsent.save(conversationId, stored);
    const copy = JSON.stringify(current);
    if (copy === lastCopy) return;
    lastCopy = copy;
    post({ type: 'copyUnsent', unsent: stored });
  };

  /**
   * Whether to show the rate limit above the composer. If a failure card already mentions it, only while the composer
   * has a draft.
   */
  const showsLimit = (): boolean =>
    !isReadOnly && !conversation.active && (!conversation.hasActionButton('sendLater') || composer.unsent.draft !== '');

  const openHereNotice: Notice = {
    id: 'openHere',
    text: strings.openInOtherWindow,
    icon: 'info',
    actions: [{ caption: strings.openHere, choose: () => post({ type: 'openHere' }), dismisses: true }],
    isPersistent: true,
  };
  const endNotice = (id: string, action?: string): void => {
    hostMessages = hostMessages.filter((notice) => notice.id !== id);
    // The notice disappears first. Otherwise, the composer could take the focus from an input box that opens.
    updateNotices();
    post({ type: 'endNotice', id, action });
  };
  const createHostNotices = (...kinds: readonly HostNotice['kind'][]) =>
    hostMessages.filter(({ kind }) => kinds.includes(kind)).map((notice) => createHostNotice(notice, endNotice));
  const createLimitNotices = createLimitNotice(context, composer.selectModel, () => updateNotices());

  const updateNotices = (): void => {
    if (!connection) return;
    const { isEmpty } = conversation;
    if (isEmpty) emptyState.update(connection.set !== 'own', suggestions);
    const cardContainer = isEmpty ? emptyState.cardPlace : cardPlace;
    const tourPlace = connection.set !== 'own' && !isReadOnly ? cardContainer : undefined;
    placeTourCard(tourPlace, tourStep, connection);
    const needsCard = !canSendPrompt(connection) && !isReadOnly && !conversation.hasActionButton('setApiKey');
    noticeArea.update([
      ...(isReadOnly ? [openHereNotice] : []),
      ...createHostNotices('progress'),
      ...createHostNotices('message', 'question'),
      ...(showsLimit() ? createLimitNotices(connection) : []),
      ...createHostNotices('spending'),
      ...createContextNotices(conversation, composer.ring.percent),
      ...conversation.nextPrompt.map((text): Notice => ({
        id: text,
        text,
        icon: 'info',
        actions: [],
        isPersistent: true,
      })),
    ]);
    placeKeyCard(needsCard ? cardContainer : undefined);
  };

  const refresh = (): void => {
    const { active } = conversation;
    const stopAnswer = active?.isCompared ? strings.stopAnswers : strings.stopAnswer;
    composer.setStoppable(active !== undefined, active?.hasStopButton ? stopAnswer : strings.stop);
    conversation.setVersionButtonsDisabled(active !== undefined);
    if (!connection) return;
    updateNotices();
    emptyState.setVisible(conversation.isEmpty);
  };

  /**
   * Stops the running turn, or all running turns of a comparison. The message contains the id of the answer, because
   * the next turn might have started before the host receives the message.
   */
  const stopActiveTurn = (): void => {
    const { active } = conversation;
    if (active) post({ type: active.isCompared ? 'stopComparison' : 'stop', answerId: active.id });
  };

  const setConnection = (next: ConnectionView, nextSuggestions: readonly Suggestion[]): void => {
    const hasOtherTarget = next.host !== context.host() || next.model !== context.model();
    connection = next;
    composer.setConnection(next);
    if (hasOtherTarget) conversation.renderAnswers();
    suggestions = nextSuggestions;
  };

  const showSnapshot = (message: Message<'snapshot'>): void => {
    const { items, readOnly = false } = message;
    unsent.remove(message.deleted ?? []);
    // When this page takes over the conversation, it loads the unsent text that the page of the other window has
    // stored.
    const isTakenOver = isReadOnly && !readOnly;
    const isFirst = conversationId === '';
    const stored =
      isFirst || isTakenOver
        ? (unsent.load(message.conversationId, message.unsent) ?? { draft: '', at: 0 })
        : undefined;
    const restored = stored ?? view();
    canSave = false;
    ({ conversationId } = message);
    const panelState = { conversationId };
    // VS Code passes this value to the commands of the context menu.
    root.dataset['vscodeContext'] = JSON.stringify(panelState);
    isReadOnly = readOnly;
    api.setState(panelState);
    // A read-only page has an empty composer, because the other window might send or change the unsent text. If the user
    // presses *Open Here*, the page restores the text.
    if (readOnly) composer.clear();
    composer.element.hidden = readOnly;
    setConnection(message.connection, message.suggestions);
    conversation.replaceAll(items, restored);
    composer.history.load(message.promptHistory);
    composer.setContext(message.context, message.unread);
    if (stored && !readOnly) {
      composer.restore(stored);
      lastText = JSON.stringify(unsentText());
      ({ changedAt } = stored);
    }
    autoscroll.restore(restored.place);
    noticeArea.restoreDismissed(restored.dismissed);
    noticeArea.forget(openHereNotice.id);
    updateNotices();
    if (!message.preserveFocus) focusInput();
    // Prompts after the exchange that was last on the page before this snapshot are new, so the host has received them.
    // If that exchange no longer exists, because the user has edited its prompt, all prompts are treated as new.
    const newItems = items.slice(items.findIndex((item) => idOf(item) === restored.seen) + 1);
    composer.confirmPrompts(newItems.flatMap((item) => ('prompt' in item ? item.prompt : [])));
    canSave = true;
    save();
  };

  const showPath = ({ items }: Message<'path'>): void => {
    const last = conversation.showPath(items);
    if (last?.answers.some(({ isRunning }) => isRunning)) {
      autoscroll.followEnd();
      if (last.exchange) composer.confirmPrompt(last.exchange.prompt);
    } else if (last) autoscroll.updateAfterMove();
    save();
  };

  const handlers: { readonly [Type in ToWebview['type']]: (message: Message<Type>) => void } = {
    snapshot: showSnapshot,
    exchange: ({ exchange }) => {
      conversation.add(exchange);
      composer.confirmPrompt(exchange.prompt);
      autoscroll.followEnd();
    },
    answer: ({ answer }) => conversation.updateAnswer(answer),
    path: showPath,
    events: ({ answerId, events }) => {
      if (conversation.apply(answerId, events)) jumpButton.markNewContent();
    },
    promptHistory: ({ promptHistory, deleted }) => {
      unsent.remove(deleted);
      composer.history.load(promptHistory);
    },
    connection: (message) => setConnection(message.connection, message.suggestions),
    tourStep: (message) => {
      tourStep = message.tourStep;
    },
    recentModels: (message) => {
      recentModels = message;
    },
    compareDraft: ({ models }) => composer.compare(models),
    title: ({ title }) => header.setTitle(title),
    conversationCost: (total) => header.setCost(total),
    prefill: (message) => composer.prefill(message),
    context: ({ items, unread }) => composer.setContext(items, unread),
    scaleImage: ({ name, data }) => composer.attachImage(name, data),
    reply: ({ request, value }) => requests.receive(request, value),
    promptMoved: ({ prompt }) => composer.confirmPrompt(prompt, true),
    answerAction: ({ answerId, action }) => conversation.performAction(answerId, action),
    notices: (message) => {
      hostMessages = message.notices;
    },
    announce: ({ text }) => announcer.announce(text),
    contextUse: ({ use, canSummarize }) => {
      composer.ring.setUse(use, canSummarize);
      conversation.setCanSummarize(canSummarize);
    },
  };

  const receive = (message: ToWebview): void => {
    const handle = handlers[message.type] as (message: ToWebview) => void;
    handle(message);
    // Events with text arrive often, so they don't update the composer and the notices (`refresh`). If events change
    // more than the text, the conversation calls `refresh` itself.
    if (message.type !== 'events') refresh();
  };

  const handleKey = (event: KeyboardEvent): void => {
    if (composer.handleShortcut(event)) {
      event.preventDefault();
      // VS Code must not receive the composer's shortcuts. Otherwise, it would run its own commands for the same keys.
      event.stopPropagation();
    }
    if (event.key !== 'Escape' || isComposing(event)) return;
    // Escape in an open editor, menu or dialog only closes it. It does not stop the turn.
    if (closestElement(event.target, '.prompt-editor, [role="menu"], dialog')) return;
    if (composer.popup.close()) event.stopPropagation();
    else if (conversation.active && !isReadOnly) stopActiveTurn();
    else if (conversation.element.contains(document.activeElement)) focusInput();
    else return;
    event.preventDefault();
  };

  root.replaceChildren(
    element('h1.visually-hidden', strings.conversation),
    createTimelinePatterns(),
    header.element,
    conversation.element,
    element('div.dock', jumpButton.element, element('div.notices', noticeArea.element, cardPlace), composer.element),
    announcer.element,
  );
  window.addEventListener('focus', () => post({ type: 'focus' }));
  copyFormulasAsTex(root);
  // Listens in the capture phase, so that the page receives the keys before any of its elements can handle them.
  window.addEventListener('keydown', handleKey, { capture: true });
  // VS Code forwards the messages of the host from an iframe of the same origin, so messages from other origins are
  // ignored. The source of a message can't be compared with `window.parent`, because VS Code deletes that property.
  window.addEventListener('message', ({ data, origin }: MessageEvent<ToWebview>) => {
    if (origin === window.origin) receive(data);
  });
  return receive;
}
