import type {
  ConnectionView,
  DemoGuide,
  FaultHelp,
  OpenEdit,
  PanelStrings,
  ReadingPlace,
  Suggestion,
  ToWebview,
} from '../protocol';
import { createAnnouncer } from './announcer';
import type { ObserveSize } from './autoscroll';
import { createAutoscroll } from './autoscroll';
import { createComposer } from './composer';
import { isComposing } from './composing';
import { createConnectionBar } from './connectionBar';
import { ConversationView } from './conversationView';
import type { DraftShelf } from './draftShelf';
import { element } from './element';
import { createEmptyState } from './emptyState';
import { createFormat } from './format';
import { createJumpButton } from './jumpButton';
import type { ObserveNear } from './observeNear';
import { createMoveFocus } from './moveFocus';
import { PageMemory, type PageState } from './pageMemory';
import type { PanelClock } from './panelClock';
import type { PanelContext } from './panelContext';
import { askedSince, PendingPrompts } from './pendingPrompts';
import { isInPromptEditor } from './promptEditor';
import { PromptHistory } from './promptHistory';
import type { VsCodeApi } from './vscodeApi';
import { createWaitTabOrder } from './waitTabOrder';

/** What the panel can't make itself. */
export interface PanelEnvironment {
  readonly api: VsCodeApi;
  readonly shelf: DraftShelf;
  readonly strings: PanelStrings;
  readonly help: FaultHelp;
  readonly locale: string;
  readonly clock: PanelClock;
  readonly observeSize: ObserveSize;
  readonly observeNear: ObserveNear;
  readonly createMarkdown: PanelContext['createMarkdown'];
}

export interface Panel {
  receive(message: ToWebview): void;
}

/** Builds the panel into `root`. The host holds the truth: nothing here outlives a snapshot but the draft. */
export function createPanel(root: HTMLElement, environment: PanelEnvironment): Panel {
  const { api, shelf, strings, clock } = environment;
  const memory = new PageMemory(api, shelf, () => clock.now());
  const { before } = memory;
  const pending = new PendingPrompts(before?.pending);
  let connection: ConnectionView | undefined;
  let suggestions: readonly Suggestion[] = [];
  let guide: DemoGuide | undefined;
  let readOnly = false;
  /** Edits that are open again once the conversation can be written here. */
  let earlierEdits: readonly OpenEdit[] = [];
  let place: ReadingPlace | undefined;

  const context: PanelContext = {
    strings,
    help: environment.help,
    clock,
    format: createFormat(environment.locale, strings),
    post: (message) => api.postMessage(message),
    isReadOnly: () => readOnly,
    announcer: createAnnouncer(),
    createMarkdown: environment.createMarkdown,
    moveFocus: createMoveFocus(() => composer.focus()),
    focusComposer: () => composer.focus(),
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
  const bar = createConnectionBar(context);
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
    draft: before?.draft ?? '',
    composed: before?.composed,
    more: before?.more,
    contextIds: before?.context,
    history,
    pending,
    modelButton: bar.modelButton,
    onDraft: () => remember(),
    onStop: () => stop(),
    onSend: () => autoscroll.follow(),
  });
  /**
   * Stops the turn that the page shows as running. The message names the turn, because the next one may have begun by
   * the time the host receives it.
   */
  const stop = (): void => {
    const { active } = conversation;
    if (active) context.post({ type: 'stop', exchangeId: active.id });
  };
  const remember = (): void => {
    const { draft, contextIds } = composer;
    const { composed, more } = composer.composed;
    const { unfolded, lastId: seen } = conversation;
    const edits = readOnly ? earlierEdits : conversation.edits;
    memory.keep({
      draft,
      context: contextIds,
      ...(composed !== undefined && { composed }),
      ...(more !== undefined && { more }),
      ...(place && { place }),
      ...(edits.length > 0 && { edits }),
      ...(unfolded.length > 0 && { unfolded }),
      ...(pending.all.length > 0 && { pending: pending.all }),
      ...(seen !== undefined && { seen }),
    });
  };
  /** As it was before the page went away. */
  const comeBack = (state: PageState): void => {
    const { draft, composed, more, context: ids, edits = [], unfolded = [], place: earlier } = state;
    composer.restore(draft, { composed, more });
    if (ids) composer.restoreContext(ids);
    conversation.unfold(unfolded);
    earlierEdits = edits;
    if (!readOnly) conversation.openEdits(edits);
    place = earlier;
    if (earlier && conversation.topOf(earlier) !== undefined) autoscroll.stayAt(() => conversation.topOf(earlier));
    else autoscroll.follow();
  };
  const dock = element('div', { class: 'dock' }, jump.element, bar.notices, composer.element);
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
    if (conversation.empty === (emptyState.element.parentNode === null)) {
      const hadFocus = emptyState.element.contains(document.activeElement);
      if (conversation.empty) conversation.element.prepend(emptyState.element);
      else emptyState.element.remove();
      if (hadFocus) composer.focus();
    }
    if (readOnly) bar.showElsewhere();
    else bar.update(connection, conversation.empty || conversation.offers('setApiKey'), guide);
  };
  const connect = (view: ConnectionView, offers: readonly Suggestion[]): void => {
    connection = view;
    suggestions = offers;
    conversation.setHost(view.host);
    emptyState.update(connection, suggestions);
  };

  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || isComposing(event) || isInPromptEditor(event.target)) return;
    if (composer.closePopup()) event.stopPropagation();
    else if (conversation.active) stop();
    else if (conversation.element.contains(document.activeElement)) composer.focus();
    else return;
    event.preventDefault();
  };
  // On the way down: wherever the focus is, nothing in the page can keep the key to itself.
  window.addEventListener('keydown', onEscape, { capture: true });

  return {
    receive: (message) => {
      switch (message.type) {
        case 'promptHistory':
          shelf.remove(message.deleted);
          history.load(message.promptHistory);
          break;
        case 'snapshot': {
          shelf.remove(message.deleted ?? []);
          const { unfolded, lastId: seen } = conversation;
          const edits = readOnly ? earlierEdits : conversation.edits;
          readOnly = message.readOnly === true;
          composer.element.hidden = readOnly;
          const earlier = memory.open(message.conversationId) ?? { draft: '', edits, unfolded, seen };
          pending.offer(earlier.pending ?? []);
          guide = message.guide;
          connect(message.connection, message.suggestions);
          composer.focus();
          conversation.replaceAll(message.exchanges);
          history.load(message.promptHistory);
          composer.setContext(message.context, message.unread);
          composer.setModelOnce(message.modelOnce);
          comeBack(earlier);
          const asked = askedSince(message.exchanges, earlier.seen);
          composer.settleComposed(asked);
          composer.bringBack(pending.release(asked));
          remember();
          break;
        }
        case 'exchange':
          if (!conversation.upsert(message.exchange)) break;
          composer.taken(message.exchange.prompt);
          autoscroll.follow();
          break;
        case 'path':
          if (conversation.showPath(message.exchanges)) {
            autoscroll.follow();
            composer.taken(message.exchanges.at(-1)?.prompt ?? '');
          } else {
            autoscroll.moved();
            remember();
          }
          break;
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
          composer.compose(message.text, message.more);
          break;
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
