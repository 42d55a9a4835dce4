import type { FailedEvent } from '../protocol';
import { actionButtons } from './actionButtons';
import { disclosure, element } from './element';
import type { PanelContext } from './panelContext';
import { requestFacts } from './requestFacts';

/**
 * What happened and what can be done. An old failure (`alive` is false) is a text among others: no alert, no buttons,
 * so that what is on screen twice can be pressed once.
 */
export function createFailureCard(
  context: PanelContext,
  exchangeId: string,
  event: FailedEvent,
  alive: boolean,
): HTMLElement {
  const details = failureDetails(context, event, alive);
  const actions = alive ? event.actions.filter((action) => action !== 'details' || details) : [];
  const message = element('p', { class: 'card-message' }, event.message);
  const card = element('section', { class: alive ? 'card failure-card' : 'card failure-card past' }, message);
  if (alive) card.setAttribute('role', 'alert');
  if (details && !actions.includes('details')) card.append(details);
  if (actions.length > 0) card.append(actionButtons(context, exchangeId, actions, details));
  if (details && actions.includes('details')) {
    // Below its button: what opens must not push the button away from under the hand.
    details.classList.add('summoned');
    card.append(details);
  }
  return card;
}

function failureDetails(context: PanelContext, event: FailedEvent, alive: boolean): HTMLDetailsElement | undefined {
  const lines = requestFacts(context, event, alive);
  if (event.detail) lines.unshift(element('p', { class: 'provider-words' }, event.detail));
  return lines.length === 0 ? undefined : disclosure(context.strings.details, 'card-details', ...lines);
}
