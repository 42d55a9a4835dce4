import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import {
  canSendPrompt,
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
import { askedSince, PendingPrompts } from './state/unsentPrompts';
import { hasUnsentText, type OpenEdit, type ReadingPlace, type Unsent, type UnsentStore } from './state/unsentStore';
import { element } from './util/element';
import { createFormat } from './util/format';
import type { PanelClock } from './util/panelClock';

/** What the panel can't make itself. */
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

/** What a page shows of its conversation. */
type View = Pick<Unsent, 'edits' | 'unfolded' | 'seen' | 'place'>;

function viewOf({ edits, unfolded, seen, place }: Unsent): View {
  return { edits, unfolded, seen, place };
}

export interface Panel {
  receive(message: ToWebview): void;
}

/** Builds the panel into `root`. The host holds the truth: nothing here outlives a snapshot but the draft. */
export function createPanel(root: HTMLElement, environment: PanelEnvironment): Panel {
  const { api, unsent, strings, clock } = environment;
  const pending = new PendingPrompts();
  /** Of the conversation that the page shows, or that the page before it has shown. */
  let conversationId = api.getState()?.conversationId ?? '';
  const left = unsent.of(conversationId);
  /** What is to be shown again when the conversation is there. */
  let earlier: View | undefined = left && viewOf(left);
  let connection: ConnectionView | undefined;
  let suggestions: readonly Suggestion[] = [];
  let guide: DemoTourStep | undefined;
  let readOnly = false;
  /** Edits that open again once their exchange is shown, in a conversation that can be written here. */
  let hiddenEdits: readonly OpenEdit[] = [];
  let place: ReadingPlace | undefined;
  /** Whether the record of the conversation has all that is written in the page. */
  let isKept = true;

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
    editsChanged: () => remember(),
    unfolded: () => {
      autoscroll.moved();
      remember();
    },
    promptSent: (prompt) => {
      pending.add(prompt);
      remember();
    },
  };
  const conversation = new ConversationView(context, environment.observeNear, () => autoscroll.follow());
  const emptyState = createEmptyState(context);
  const notices = createNotices(context);
  const history = new PromptHistory();
  const jump = createJumpButton(context, () => autoscroll.follow());
  const scrolling = { observeSize: environment.observeSize, frame: clock.frame };
  const autoscroll = createAutoscroll(
    conversation.element,
    conversation.thread,
    scrolling,
    (away) => jump.setOffered(away),
    () => {
      const wasAtEnd = place === undefined;
      place = autoscroll.following ? undefined : conversation.place;
      if (place || !wasAtEnd) remember();
    },
  );
  const composer = createComposer(context, {
    history,
    pending,
    onDraft: () => remember(),
    onStop: () => stop(),
    onSend: () => autoscroll.follow(),
  });
  /** The composer is hidden while another window writes the conversation. */
  const focusInput = (): void => {
    if (!readOnly) composer.focus();
    else if (!notices.focusOpenHere()) context.moveFocus(conversation.element);
  };
  /**
   * Stops the turn that the page shows as running. The message names the turn, because the next one may have begun by
   * the time the host receives it.
   */
  const stop = (): void => {
    const { active } = conversation;
    if (active) context.post({ type: 'stop', exchangeId: active.id });
  };
  const view = (): View => {
    const { unfolded, lastId: seen } = conversation;
    return { edits: [...conversation.edits, ...hiddenEdits], unfolded, seen, place };
  };
  const remember = (): void => {
    // Before there is a conversation, the text is nobody's. A read-only page would replace what the other window has kept.
    const isOwner = conversationId !== '' && !readOnly;
    isKept = isOwner && unsent.keep(conversationId, { ...composer.unsent, ...(earlier ?? view()) });
  };
  const openEdits = (edits: readonly OpenEdit[]): void => {
    hiddenEdits = readOnly ? edits : conversation.openEdits(edits);
  };
  const showAgain = ({ edits = [], unfolded = [], place: before }: View): void => {
    conversation.unfold(unfolded);
    openEdits(edits);
    place = before;
    if (before && conversation.topOf(before) !== undefined) autoscroll.stayAt(() => conversation.topOf(before));
    else autoscroll.follow();
  };
  if (left) composer.restore(left);
  const dock = element('div', { class: 'dock' }, jump.element, notices.element, composer.element);
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
    const { activity } = conversation;
    composer.setStoppable(activity === 'running');
    conversation.setHeld(activity !== 'idle');
    conversation.setWriting(activity === 'running');
    if (!connection) return;
    if (canSendPrompt(connection) && !readOnly) composer.keyArrived(true);
    if (conversation.empty === (emptyState.element.parentNode === null)) {
      const hadFocus = emptyState.element.contains(document.activeElement);
      if (conversation.empty) conversation.element.prepend(emptyState.element);
      else emptyState.element.remove();
      if (hadFocus) focusInput();
    }
    if (!readOnly) notices.update(connection, conversation.empty || conversation.offers('setApiKey'), guide);
  };
  const connect = (view: ConnectionView, offers: readonly Suggestion[]): void => {
    connection = view;
    suggestions = offers;
    composer.setConnection(view);
    conversation.setHost(view.host);
    emptyState.update(connection, suggestions);
  };

  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || isComposing(event) || isInPromptEditor(event.target)) return;
    if (composer.closePopup()) event.stopPropagation();
    else if (conversation.active && !readOnly) stop();
    else if (conversation.element.contains(document.activeElement)) focusInput();
    else return;
    event.preventDefault();
  };
  // On the way down: wherever the focus is, nothing in the page can keep the key to itself.
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
          const isAnother = message.conversationId !== conversationId;
          const isHandedOver = !isAnother && readOnly && !message.readOnly;
          const stored = isAnother || isHandedOver ? unsent.of(message.conversationId) : undefined;
          // A panel that is opened again begins at the end, unless there is something to go on with.
          const before =
            stored && (isHandedOver || hasUnsentText(stored))
              ? viewOf(stored)
              : isAnother
                ? {}
                : (earlier ?? { ...view(), place: undefined });
          earlier = before;
          conversationId = message.conversationId;
          readOnly = message.readOnly === true;
          // The other window may send or change the text; what it leaves is taken up when it hands the conversation over.
          if (readOnly && isKept) composer.clear();
          composer.element.hidden = readOnly;
          api.setState({ conversationId });
          guide = message.guide;
          connect(message.connection, message.suggestions);
          if (readOnly) notices.showElsewhere();
          focusInput();
          conversation.replaceAll(message.exchanges);
          history.load(message.promptHistory);
          composer.setContext(message.context, message.unread);
          composer.setModelOnce(message.modelOnce);
          if (stored && !readOnly) composer.restore(stored);
          showAgain(before);
          const asked = askedSince(message.exchanges, before.seen);
          composer.settlePrefilled(asked);
          composer.bringBack(pending.release(asked));
          if (!message.keyArrived && !readOnly && canSendPrompt(message.connection)) composer.keyArrived(false);
          earlier = undefined;
          remember();
          break;
        }
        case 'exchange':
          if (!conversation.upsert(message.exchange)) break;
          composer.taken(message.exchange.prompt);
          autoscroll.follow();
          break;
        case 'path': {
          const { edits = [] } = view();
          const endsInRunning = conversation.showPath(message.exchanges);
          const open = conversation.edits.map(({ exchangeId }) => exchangeId);
          openEdits(edits.filter(({ exchangeId }) => !open.includes(exchangeId)));
          if (endsInRunning) {
            autoscroll.follow();
            composer.taken(message.exchanges.at(-1)?.prompt ?? '');
          } else {
            autoscroll.moved();
            remember();
          }
          break;
        }
        case 'events':
          conversation.apply(message.exchangeId, message.events);
          jump.markNews();
          break;
        case 'connection':
          connect(message.connection, message.suggestions);
          break;
        case 'guide':
          guide = message.guide;
          break;
        case 'compose':
          composer.prefill(message);
          break;
        case 'adopt': {
          const { draft = '', prefilled, pending: prompts = [] } = unsent.of(message.conversationId) ?? {};
          composer.restore({ draft, prefilled });
          composer.bringBack(prompts);
          remember();
          break;
        }
        case 'context':
          composer.setContext(message.items, message.unread);
          break;
        case 'suggestions':
          composer.suggest(message.request, message.items);
          break;
        case 'modelOnce':
          composer.setModelOnce(message.model);
          break;
      }
      refresh();
    },
  };
}

/** What VS Code gives a webview, narrowed to this panel's messages and state. */
interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
}

declare global {
  /** Defined by VS Code in every webview; may be called once. */
  function acquireVsCodeApi(): VsCodeApi;
}

/**
 * Calls `receive` with each message of the extension host. VS Code forwards these messages from a frame of the page's
 * own origin, so messages from other origins are dropped. The sender can't be compared with `window.parent`, which VS
 * Code deletes in webviews.
 */
export function listenToHost(page: Window, receive: (message: ToWebview) => void): void {
  page.addEventListener('message', ({ data, origin }: MessageEvent<ToWebview>) => {
    if (origin === page.origin) receive(data);
  });
}
