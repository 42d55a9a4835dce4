import type { Suggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';

/** What an empty conversation shows: how to start. */
export class EmptyState {
  /** The place of the tour's card or the card for a missing key. */
  readonly cardPlace = element('div', { class: 'card-place' });
  private readonly element: HTMLElement;
  private readonly title = element('h2');
  private readonly hint = element('p', { class: 'empty-hint' });
  private readonly lists = element('div', { class: 'suggestions' });
  /** The data of the current buttons, as JSON. Unchanged buttons are not replaced, so they keep the focus. */
  private key = '';

  constructor(
    private readonly context: PageContext,
    private readonly parent: HTMLElement,
  ) {
    const children = [svgIcon('commentDiscussion'), this.title, this.hint, this.cardPlace, this.lists];
    this.element = element('div', { class: 'empty-state' }, ...children);
  }

  setVisible(visible: boolean): void {
    const { parent, context } = this;
    if (visible === this.element.isConnected) return;
    const hadFocus = this.element.contains(document.activeElement);
    if (visible) parent.prepend(this.element);
    else this.element.remove();
    if (hadFocus) context.focusComposer();
  }

  update(inTour: boolean, suggestions: readonly Suggestion[]): void {
    const { strings } = this.context;
    setText(this.title, inTour ? strings.tour : strings.emptyTitle);
    setText(this.hint, inTour ? strings.tourHint : strings.emptyHint);
    const key = JSON.stringify([inTour, suggestions]);
    if (key === this.key) return;
    this.key = key;
    const hadFocus = this.lists.contains(document.activeElement);
    const recent = suggestions.filter(({ kind }) => kind === 'conversation');
    this.lists.replaceChildren(
      ...this.createList(
        inTour ? strings.tourOthers : undefined,
        suggestions.filter(({ kind }) => kind !== 'conversation'),
      ),
      ...this.createList(strings.recent, recent),
    );
    if (recent.length > 0)
      this.lists.append(button(strings.showAllRecent, 'quiet', () => this.context.post({ type: 'openHistory' })));
    if (hadFocus) this.context.focusComposer();
  }

  private createList(heading: string | undefined, suggestions: readonly Suggestion[]): readonly HTMLElement[] {
    if (suggestions.length === 0) return [];
    return [
      ...(heading === undefined ? [] : [element('h3', {}, heading)]),
      ...suggestions.map(({ kind, id, label, time }) => {
        const icon = svgIcon(kind === 'conversation' ? 'history' : 'sparkle');
        const timeText = time === undefined ? [] : [' ', element('span', { class: 'suggestion-time' }, time)];
        const content = [icon, element('span', { class: 'suggestion-label' }, label), ...timeText];
        return button(content, 'quiet suggestion', () => this.context.post({ type: 'askSuggestion', kind, id }));
      }),
    ];
  }
}
