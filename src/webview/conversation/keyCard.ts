import { fill } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';

/** The card for a missing API key. It stands in the empty state, then in the dock. */
export class KeyCard {
  private readonly title = element('span');
  private readonly element: HTMLElement;

  constructor(private readonly context: PageContext) {
    const { strings, post } = context;
    const keyButton = button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' }));
    const tourButton = button(strings.tour, 'secondary', () => post({ type: 'openTour' }));
    const gatewayButton = button(strings.addGateway, 'secondary', () => post({ type: 'addGateway' }));
    const title = element('p', { class: 'notice-title' }, svgIcon('key'), this.title);
    const actions = element('div', { class: 'actions' }, keyButton, gatewayButton, tourButton);
    this.element = element('section', { class: 'notice' }, element('div', { class: 'notice-texts' }, title), actions);
  }

  /** @param place the element that contains the card; undefined to remove the card */
  update(place: HTMLElement | undefined): void {
    const { strings, host } = this.context;
    setText(this.title, fill(strings.noKeyTitle, host()));
    if (this.element.parentElement === (place ?? null)) return;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.remove();
    place?.append(this.element);
    if (hadFocus) this.context.focusComposer();
  }
}
