import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import {
  routeName,
  type ConnectionView,
  type DemoTourStep,
  type Suggestion,
  type ToWebview,
  type PanelState,
  type ToHost,
} from '../shared/protocol';
import { createAnnouncer } from './a11y/announcer';
import { createMoveFocus, createWaitTabOrder } from './a11y/focus';
import { createComposer } from './composer/composer';
import { isComposing, isInPromptEditor } from './composer/promptEditor';
import { PromptHistory } from './composer/promptRecall';
import { createAutoscroll, createJumpButton, type ObserveSize } from './conversation/autoscroll';
import { ConversationView } from './conversation/conversationView';
import type { ObserveNear } from './conversation/drawQueue';
import { createEmptyState, createNotices } from './conversation/notices';
import type { PageContext } from './pageContext';
import { promptsSince, PendingPrompts } from './state/unsentPrompts';
import { hasUnsentText, type OpenEdit, type ReadingPosition, type Unsent, type UnsentStore } from './state/unsentStore';
import { element } from './util/element';
import { createFormat, fill } from '../shared/format';
import type { PanelClock } from './util/panelClock';

/** The dependencies of the panel, which tests replace. */
interface PanelEnvironment {
  readonly api: VsCodeApi;
  readonly unsent: UnsentStore;
  readonly strings: PanelStrings;
  readonly help: FaultDetails;
  readonly locale: string;
  readonly clock: PanelClock;
  readonly observeSize: ObserveSize;
  readonly observeNear: ObserveNear;
  readonly createMarkdown: PageContext['createMarkdown'];
}

/**
 * The part of the stored unsent text that describes the view of the page: open prompt editors, unfolded prompts, the
 * last exchange and the reading position.
 */
type PageView = Pick<Unsent, 'edits' | 'unfolded' | 'seen' | 'place'>;

function pageViewOf({ edits, unfolded, seen, place }: Unsent): PageView {
  return { edits, unfolded, seen, place };
}

/** The panel of a conversation, which receives the messages of the extension host. */
export interface Panel {
  receive(message: ToWebview): void;
}

