import { fillTemplate } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';

/**
 * Creates the card for a missing API key. The card is in the empty conversation at first, and later above the composer.
 * @returns a function that moves the card into the given element, or removes the card
 */
export function createKeyCard({ strings, post, host, focusComposer }: PageContext) {
  const text = element('span');
  const title = element('p.notice-title', svgIcon('key'), text);
  const keyButton = button(strings.setApiKey, 'primary', () => post({ type: 'setApiKey' }));
  const tourButton = button(strings.tour, 'secondary', () => post({ type: 'openTour' }));
  const gatewayButton = button(strings.addGateway, 'secondary', () => post({ type: 'addGateway' }));
  const actions = element('div.actions', keyButton, gatewayButton, tourButton);
  const card = element('section.notice', element('div.notice-texts', title), actions);
  return (container: HTMLElement | undefined): void => {
    setText(text, fillTemplate(strings.noKeyTitle, host()));
    if (card.parentElement === (container ?? null)) return;
    const hadFocus = card.contains(document.activeElement);
    card.remove();
    container?.append(card);
    if (hadFocus) focusComposer();
  };
}
