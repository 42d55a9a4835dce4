import type { FaultAction } from '../../shared/protocol';
import { button, type ButtonLook, element } from './element';
import type { PageContext } from '../pageContext';

/** So many stand out; what else can be done is there, but quiet. */
const loudest = 3;

/** A fault's buttons in their order, the first one in front. `details` opens and closes the card's own. */
export function actionButtons(
  { strings, post, isReadOnly }: PageContext,
  exchangeId: string,
  actions: readonly (FaultAction | 'stop')[],
  details?: HTMLDetailsElement,
): HTMLElement {
  // To read on is not to act: never in front.
  const inOrder = [
    ...actions.filter((action) => action !== 'details'),
    ...actions.filter((each) => each === 'details'),
  ];
  const offered = isReadOnly() ? inOrder.filter((action) => action === 'details') : inOrder;
  const buttons = offered.map((action, index) => {
    if (action === 'details') return detailsButton(strings.details, details);
    const made = button(strings[action], lookOf(index), () => {
      if (action === 'stop') post({ type: 'stop', exchangeId });
      else post({ type: 'action', exchangeId, action });
    });
    // Side by side, the two look like one.
    if (action === 'retryNow' && actions.includes('tryAnyway')) made.title = strings.retryNowOnce;
    if (action === 'tryAnyway') made.title = strings.tryAnywayForgets;
    return made;
  });
  return element('div', { class: 'actions' }, ...buttons);
}

function lookOf(index: number): ButtonLook {
  if (index === 0) return 'primary';
  return index < loudest ? 'secondary' : 'quiet';
}

function detailsButton(caption: string, details: HTMLDetailsElement | undefined): HTMLButtonElement {
  const toggle = button(caption, 'quiet', () => {
    if (!details) return;
    details.open = !details.open;
    toggle.setAttribute('aria-expanded', String(details.open));
  });
  toggle.setAttribute('aria-expanded', 'false');
  return toggle;
}
