import type { ConnectionView, Suggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { createKeyNotice } from './notices';

/** The view that a conversation shows before its first prompt. */
export class EmptyState {
  private readonly element: HTMLElement;
  private readonly body = element('div', { class: 'empty-body' });
  /** The data of the current buttons, as JSON. Unchanged buttons are not replaced, so they keep the focus. */
  private key = '';

  constructor(
    private readonly context: PageContext,
    private readonly parent: HTMLElement,
  ) {
    const { strings, post } = context;
    const history = button(strings.history, 'quiet', () => post({ type: 'openHistory' }));
    this.element = element(
      'div',
      { class: 'empty-state' },
      element('h2', {}, strings.emptyTitle),
      element('p', { class: 'empty-hint' }, strings.emptyHint),
      element('p', { class: 'empty-hint' }, strings.emptyContextHint),
      this.body,
      element('div', { class: 'empty-actions' }, history),
    );
  }

  setVisible(visible: boolean): void {
    const { parent, context } = this;
    if (visible === this.element.isConnected) return;
    const hadFocus = this.element.contains(document.activeElement);
    if (visible) parent.prepend(this.element);
    else this.element.remove();
    if (hadFocus) context.focusComposer();
  }

  update({ host, hasKey, demo }: ConnectionView, suggestions: readonly Suggestion[]): void {
    const key = JSON.stringify([host, hasKey, demo, suggestions]);
    if (key === this.key) return;
    this.key = key;
    const buttons = suggestions.map(({ label, id }) =>
      button(label, 'secondary', () => this.context.post({ type: 'askSuggestion', id })),
    );
    this.body.replaceChildren(
      ...(hasKey || demo ? [] : [createKeyNotice(this.context, host)]),
      ...(buttons.length > 0 ? [element('div', { class: 'suggestions' }, ...buttons)] : []),
    );
  }
}
