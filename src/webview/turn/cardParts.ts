import type { FaultAction } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, type ButtonStyle } from '../util/element';
import { fill } from '../util/format';

interface Answered {
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

/** What the gateway's support asks for. */
export function requestFacts(context: PageContext, { status, requestId }: Answered, alive: boolean): HTMLElement[] {
  const { strings } = context;
  const lines: HTMLElement[] = [];
  if (status !== undefined) lines.push(element('p', {}, fill(strings.statusCode, String(status))));
  if (requestId) {
    const line = element('p', {}, element('span', {}, fill(strings.requestId, requestId)));
    if (alive) line.append(copyButton(context, requestId));
    lines.push(line);
  }
  return lines;
}

function copyButton({ strings, post, announcer }: PageContext, requestId: string): HTMLButtonElement {
  const copy = button(strings.copy, 'quiet', () => {
    post({ type: 'copy', text: requestId });
    announcer.announce(strings.copied);
  });
  copy.setAttribute('aria-label', strings.copyRequestId);
  return copy;
}

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
    if (action === 'retryNow' && actions.includes('tryAnyway')) made.title = strings.retryNowTooltip;
    if (action === 'tryAnyway') made.title = strings.tryAnywayTooltip;
    return made;
  });
  return element('div', { class: 'actions' }, ...buttons);
}

function lookOf(index: number): ButtonStyle {
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

/** Something in the conversation that can be taken away again. */
export interface Card {
  readonly element: HTMLElement;
  /** Ends its timers; absent: it has none. */
  readonly dispose?: () => void;
  /** Shows what has changed without another card. */
  readonly refresh?: () => void;
}

/** A place for one card; a new one is built only when what it is built from has changed. */
export interface CardSlot {
  readonly element: HTMLElement;
  show(from: readonly unknown[], build: () => Card | undefined): void;
  dispose(): void;
}

/** Returns a place at the end of `element`. A card that goes away gives the keyboard focus to the composer. */
export function createCardSlot({ focusComposer }: PageContext, element: HTMLElement): CardSlot {
  let shownFrom: readonly unknown[] = [];
  let card: Card | undefined;
  const clear = (): void => {
    const hadFocus = card?.element.contains(document.activeElement) ?? false;
    card?.dispose?.();
    card?.element.remove();
    card = undefined;
    shownFrom = [];
    if (hadFocus) focusComposer();
  };
  return {
    element,
    show: (from, build) => {
      if (from.length === shownFrom.length && from.every((part, index) => part === shownFrom[index])) {
        card?.refresh?.();
        return;
      }
      clear();
      shownFrom = from;
      card = build();
      if (card) element.append(card.element);
    },
    dispose: clear,
  };
}
