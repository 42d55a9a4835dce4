import type { ConnectionView, PanelStrings, Suggestion, ToWebview } from '../protocol';
import { createAnnouncer } from './announcer';
import type { ObserveSize } from './autoscroll';
import { createAutoscroll } from './autoscroll';
import { createComposer } from './composer';
import { isComposing } from './composing';
import { createConnectionBar } from './connectionBar';
import { ConversationView } from './conversationView';
import { element } from './element';
import { createEmptyState } from './emptyState';
import { createFormat } from './format';
import { createJumpButton } from './jumpButton';
import type { ObserveNear } from './observeNear';
import type { PanelClock } from './panelClock';
import type { PanelContext } from './panelContext';
import { isInPromptEditor } from './promptEditor';
import { PromptHistory } from './promptHistory';
import type { VsCodeApi } from './vscodeApi';

/** What the panel can't make itself. */
export interface PanelEnvironment {
  readonly api: VsCodeApi;
  readonly strings: PanelStrings;
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
  const { api, strings, clock } = environment;
  const saved = api.getState();
  let conversationId = saved?.conversationId ?? '';
  let connection: ConnectionView | undefined;
  let suggestions: readonly Suggestion[] = [];

  const context: PanelContext = {
    strings,
    clock,
    format: createFormat(environment.locale, strings),
    post: (message) => api.postMessage(message),
    announcer: createAnnouncer(),
    createMarkdown: environment.createMarkdown,
    focusComposer: () => composer.focus(),
  };
  const conversation = new ConversationView(context, environment.observeNear, () => autoscroll.follow());
  const emptyState = createEmptyState(context);
  const bar = createConnectionBar(context);
  const history = new PromptHistory();
  const jump = createJumpButton(context, () => autoscroll.follow());
  const scrolling = { observeSize: environment.observeSize, frame: clock.frame };
  const autoscroll = createAutoscroll(conversation.element, conversation.thread, scrolling, (away) =>
    jump.setOffered(away),
  );
  const composer = createComposer(context, {
    draft: saved?.draft ?? '',
    contextIds: saved?.context,
    history,
    modelButton: bar.modelButton,
    onDraft: () => remember(),
    onSend: () => autoscroll.follow(),
  });
  const remember = (): void => {
    api.setState({ conversationId, draft: composer.draft, context: composer.contextIds });
  };
  root.replaceChildren(
    conversation.element,
    element('div', { class: 'dock' }, jump.element, bar.notices, composer.element),
    context.announcer.element,
  );

  const refresh = (): void => {
    const { activity } = conversation;
    composer.setStoppable(activity === 'running');
    conversation.setHeld(activity !== 'idle');
    if (!connection) return;
    if (conversation.empty === (emptyState.element.parentNode === null)) {
      if (conversation.empty) conversation.element.prepend(emptyState.element);
      else emptyState.element.remove();
    }
    bar.update(connection, conversation.empty || conversation.offers('setApiKey'));
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
    else if (conversation.activity !== 'idle') context.post({ type: 'stop' });
    else if (conversation.element.contains(document.activeElement)) composer.focus();
    else return;
    event.preventDefault();
  };
  // On the way down: wherever the focus is, nothing in the page can keep the key to itself.
  window.addEventListener('keydown', onEscape, { capture: true });
  window.addEventListener('focus', () => {
    if (document.activeElement === null || document.activeElement === document.body) composer.focus();
  });

  return {
    receive: (message) => {
      switch (message.type) {
        case 'snapshot':
          conversationId = message.conversationId;
          connect(message.connection, message.suggestions);
          if (document.hasFocus()) composer.focus();
          conversation.replaceAll(message.exchanges);
          history.load(message.promptHistory);
          composer.setContext(message.context);
          composer.setModelOnce(message.modelOnce);
          remember();
          autoscroll.follow();
          break;
        case 'exchange':
          if (!conversation.upsert(message.exchange)) break;
          composer.taken(message.exchange.prompt);
          autoscroll.follow();
          break;
        case 'path':
          if (conversation.showPath(message.exchanges)) autoscroll.follow();
          else autoscroll.moved();
          break;
        case 'events':
          conversation.apply(message.exchangeId, message.events);
          jump.markNews();
          break;
        case 'connection':
          connect(message.connection, message.suggestions);
          break;
        case 'compose':
          composer.compose(message.text);
          break;
        case 'context':
          composer.setContext(message.items);
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
