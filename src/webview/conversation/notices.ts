import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/** The boxes above the composer: the card of the tour or of a missing key, or that another window writes here. */
export class Notices {
  /** The place of the tour's card or the card for a missing key. */
  readonly cardPlace = element('div', { class: 'card-place' });
  readonly element: HTMLElement;
  private readonly openElsewhere: HTMLElement;
  private readonly openHere: HTMLButtonElement;

  /** @param contextNotice the offer of a summary when the context is almost full */
  constructor(
    private readonly context: PageContext,
    contextNotice: HTMLElement,
  ) {
    const { strings, post } = context;
    this.openHere = button(strings.openHere, 'primary', () => {
      this.openHere.disabled = true;
      // Moves the focus away, because a disabled button would keep the focus and the page would receive no keys.
      context.focusComposer();
      post({ type: 'openHere' });
    });
    // Screen readers read the notice when the button gets the focus.
    this.openHere.setAttribute('aria-describedby', 'open-elsewhere');
    const text = element('p', { class: 'notice-texts', id: 'open-elsewhere' }, strings.openInOtherWindow);
    const actions = element('div', { class: 'actions' }, this.openHere);
    this.openElsewhere = element('section', { class: 'notice' }, text, actions);
    this.openElsewhere.hidden = true;
    this.element = element('div', { class: 'notices' }, this.openElsewhere, contextNotice, this.cardPlace);
  }

  /** Sets whether another window writes the conversation. Enables *Open Here* again if taking over has failed. */
  setOpenElsewhere(isOpenElsewhere: boolean): void {
    this.openElsewhere.hidden = !isOpenElsewhere;
    this.openHere.disabled = false;
  }

  /** Moves the focus to *Open Here*. @returns false if the button is not shown or was already pressed */
  focusOpenHere(): boolean {
    const isOffered = !this.openElsewhere.hidden && !this.openHere.disabled;
    if (isOffered) this.context.moveFocus(this.openHere);
    return isOffered;
  }
}
