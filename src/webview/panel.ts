import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import {
  routeName,
  type ConnectionView,
  type DemoTourStep,
  type PanelState,
  type Suggestion,
  type ToHost,
  type ToWebview,
} from '../shared/protocol';
import { createAnnouncer } from './a11y/announcer';
import { createMoveFocus, createWaitTabOrder } from './a11y/focus';
import { Composer } from './composer/composer';
import { isComposing, isInPromptEditor } from './composer/promptEditor';
import { Autoscroll, JumpButton, type ObserveSize } from './conversation/autoscroll';
import { ConversationView } from './conversation/conversationView';
import type { ObserveNear } from './conversation/drawQueue';
import { EmptyState } from './conversation/emptyState';
import { Notices } from './conversation/notices';
import type { PageContext } from './pageContext';
import type { OpenEdit, ReadingPosition, Unsent, UnsentStore } from './state/unsentStore';
import { element } from './util/element';
import { createFormat, fill } from './util/format';
import type { PanelClock } from './util/panelClock';

/** The API that VS Code provides to webviews, with the message and state types of this panel. */
interface VsCodeApi {
  postMessage(message: ToHost): void;
  setState(state: PanelState): void;
}

declare global {
  /** Returns the webview API. VS Code defines this function in every webview, and a page may call it only once. */
  function acquireVsCodeApi(): VsCodeApi;
}

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

type Message<Type extends ToWebview['type']> = ToWebview & { readonly type: Type };

/** The part of the stored unsent text that describes the view of the conversation. */
type PageView = Pick<Unsent, 'edits' | 'unfolded' | 'seen' | 'place'>;

/**
 * The page of a conversation. Nothing can be typed before the first snapshot of the host. Each further snapshot replaces
 * everything on the page except unsent text.
 */
export class Panel {
  private readonly context: PageContext;
  private readonly conversation: ConversationView;
  private readonly emptyState: EmptyState;
  private readonly notices: Notices;
  private readonly jumpButton: JumpButton;
  private readonly autoscroll: Autoscroll;
  private readonly composer: Composer;
  /** Empty before the first snapshot. */
  private conversationId = '';
  private connection: ConnectionView | undefined;
  private demoStep: DemoTourStep | undefined;
  private readOnly = false;
  /** Edits whose exchange is not on the page, or which can't be continued because the page is read-only. */
  private deferredEdits: readonly OpenEdit[] = [];
  private readingPosition: ReadingPosition | undefined;
  /** Whether the last attempt to store the unsent text of the page succeeded. */
  private isSaved = true;

  private readonly handlers: { readonly [Type in ToWebview['type']]: (message: Message<Type>) => void } = {
    snapshot: (message) => this.showSnapshot(message),
    exchange: ({ exchange }) => {
      if (!this.conversation.upsert(exchange)) return;
      this.composer.confirmPrompt(exchange.prompt);
      this.autoscroll.followEnd();
    },
    path: (message) => this.showPath(message),
    events: ({ exchangeId, events }) => {
      this.conversation.apply(exchangeId, events);
      this.jumpButton.markNewContent();
    },
    promptHistory: ({ promptHistory, deleted }) => {
      this.environment.unsent.remove(deleted);
      this.composer.history.load(promptHistory);
    },
    connection: ({ connection, suggestions }) => this.setConnection(connection, suggestions),
    demoStep: ({ demoStep }) => (this.demoStep = demoStep),
    keyDialogClosed: () => this.announceAwaitedKey(),
    prefill: (message) => {
      this.composer.prefill(message);
      this.announceAwaitedKey();
    },
    context: ({ items, unread }) => this.composer.setContext(items, unread),
    suggestions: ({ request, items }) => this.composer.popup.showSuggestions(request, items),
    modelOnce: ({ model }) => this.composer.model.setOnce(model),
    nearestModels: ({ exchangeId, models }) => this.conversation.showNearestModels(exchangeId, models),
  };

