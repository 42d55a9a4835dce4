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
import type { PanelClock } from './panelClock';
import type { PanelContext } from './panelContext';
import { PromptHistory } from './promptHistory';
import type { VsCodeApi } from './vscodeApi';

/** What the panel can't make itself. */
export interface PanelEnvironment {
  readonly api: VsCodeApi;
  readonly strings: PanelStrings;
  readonly locale: string;
  readonly clock: PanelClock;
  readonly observeSize: ObserveSize;
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
  const conversation = new ConversationView(context);
  const emptyState = createEmptyState(context);
  const bar = createConnectionBar(context);
  const history = new PromptHistory();
  const autoscroll = createAutoscroll(conversation.element, conversation.thread, environment.observeSize);
  const composer = createComposer(context, {
    draft: saved?.draft ?? '',
    history,
    modelButton: bar.modelButton,
    onDraft: () => api.setState({ conversationId, draft: composer.draft }),
    onSend: () => autoscroll.follow(),
  });
  root.replaceChildren(
    conversation.element,
    element('div', { class: 'dock' }, bar.notices, composer.element),
    context.announcer.element,
  );

  const refresh = (): void => {
    composer.setStoppable(conversation.activity === 'running');
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

  const stopOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || isComposing(event) || conversation.activity === 'idle') return;
    event.preventDefault();
    context.post({ type: 'stop' });
  };
  // On the way down: wherever the focus is, nothing in the page can keep the key to itself.
  window.addEventListener('keydown', stopOnEscape, { capture: true });
  window.addEventListener('focus', () => {
    if (document.activeElement === null || document.activeElement === document.body) composer.focus();
  });

  return {
    receive: (message) => {
      switch (message.type) {
        case 'snapshot':
          conversationId = message.conversationId;
          connect(message.connection, message.suggestions);
          conversation.replaceAll(message.exchanges);
          history.load(message.promptHistory);
          api.setState({ conversationId, draft: composer.draft });
          autoscroll.follow();
          if (document.hasFocus()) composer.focus();
          break;
        case 'exchange':
          if (!conversation.upsert(message.exchange)) break;
          composer.taken(message.exchange.prompt);
          autoscroll.follow();
          break;
        case 'events':
          conversation.apply(message.exchangeId, message.events);
          break;
        case 'connection':
          connect(message.connection, message.suggestions);
          break;
        case 'compose':
          composer.compose(message.text);
          break;
      }
      refresh();
    },
  };
}
