import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/**
 * Creates the boxes above the composer: the card of the tour or of a missing key, or the notice that the conversation is
 * open in another window.
 * @param contextNotice the offer of a summary when the context is almost full
 */
export function createNotices({ strings, post, focusComposer, moveFocus }: PageContext, contextNotice: HTMLElement) {
  const openHere = button(strings.openHere, 'primary', () => {
    openHere.disabled = true;
    // Moves the focus away, because a disabled button would keep the focus and the page would receive no keys.
    focusComposer();
    post({ type: 'openHere' });
  });
  // Screen readers read the notice when the button gets the focus.
  openHere.setAttribute('aria-describedby', 'open-elsewhere');
  const text = element('p', { class: 'notice-texts', id: 'open-elsewhere' }, strings.openInOtherWindow);
  const actions = element('div', { class: 'actions' }, openHere);
  const openElsewhere = element('section', { class: 'notice', hidden: '' }, text, actions);
  const cardPlace = element('div', { class: 'card-place' });
  return {
    element: element('div', { class: 'notices' }, openElsewhere, contextNotice, cardPlace),
    /** The place of the tour's card or the card for a missing key. */
    cardPlace,
    /** Sets whether another window writes the conversation. Enables *Open Here* again if taking over has failed. */
    setOpenElsewhere: (isOpenElsewhere: boolean): void => {
      openElsewhere.hidden = !isOpenElsewhere;
      openHere.disabled = false;
    },
    /** Moves the focus to *Open Here*. @returns false if the button is not shown or was already pressed */
    focusOpenHere: (): boolean => {
      const isOffered = !openElsewhere.hidden && !openHere.disabled;
      if (isOffered) moveFocus(openHere);
      return isOffered;
    },
  };
}