/** Creates the panel in `root`. Each snapshot of the host replaces everything on the page except unsent text. */
export function createPanel(root: HTMLElement, environment: PanelEnvironment): Panel {
  const { api, unsent, strings, clock } = environment;
  const pending = new PendingPrompts();
  /**
   * Id of the current conversation. Before the first snapshot, this is the id in the webview state that VS Code has
   * stored.
   */
  let conversationId = api.getState()?.conversationId ?? '';
  const previousUnsent = unsent.load(conversationId);
  /** The view to restore when the first snapshot with the exchanges of the conversation arrives. */
  let viewToRestore: PageView | undefined = previousUnsent && pageViewOf(previousUnsent);
  let connection: ConnectionView | undefined;
  let suggestions: readonly Suggestion[] = [];
  let demoStep: DemoTourStep | undefined;
  let readOnly = false;
  /**
   * Edited prompts whose editors can't be opened yet. Each editor opens when its exchange is on the page and the
   * conversation is not read-only.
   */
  let deferredEdits: readonly OpenEdit[] = [];
  let readingPosition: ReadingPosition | undefined;
  /** Whether the last attempt to store the unsent text of the page succeeded. */
  let isSaved = true;

  const context: PageContext = {
    strings,
    help: environment.help,
    clock,
    format: createFormat(environment.locale, strings),
    post: (message) => api.postMessage(message),
    isReadOnly: () => readOnly,
    announcer: createAnnouncer(),
    createMarkdown: environment.createMarkdown,
    moveFocus: createMoveFocus(() => focusInput()),
    focusComposer: () => focusInput(),
    onEditsChange: () => save(),
    onPromptUnfold: () => {
      autoscroll.updateAfterMove();
      save();
    },
    onPromptSent: (prompt) => {
      pending.add(prompt);
      save();
    },
  };
  const conversation = new ConversationView(context, environment.observeNear, () => autoscroll.followEnd());
  const emptyState = createEmptyState(context);
  const notices = createNotices(context);
  const history = new PromptHistory();
  const jumpButton = createJumpButton(context, () => autoscroll.followEnd());
  const scrolling = { observeSize: environment.observeSize, frame: clock.frame };
  const autoscroll = createAutoscroll(
    conversation.element,
    conversation.thread,
    scrolling,
    (away) => jumpButton.setVisible(away),
    () => {
      const wasAtEnd = readingPosition === undefined;
      readingPosition = autoscroll.isFollowing ? undefined : conversation.readingPosition;
      if (readingPosition || !wasAtEnd) save();
    },
  );
  const composer = createComposer(context, {
    history,
    pending,
    onDraftChange: () => {
      save();
      updateNotices();
    },
    onStop: () => stopActiveTurn(),
    onSend: () => autoscroll.followEnd(),
  });
  /**
   * Moves the focus to the composer. A read-only page has no composer, so its button *Open Here* or the conversation
   * gets the focus.
   */
  const focusInput = (): void => {
    if (!readOnly) composer.focus();
    else if (!notices.focusOpenHere()) context.moveFocus(conversation.element);
  };
  /**
   * Stops the turn that the page shows as running. The message contains the id of the turn, because the next turn may
   * have started before the host receives the message.
   */
  const stopActiveTurn = (): void => {
    const { active } = conversation;
    if (active) context.post({ type: 'stop', exchangeId: active.id });
  };
  const currentView = (): PageView => {
    const { unfoldedIds: unfolded, lastId: seen } = conversation;
    return { edits: [...conversation.edits, ...deferredEdits], unfolded, seen, place: readingPosition };
  };
  const save = (): void => {
    // Stores the unsent text only if it belongs to a conversation and the page is not read-only. A read-only page must
    // not overwrite the unsent text of the window that writes the conversation.
    const isOwner = conversationId !== '' && !readOnly;
    isSaved = isOwner && unsent.save(conversationId, { ...composer.unsent, ...(viewToRestore ?? currentView()) });
  };
  const openEdits = (edits: readonly OpenEdit[]): void => {
    deferredEdits = readOnly ? edits : conversation.openEdits(edits);
  };
  const restoreView = ({ edits = [], unfolded = [], place: position }: PageView): void => {
    conversation.unfold(unfolded);
    openEdits(edits);
    readingPosition = position;
    if (position && conversation.scrollTopOf(position) !== undefined) {
      autoscroll.restorePosition(() => conversation.scrollTopOf(position));
    } else autoscroll.followEnd();
  };
  if (previousUnsent) composer.restore(previousUnsent);
  const dock = element('div', { class: 'dock' }, jumpButton.element, notices.element, composer.element);
  const end = element('span', { tabindex: '-1' });
  root.replaceChildren(
    element('h1', { class: 'visually-hidden' }, strings.conversation),
    conversation.element,
    dock,
    context.announcer.element,
    end,
  );
  createWaitTabOrder(root, conversation.element, dock, end);

  const refresh = (): void => {
    const { active } = conversation;
    const activity = active?.activity ?? 'idle';
    composer.setRoute(active?.route === undefined ? undefined : routeName(active.route));
    composer.setStoppable(activity === 'running');
    conversation.setVersionsLocked(activity !== 'idle');
    conversation.setStreaming(activity === 'running');
    if (!connection) return;
    if (conversation.isEmpty === (emptyState.element.parentNode === null)) {
      const hadFocus = emptyState.element.contains(document.activeElement);
      if (conversation.isEmpty) conversation.element.prepend(emptyState.element);
      else emptyState.element.remove();
      if (hadFocus) focusInput();
    }
    updateNotices();
  };
  const updateNotices = (): void => {
    if (!connection || readOnly) return;
    const hasKeyButton = conversation.isEmpty || conversation.hasActionButton('setApiKey');
    notices.update(connection, { hasKeyButton, awaitsKey: composer.awaitsKey }, demoStep);
    if (!composer.awaitsKey) context.announcer.retract(fill(strings.sendsWithKey, connection.host));
  };
  const announceAwaitedKey = (): void => {
    if (connection && composer.awaitsKey) context.announcer.announce(fill(strings.sendsWithKey, connection.host));
  };
  const setConnection = (nextConnection: ConnectionView, nextSuggestions: readonly Suggestion[]): void => {
    connection = nextConnection;
    suggestions = nextSuggestions;
    composer.setConnection(connection);
    conversation.setHost(connection.host);
    emptyState.update(connection, suggestions);
  };

  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || isComposing(event) || isInPromptEditor(event.target)) return;
    if (composer.closePopup()) event.stopPropagation();
    else if (conversation.active && !readOnly) stopActiveTurn();
    else if (conversation.element.contains(document.activeElement)) focusInput();
    else return;
    event.preventDefault();
  };
  // Listens in the capture phase, so that Escape is received before any element of the page can handle it.
  window.addEventListener('keydown', onEscape, { capture: true });

  return {
    receive: (message) => {
      switch (message.type) {
        case 'promptHistory':
          unsent.remove(message.deleted);
          history.load(message.promptHistory);
          break;
        case 'snapshot': {
          unsent.remove(message.deleted ?? []);
          const isOtherConversation = message.conversationId !== conversationId;
          const isHandedOver = !isOtherConversation && readOnly && !message.readOnly;
          const stored = isOtherConversation || isHandedOver ? unsent.load(message.conversationId) : undefined;
          // Restores the view only after a hand-over or if the user has left unsent text. Otherwise a reopened panel
          // shows the end of the conversation.
          const nextView =
            stored && (isHandedOver || hasUnsentText(stored))
              ? pageViewOf(stored)
              : isOtherConversation
                ? {}
                : (viewToRestore ?? { ...currentView(), place: undefined });
          viewToRestore = nextView;
          conversationId = message.conversationId;
          readOnly = message.readOnly === true;
          // Empties the composer, because the other window may send or change the text. After a hand-over, this page
          // restores the text from the store.
          if (readOnly && isSaved) composer.clear();
          composer.element.hidden = readOnly;
          api.setState({ conversationId });
          demoStep = message.demoStep;
          setConnection(message.connection, message.suggestions);
          if (readOnly) notices.showOpenElsewhere();
          focusInput();
          conversation.replaceAll(message.exchanges);
          history.load(message.promptHistory);
          composer.setContext(message.context, message.unread);
          composer.setModelOnce(message.modelOnce);
          if (stored && !readOnly) composer.restore(stored);
          restoreView(nextView);
          const newPrompts = promptsSince(message.exchanges, nextView.seen);
          composer.removeSentPrefilled(newPrompts);
          composer.returnPrompts(pending.takeUnconfirmed(newPrompts));
          composer.setPromptAwaitingKey(message.promptAwaitingKey);
          viewToRestore = undefined;
          save();
          break;
        }
        case 'exchange':
          if (!conversation.upsert(message.exchange)) break;
          composer.confirmPrompt(message.exchange.prompt);
          autoscroll.followEnd();
          break;
        case 'path': {
          const { edits = [] } = currentView();
          const endsInRunning = conversation.showPath(message.exchanges);
          const open = conversation.edits.map(({ exchangeId }) => exchangeId);
          openEdits(edits.filter(({ exchangeId }) => !open.includes(exchangeId)));
          if (endsInRunning) {
            autoscroll.followEnd();
            composer.confirmPrompt(message.exchanges.at(-1)?.prompt ?? '');
          } else {
            autoscroll.updateAfterMove();
            save();
          }
          break;
        }
        case 'events':
          conversation.apply(message.exchangeId, message.events);
          jumpButton.markNewContent();
          break;
        case 'connection':
          setConnection(message.connection, message.suggestions);
          break;
        case 'keyDialogClosed':
          announceAwaitedKey();
          break;
        case 'demoStep':
          demoStep = message.demoStep;
          break;
        case 'prefill':
          composer.prefill(message);
          announceAwaitedKey();
          break;
        case 'adopt': {
          const { draft = '', prefilled, pending: prompts = [] } = unsent.load(message.conversationId) ?? {};
          composer.restore({ draft, prefilled });
          composer.returnPrompts(prompts);
          save();
          break;
        }
        case 'context':
          composer.setContext(message.items, message.unread);
          break;
        case 'suggestions':
          composer.showSuggestions(message.request, message.items);
          break;
        case 'modelOnce':
          composer.setModelOnce(message.model);
          break;
        case 'nearestModels':
          conversation.showNearestModels(message.exchangeId, message.models);
          break;
      }
      refresh();
    },
  };
}

/** The API that VS Code provides to webviews, with the message and state types of this panel. */
interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
}

declare global {
  /** Returns the webview API. VS Code defines this function in every webview, and a page may call it only once. */
  function acquireVsCodeApi(): VsCodeApi;
}

/**
 * Calls `receive` with each message of the extension host. VS Code forwards these messages from a frame of the same
 * origin as the page, so messages from other origins are ignored. The sender can't be compared with `window.parent`,
 * which VS Code deletes in webviews.
 */
export function listenToHost(page: Window, receive: (message: ToWebview) => void): void {
  page.addEventListener('message', ({ data, origin }: MessageEvent<ToWebview>) => {
    if (origin === page.origin) receive(data);
  });
}
