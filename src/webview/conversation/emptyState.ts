import type { ConnectionView, Suggestion } from '../../shared/protocol';
import { button, element } from '../util/element';
import { fill } from '../util/format';
import type { PageContext } from '../pageContext';

interface EmptyState {
  readonly element: HTMLElement;
  update(connection: ConnectionView, suggestions: readonly Suggestion[]): void;
}

/** What a conversation shows before its first prompt. */
export function createEmptyState(context: PageContext): EmptyState {
  const { strings, post } = context;
  const body = element('div', { class: 'empty-body' });
  /** Anew only where something has changed: who is on one of the buttons keeps the focus. */
  let shown = '';
  return {
    element: element(
      'div',
      { class: 'empty-state' },
      element('h2', {}, strings.emptyTitle),
      element('p', { class: 'empty-hint' }, strings.emptyHint),
      element('p', { class: 'empty-hint' }, strings.emptyContextHint),
      body,
      element(
        'div',
        { class: 'empty-more' },
        button(strings.history, 'quiet', () => post({ type: 'openHistory' })),
      ),
    ),
    update: (connection, suggestions) => {
      const next = JSON.stringify([connection.host, connection.hasKey, connection.demo, suggestions]);
      if (next === shown) return;
      shown = next;
      const offers = suggestions.map(({ label, id }) =>
        button(label, 'secondary', () => post({ type: 'askSuggestion', id })),
      );
      body.replaceChildren(
        ...(connection.hasKey || connection.demo ? [] : [createKeyNotice(context, connection, 'full')]),
        ...(offers.length > 0 ? [element('div', { class: 'suggestions' }, ...offers)] : []),
      );
    },
  };
}

/** There is no key yet: set one, or look around without. */
export function createKeyNotice(
  context: PageContext,
  connection: ConnectionView,
  look: 'full' | 'compact',
): HTMLElement {
  const { strings, post } = context;
  const title = element('p', { class: 'notice-title' }, fill(strings.noKeyTitle, connection.host));
  return element(
    'section',
    { class: `notice ${look}` },
    title,
    ...(look === 'full' ? [element('p', { class: 'notice-hint' }, strings.noKeyHint)] : []),
    element(
      'div',
      { class: 'actions' },
      button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' })),
      button(strings.openDemo, 'secondary', () => post({ type: 'openDemo' })),
      ...(look === 'full' ? [button(strings.getStarted, 'quiet', () => post({ type: 'getStarted' }))] : []),
    ),
  );
}
