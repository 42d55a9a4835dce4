import type { ToHost } from '../../shared/pageMessages';
import type { ConnectionView, TourStep } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/**
 * Creates the card with the current step of the tour and its buttons. The card is in the empty conversation at first,
 * and later above the composer.
 * @returns a function that shows a step in the given element, or removes the card if no element is given
 */
export function createTourCard({ strings, post, focusComposer, moveFocus }: PageContext) {
  const texts = element('div.tour-step');
  const actions = element('div.actions');
  const card = element('section.tour-card', { 'aria-label': strings.tour }, texts, actions);
  /** Data of the step that the card currently shows, as JSON. */
  let shownData = '';

  const createButton = (label: string, message: ToHost): HTMLButtonElement =>
    button(label, 'secondary', () => post(message));

  /**
   * Shows a step of the tour.
   * @returns whether the content of the card was replaced
   */
  const showStep = (step: TourStep | undefined, hasKey: ConnectionView['hasKey']): boolean => {
    const key = JSON.stringify([step, hasKey]);
    if (key === shownData) return false;
    shownData = key;
    // Screen readers don't read the text of a running step, because the announcer already reports that the answer has
    // started.
    const isRunning = step?.offers[0]?.act === 'skip';
    texts.setAttribute('aria-live', isRunning ? 'off' : 'polite');
    texts.replaceChildren(
      ...(step ? [element('p.tour-heading', step.heading)] : []),
      ...(step?.text === undefined ? [] : [element('p.tour-text', step.text)]),
    );
    const offers = (step?.offers ?? []).map(({ act, label }) => createButton(label, { type: 'tour', act }));
    const isFinished = step?.offers.length === 0;
    const buttons = [
      ...offers,
      ...(isFinished && !hasKey ? [createButton(strings.setApiKey, { type: 'setApiKey' })] : []),
      ...(isRunning ? [] : [createButton(strings.leaveTour, { type: 'leaveTour' })]),
    ];
    if (!isRunning) buttons[0]?.classList.replace('secondary', 'primary');
    actions.replaceChildren(...buttons);
    return true;
  };

  return (container: HTMLElement | undefined, step: TourStep | undefined, { hasKey }: ConnectionView): void => {
    const hadFocus = card.contains(document.activeElement);
    if (!container) {
      card.remove();
      if (hadFocus) focusComposer();
      return;
    }
    const wasMoved = card.parentElement !== container;
    if (wasMoved) container.append(card);
    const wasChanged = showStep(step, hasKey);
    // If a button of the card had the focus before the change, the button that continues the tour gets the focus.
    const first = actions.querySelector('button');
    if (hadFocus && first && (wasMoved || wasChanged)) moveFocus(first);
  };
}
