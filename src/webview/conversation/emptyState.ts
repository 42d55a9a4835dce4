import { fill } from '../../shared/format';
import type { ConnectionView, Suggestion } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';

interface EmptyStateContent {
  readonly connection: ConnectionView;
  readonly suggestions: readonly Suggestion[];
  /** Whether the prompt in the composer is sent as soon as an API key is set. */
  readonly awaitsKey: boolean;
}

/** What an empty conversation shows: how to start. */
export class EmptyState {
  /** The place of the demo's card. */
  readonly demoSlot = element('div', { class: 'demo-slot' });
  private readonly element: HTMLElement;
  private readonly title = element('h2');
  private readonly hint = element('p', { class: 'empty-hint' });
  private readonly keyTitle = element('span');
  private readonly keyButton: HTMLButtonElement;
  private readonly keyCard: HTMLElement;
  private readonly lists = element('div', { class: 'suggestions' });
  /** The data of the current buttons, as JSON. Unchanged buttons are not replaced, so they keep the focus. */
  private key = '';

  constructor(
    private readonly context: PageContext,
    private readonly parent: HTMLElement,
  ) {
    const { strings } = context;
    const [keyButton, demoButton] = createKeyButtons(context);
    this.keyButton = keyButton;
    this.keyCard = element(
      'section',
      { class: 'notice full' },
      element('p', { class: 'notice-title' }, svgIcon('key'), this.keyTitle),
      element('p', { class: 'notice-hint' }, strings.noKeyHint),
      element('div', { class: 'actions' }, keyButton, demoButton),
    );
    const children = [svgIcon('commentDiscussion'), this.title, this.hint, this.demoSlot, this.keyCard, this.lists];
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

  update({ connection: { host, hasKey, demo }, suggestions, awaitsKey }: EmptyStateContent): void {
    const { strings } = this.context;
    setText(this.title, demo ? strings.demo : strings.emptyTitle);
    setText(this.hint, demo ? strings.demoHint : strings.emptyHint);
    setText(this.keyTitle, awaitsKey ? strings.keyForPrompt : fill(strings.noKeyTitle, host));
    this.keyCard.hidden = hasKey !== false || demo;
    const key = JSON.stringify([demo, suggestions]);
    if (key === this.key) return;
    this.key = key;
    const recent = suggestions.filter(({ time }) => time !== undefined);
    this.lists.replaceChildren(
      ...this.createList(
        demo ? strings.demoOthers : undefined,
        suggestions.filter(({ time }) => time === undefined),
      ),
      ...this.createList(strings.recent, recent),
    );
    if (recent.length === 0) return;
    this.lists.append(button(strings.showAllRecent, 'quiet', () => this.context.post({ type: 'openHistory' })));
  }

  /** @returns false if there is no button that sets an API key */
  focusKeyButton(): boolean {
    const isShown = this.element.isConnected && !this.keyCard.hidden;
    if (isShown) this.context.moveFocus(this.keyButton);
    return isShown;
  }

  private createList(heading: string | undefined, suggestions: readonly Suggestion[]): readonly HTMLElement[] {
    if (suggestions.length === 0) return [];
    return [
      ...(heading === undefined ? [] : [element('h3', {}, heading)]),
      ...suggestions.map(({ id, label, time }) => {
        const created = button('', 'quiet', () => this.context.post({ type: 'askSuggestion', id }));
        created.classList.add('suggestion');
        const icon = svgIcon(time === undefined ? 'sparkle' : 'history');
        created.append(icon, element('span', { class: 'suggestion-label' }, label));
        if (time !== undefined) created.append(' ', element('span', { class: 'suggestion-time' }, time));
        return created;
      }),
    ];
  }
}

/** Creates the buttons for a missing API key: one sets the key, the other opens the demo. */
export function createKeyButtons({ strings, post }: PageContext): readonly [HTMLButtonElement, HTMLButtonElement] {
  return [
    button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' })),
    button(strings.demo, 'secondary', () => post({ type: 'openDemo' })),
  ];
}
