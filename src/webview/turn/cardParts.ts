import type { FaultAction, TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, type ButtonStyle } from '../util/element';
import { fill } from '../util/format';

interface ResponseIds {
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

/**
 * Creates the lines with the status code and the request id, which a user needs when asking the gateway's support for
 * help.
 */
export function createResponseDetails(
  context: PageContext,
  { status, requestId }: ResponseIds,
  isInteractive: boolean,
): HTMLElement[] {
  const { strings } = context;
  const lines: HTMLElement[] = [];
  if (status !== undefined) lines.push(element('p', {}, fill(strings.statusCode, String(status))));
  if (requestId) {
    const line = element('p', {}, element('span', {}, fill(strings.requestId, requestId)));
    if (isInteractive) line.append(createCopyButton(context, requestId));
    lines.push(line);
  }
  return lines;
}

function createCopyButton({ strings, post, announcer }: PageContext, requestId: string): HTMLButtonElement {
  const copy = button(strings.copy, 'quiet', () => {
    post({ type: 'copy', text: requestId });
    announcer.announce(strings.copied);
  });
  copy.setAttribute('aria-label', strings.copyRequestId);
  return copy;
}

/** Returns whether the turn has switched to another route, or can do so now. */
export function hasRoutes({ routeSwitches }: TurnState, { actions }: { readonly actions: readonly FaultAction[] }) {
  return routeSwitches.length > 0 || actions.includes('switchRoute');
}

/**
 * Returns the text that names the route that a card is about. Undefined if the turn has only one route, or if the
 * message of the card already names the host.
 */
export function routeTextOf(
  { strings }: Pick<PageContext, 'strings'>,
  state: TurnState,
  event: { readonly message: string; readonly actions: readonly FaultAction[] },
  host: string,
): string | undefined {
  return hasRoutes(state, event) && !event.message.includes(host) ? fill(strings.route, host) : undefined;
}

/** What the captions of some buttons name, and the details that the *Details* button opens. */
interface ActionButtonValues {
  readonly fallbackModel?: string | undefined;
  readonly resetsAt?: number | undefined;
  readonly details?: HTMLDetailsElement | undefined;
}

/** Maximum number of highlighted buttons on a card. Further buttons look less prominent. */
const maxProminentButtons = 3;

/**
 * Creates the buttons of a card. The first button is the most prominent one.
 * @param fallbackModel the model that the button for `continueWithFallback` names
 * @param resetsAt epoch milliseconds, the time that the button for `sendLater` names; undefined if the prompt is sent when
 *   the network is back. The button is left out if the time has passed.
 * @param details the details of the card, which the *Details* button opens and closes
 */
export function createActionButtons(
  { strings, format, clock, post, isReadOnly }: PageContext,
  exchangeId: string,
  actions: readonly (FaultAction | 'stop')[],
  { fallbackModel = '', resetsAt, details }: ActionButtonValues,
): HTMLElement {
  const caption = (action: Exclude<FaultAction | 'stop', 'details'>): string => {
    if (action === 'continueWithFallback') return fill(strings.continueWithFallback, fallbackModel);
    if (action !== 'sendLater') return strings[action];
    return resetsAt === undefined
      ? strings.sendWhenOnline
      : fill(strings.sendLater, format.timeOfDay(resetsAt, clock.now()));
  };
  const hasReset = resetsAt !== undefined && resetsAt <= clock.now();
  const visibleActions = inOrder(actions).filter((action) =>
    isReadOnly() ? action === 'details' : action !== 'sendLater' || !hasReset,
  );
  const buttons = visibleActions.map((action, index) => {
    if (action === 'details') return createDetailsButton(strings.details, details);
    const actionButton = button(caption(action), buttonLookAt(index), () => {
      if (action === 'stop') post({ type: 'stop', exchangeId });
      else post({ type: 'action', exchangeId, action });
    });
    // Adds tooltips that explain the difference between *Retry now* and *Try anyway* if a card has both buttons.
    if (action === 'retryNow' && actions.includes('tryAnyway')) actionButton.title = strings.retryNowTooltip;
    if (action === 'tryAnyway') actionButton.title = strings.tryAnywayTooltip;
    return actionButton;
  });
  return element('div', { class: 'actions' }, ...buttons);
}

/**
 * Adds buttons that retry with other models to the beginning of a card's buttons, unless they are there already. The
 * first one becomes the most prominent button of the card.
 */
export function offerModels(
  { strings, post }: PageContext,
  exchangeId: string,
  buttons: HTMLElement,
  models: readonly string[],
): void {
  if (models.length === 0 || buttons.dataset['models'] === models.join()) return;
  buttons.dataset['models'] = models.join();
  // Keeps screen readers from announcing the whole card again, because it is an alert.
  buttons.setAttribute('aria-live', 'off');
  for (const outdated of buttons.querySelectorAll('.model-choice')) outdated.remove();
  const choices = models.map((model) => {
    const choice = button(model, 'secondary', () => post({ type: 'switchModel', exchangeId, model }));
    choice.classList.add('model-choice');
    choice.title = fill(strings.retryWithModel, model);
    return choice;
  });
  buttons.prepend(...choices);
  [...buttons.children].forEach((child, index) => {
    child.classList.remove('primary', 'secondary', 'quiet');
    child.classList.add(child.hasAttribute('aria-expanded') ? 'quiet' : buttonLookAt(index));
  });
}

/**
 * Returns the actions in the order of their buttons. *Switch route* follows *Switch model*. *Details* is last, because
 * it does not resolve the fault.
 */
function inOrder<Action extends FaultAction | 'stop'>(actions: readonly Action[]): readonly Action[] {
  const ordered = actions.filter((action) => action !== 'details' && action !== 'switchRoute');
  const afterModel = ordered.findIndex((action) => action === 'switchModel') + 1;
  return [
    ...ordered.toSpliced(afterModel || ordered.length, 0, ...actions.filter((action) => action === 'switchRoute')),
    ...actions.filter((action) => action === 'details'),
  ];
}

function buttonLookAt(index: number): ButtonStyle {
  if (index === 0) return 'primary';
  return index < maxProminentButtons ? 'secondary' : 'quiet';
}

function createDetailsButton(caption: string, details: HTMLDetailsElement | undefined): HTMLButtonElement {
  const toggle = button(caption, 'quiet', () => {
    if (!details) return;
    details.open = !details.open;
    toggle.setAttribute('aria-expanded', String(details.open));
  });
  toggle.setAttribute('aria-expanded', 'false');
  return toggle;
}

/** An element of a turn that is shown only for a while, such as a wait card. */
export interface Card {
  readonly element: HTMLElement;
  /** Stops the timers of the card. Cards without timers do not have this method. */
  readonly dispose?: () => void;
  /** Updates the existing element of the card after the state of the turn has changed. */
  readonly refresh?: () => void;
}

/** A part of a turn's view that contains at most one card. */
export interface CardSlot {
  readonly element: HTMLElement;
  /** Creates a new card if `key` has changed, and otherwise refreshes the current card. */
  show(key: readonly unknown[], build: () => Card | undefined): void;
  dispose(): void;
}

/**
 * Creates a slot for one card at the end of `element`. When a card with the keyboard focus is removed, the composer
 * gets the focus.
 */
export function createCardSlot({ focusComposer }: PageContext, element: HTMLElement): CardSlot {
  let currentKey: readonly unknown[] = [];
  let card: Card | undefined;
  const clear = (): void => {
    const hadFocus = card?.element.contains(document.activeElement) ?? false;
    card?.dispose?.();
    card?.element.remove();
    card = undefined;
    currentKey = [];
    if (hadFocus) focusComposer();
  };
  return {
    element,
    show: (key, build) => {
      if (key.length === currentKey.length && key.every((part, index) => part === currentKey[index])) {
        card?.refresh?.();
        return;
      }
      clear();
      currentKey = key;
      card = build();
      if (card) element.append(card.element);
    },
    dispose: clear,
  };
}
