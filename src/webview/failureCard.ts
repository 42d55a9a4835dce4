import type { Failure, TurnState } from '../protocol';
import { actionButtons } from './actionButtons';
import { element } from './element';
import { failureDetails } from './failureDetails';
import type { PanelContext } from './panelContext';

/**
 * What happened and what can be done. An old failure (`alive` is false) is a text among others: no alert, no buttons,
 * so that what is on screen twice can be pressed once.
 */
export function createFailureCard(
  context: PanelContext,
  exchangeId: string,
  event: Failure,
  state: TurnState,
  alive: boolean,
): HTMLElement {
  const details = failureDetails(context, event, state, alive);
  const message = element('p', { class: 'card-message' }, event.message);
  const card = element('section', { class: alive ? 'card failure-card' : 'card failure-card past' }, message);
  if (alive) {
    card.setAttribute('role', 'alert');
    const actions = [...event.actions.filter((action) => action !== 'details'), 'details'] as const;
    card.append(actionButtons(context, exchangeId, actions, details));
    // Below its button: what opens must not push the button away from under the hand.
    details.classList.add('summoned');
  }
  card.append(details);
  return card;
}
