import { fill } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';

interface KeyCardContent {
  readonly host: string;
  /** Whether the prompt in the composer is sent as soon as an API key is set. */
  readonly awaitsKey: boolean;
  /** Whether another part of the page already has a button that sets an API key. */
  readonly hasOtherButton: boolean;
}

/** The card for a missing API key. It stands in the empty state, then in the dock. */
export class KeyCard {
  private readonly title = element('span');
  private readonly hint = element('p', { class: 'notice-hint' });
  private readonly keyButton: HTMLButtonElement;
  private readonly actions: HTMLElement;
  private readonly element: HTMLElement;

  constructor(private readonly context: PageContext) {
    const { strings, post } = context;
    this.keyButton = button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' }));
    const demoButton = button(strings.demo, 'secondary', () => post({ type: 'openDemo' }));
    const gatewayButton = button(strings.addGateway, 'secondary', () => post({ type: 'addGateway' }));
    this.actions = element('div', { class: 'actions' }, this.keyButton, gatewayButton, demoButton);
    const title = element('p', { class: 'notice-title' }, svgIcon('key'), this.title);
    const texts = element('div', { class: 'notice-texts' }, title, this.hint);
    this.element = element('section', { class: 'notice' }, texts, this.actions);
  }

  /** @param place the element that contains the card; undefined to remove the card */
  update(place: HTMLElement | undefined, { host, awaitsKey, hasOtherButton }: KeyCardContent): void {
    const hadFocus = this.element.contains(document.activeElement);
    const isMoved = this.element.parentElement !== (place ?? null);
    const { strings, focusComposer } = this.context;
    setText(this.title, fill(strings.noKeyTitle, host));
    setText(this.hint, awaitsKey ? strings.sendsWithKey : '');
    this.actions.hidden = hasOtherButton;
    if (isMoved) {
      this.element.remove();
      place?.append(this.element);
    }
    if (hadFocus && (isMoved || hasOtherButton)) focusComposer();
  }

  focusButton(): void {
    if (!this.actions.hidden) this.context.moveFocus(this.keyButton);
  }
}
