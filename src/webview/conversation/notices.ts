import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/**
 * Creates what is above the composer: the tour card, the card for a missing API key, the area for notices, and the
 * notice that the conversation is open in another window.
 */
export function createNotices({ strings, post, focusComposer, moveFocus }: PageContext, noticeArea: HTMLElement) {
  const openHere = button(strings.openHere, 'primary', () => {
    openHere.disabled = true;
    // Moves the focus from the disabled button to the composer. A disabled button keeps the focus, and the page then
    // receives no key events.
    focusComposer();
    post({ type: 'openHere' });
  });
  // When *Open Here* gets the focus, screen readers also read the notice, because it is the accessible description of
  // the button.
  openHere.setAttribute('aria-describedby', 'open-elsewhere');
  const text = element('p', { class: 'notice-texts', id: 'open-elsewhere' }, strings.openInOtherWindow);
  const actions = element('div', { class: 'actions' }, openHere);
  const openElsewhere = element('section', { class: 'notice', hidden: '' }, text, actions);
  const cardPlace = element('div', { class: 'card-place' });
  return {
    element: element('div', { class: 'notices' }, openElsewhere, noticeArea, cardPlace),
    /** Element that contains the tour card or the card for a missing API key. */
    cardPlace,
    /**
     * Shows or hides the notice that the conversation is open in another window. Also enables *Open Here*: a click
     * disables this button, but might fail to open the conversation in this window.
     */
    setOpenElsewhere: (isOpenElsewhere: boolean): void => {
      openElsewhere.hidden = !isOpenElsewhere;
      openHere.disabled = false;
    },
    /**
     * Moves the focus to *Open Here*.
     * @returns false if the button is hidden or was already pressed
     */
    focusOpenHere: (): boolean => {
      const isOffered = !openElsewhere.hidden && !openHere.disabled;
      if (isOffered) moveFocus(openHere);
      return isOffered;
    },
  };
}
