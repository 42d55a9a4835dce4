import type { FaultAction } from '../protocol';
import type { ButtonLook } from './element';
import { button, element } from './element';
import type { PanelContext } from './panelContext';

/** A fault's buttons in their order, the first one in front. `details` opens and closes the card's own. */
export function actionButtons(
  { strings, post }: PanelContext,
  exchangeId: string,
  actions: readonly (FaultAction | 'stop')[],
  details?: HTMLDetailsElement,
): HTMLElement {
  const buttons = actions.map((action, index) => {
    const look = index === 0 ? 'primary' : 'secondary';
    if (action === 'details') return detailsButton(strings.details, look, details);
    const made = button(strings[action], look, () => {
      if (action === 'stop') post({ type: 'stop' });
      else post({ type: 'action', exchangeId, action });
    });
    // Side by side, the two look like one.
    if (action === 'retryNow' && actions.includes('tryAnyway')) made.title = strings.retryNowOnce;
    if (action === 'tryAnyway') made.title = strings.tryAnywayForgets;
    return made;
  });
  return element('div', { class: 'actions' }, ...buttons);
}

function detailsButton(caption: string, look: ButtonLook, details: HTMLDetailsElement | undefined): HTMLButtonElement {
  const toggle = button(caption, look, () => {
    if (!details) return;
    details.open = !details.open;
    toggle.setAttribute('aria-expanded', String(details.open));
  });
  toggle.setAttribute('aria-expanded', 'false');
  return toggle;
}