  constructor(
    root: HTMLElement,
    private readonly environment: PanelEnvironment,
  ) {
    const { api, strings, help, clock, locale, createMarkdown, observeSize, observeNear } = environment;
    const focusComposer = (): void => this.focusInput();
    this.context = {
      strings,
      help,
      clock,
      format: createFormat(locale, strings),
      post: (message) => api.postMessage(message),
      isReadOnly: () => this.readOnly,
      announcer: createAnnouncer(),
      createMarkdown,
      moveFocus: createMoveFocus(focusComposer),
      focusComposer,
      onEditsChange: () => this.save(),
      onPromptUnfold: () => {
        this.autoscroll.updateAfterMove();
        this.save();
      },
      onPromptSent: (prompt) => {
        this.composer.addPending(prompt);
        this.save();
      },
    };
    const { context } = this;
    const followEnd = (): void => this.autoscroll.followEnd();
    this.conversation = new ConversationView(context, observeNear, followEnd);
    this.emptyState = new EmptyState(context);
    this.notices = new Notices(context);
    this.jumpButton = new JumpButton(context, followEnd);
    this.autoscroll = new Autoscroll(this.conversation.element, this.conversation.thread, {
      observeSize,
      frame: clock.frame,
      onAwayFromEnd: (away) => this.jumpButton.setVisible(away),
      onScrollEnd: () => this.updateReadingPosition(),
    });
    this.composer = new Composer(context, {
      onDraftChange: () => {
        this.save();
        this.updateNotices();
      },
      onStop: () => this.stopActiveTurn(),
      onSend: followEnd,
    });
    this.composer.element.hidden = true;
    const dock = element(
      'div',
      { class: 'dock' },
      this.jumpButton.element,
      this.notices.element,
      this.composer.element,
    );
    const end = element('span', { tabindex: '-1' });
    root.replaceChildren(
      element('h1', { class: 'visually-hidden' }, strings.conversation),
      this.conversation.element,
      dock,
      context.announcer.element,
      end,
    );
    createWaitTabOrder(root, this.conversation.element, dock, end);
    // Listens in the capture phase, so that Escape is received before any element of the page can handle it.
    window.addEventListener('keydown', (event) => this.handleEscape(event), { capture: true });
    // VS Code forwards the messages of the host from a frame of the same origin. The sender can't be compared with
    // `window.parent`, which VS Code deletes in webviews.
    window.addEventListener('message', ({ data, origin }: MessageEvent<ToWebview>) => {
      if (origin === window.origin) this.receive(data);
    });
  }

  receive(message: ToWebview): void {
    const handle = this.handlers[message.type] as (message: ToWebview) => void;
    handle(message);
    this.refresh();
  }

  private showSnapshot(message: Message<'snapshot'>): void {
    const { conversation, composer } = this;
    const { conversationId, exchanges, connection, readOnly = false } = message;
    const { api, unsent } = this.environment;
    unsent.remove(message.deleted ?? []);
    // While another window wrote the conversation, its page also wrote the unsent text.
    const isHandedOver = this.readOnly && !readOnly;
    const isFirst = this.conversationId === '';
    const stored = isFirst || isHandedOver ? (unsent.load(conversationId) ?? { draft: '' }) : undefined;
    const view = stored ?? this.view;
    this.conversationId = conversationId;
    this.readOnly = readOnly;
    api.setState({ conversationId });
    // Empties the composer, because the other window may send or change the text.
    if (readOnly && this.isSaved) composer.clear();
    composer.element.hidden = readOnly;
    this.setConnection(connection, message.suggestions);
    if (readOnly) this.notices.showOpenElsewhere();
    this.focusInput();
    conversation.replaceAll(exchanges);
    composer.history.load(message.promptHistory);
    composer.setContext(message.context, message.unread);
    composer.model.setOnce(message.modelOnce);
    if (stored && !readOnly) composer.restore(stored);
    this.restoreView(view);
    // Without the last seen exchange, because its prompt was edited, all prompts count as new.
    const lastSeen = exchanges.findIndex(({ id }) => id === view.seen);
    composer.confirmPrompts(exchanges.slice(lastSeen + 1).map(({ prompt }) => prompt));
    composer.setPromptAwaitingKey(message.promptAwaitingKey);
    this.save();
  }

  private showPath({ exchanges }: Message<'path'>): void {
    const { edits = [] } = this.view;
    const endsInRunning = this.conversation.showPath(exchanges);
    const open = this.conversation.edits.map(({ exchangeId }) => exchangeId);
    this.openEdits(edits.filter(({ exchangeId }) => !open.includes(exchangeId)));
    if (endsInRunning) {
      this.autoscroll.followEnd();
      this.composer.confirmPrompt(exchanges.at(-1)?.prompt ?? '');
    } else {
      this.autoscroll.updateAfterMove();
      this.save();
    }
  }

  private setConnection(connection: ConnectionView, suggestions: readonly Suggestion[]): void {
    this.connection = connection;
    this.composer.setConnection(connection);
    this.conversation.setHost(connection.host);
    this.emptyState.update(connection, suggestions);
  }

  private refresh(): void {
    const { conversation, composer, emptyState } = this;
    const { active } = conversation;
    const activity = active?.activity ?? 'idle';
    composer.model.setRoute(active?.route === undefined ? undefined : routeName(active.route));
    composer.setStoppable(activity === 'running');
    conversation.setVersionsLocked(activity !== 'idle');
    conversation.setStreaming(activity === 'running');
    if (!this.connection) return;
    if (conversation.isEmpty === (emptyState.element.parentNode === null)) {
      const hadFocus = emptyState.element.contains(document.activeElement);
      if (conversation.isEmpty) conversation.element.prepend(emptyState.element);
      else emptyState.element.remove();
      if (hadFocus) this.focusInput();
    }
    this.updateNotices();
  }

  private updateNotices(): void {
    const { connection, conversation, composer, context } = this;
    if (!connection || this.readOnly) return;
    const hasKeyButton = conversation.isEmpty || conversation.hasActionButton('setApiKey');
    this.notices.update(connection, { hasKeyButton, awaitsKey: composer.awaitsKey }, this.demoStep);
    if (!composer.awaitsKey) context.announcer.retract(fill(context.strings.sendsWithKey, connection.host));
  }

  private announceAwaitedKey(): void {
    const { connection, context } = this;
    if (connection && this.composer.awaitsKey)
      context.announcer.announce(fill(context.strings.sendsWithKey, connection.host));
  }

  /**
   * Moves the focus to the composer. A read-only page has no composer, so its button *Open Here* or the conversation
   * gets the focus.
   */
  private focusInput(): void {
    if (!this.readOnly) this.composer.focus();
    else if (!this.notices.focusOpenHere()) this.context.moveFocus(this.conversation.element);
  }

  /**
   * Stops the turn that the page shows as running. The message contains the id of the turn, because the next turn may
   * have started before the host receives the message.
   */
  private stopActiveTurn(): void {
    const { active } = this.conversation;
    if (active) this.context.post({ type: 'stop', exchangeId: active.id });
  }

  private handleEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || isComposing(event) || isInPromptEditor(event.target)) return;
    if (this.composer.popup.close()) event.stopPropagation();
    else if (this.conversation.active && !this.readOnly) this.stopActiveTurn();
    else if (this.conversation.element.contains(document.activeElement)) this.focusInput();
    else return;
    event.preventDefault();
  }

  private get view(): PageView {
    const { edits, unfoldedIds: unfolded, lastId: seen } = this.conversation;
    return { edits: [...edits, ...this.deferredEdits], unfolded, seen, place: this.readingPosition };
  }

  private restoreView({ edits = [], unfolded = [], place }: PageView): void {
    this.conversation.unfold(unfolded);
    this.openEdits(edits);
    this.readingPosition = place;
    if (place && this.conversation.scrollTopOf(place) !== undefined)
      this.autoscroll.restorePosition(() => this.conversation.scrollTopOf(place));
    else this.autoscroll.followEnd();
  }

  private openEdits(edits: readonly OpenEdit[]): void {
    this.deferredEdits = this.readOnly ? edits : this.conversation.openEdits(edits);
  }

  private updateReadingPosition(): void {
    const wasAtEnd = this.readingPosition === undefined;
    this.readingPosition = this.autoscroll.isFollowing ? undefined : this.conversation.readingPosition;
    if (this.readingPosition || !wasAtEnd) this.save();
  }

  /** Stores the unsent text, but not on a read-only page, whose unsent text belongs to the window that writes. */
  private save(): void {
    const isOwner = this.conversationId !== '' && !this.readOnly;
    const unsent = { ...this.composer.unsent, ...this.view };
    this.isSaved = isOwner && this.environment.unsent.save(this.conversationId, unsent);
  }
}
