import { fillTemplate } from '../../shared/format';
import type { Failure, FaultAction, TurnState, WaitingEvent } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { hasTimeline, type Timeline } from '../timeline/timeline';
import type { ShownAnswer } from './shownAnswer';
import { button, disclosure, element, fillNodes, type Icon, iconButton, setText, svg, svgIcon } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';
import { createTicker } from '../util/ticker';

export interface Card {
  readonly element: HTMLElement;
  readonly dispose?: () => void;
  readonly refresh?: () => void;
}

export type CardSlot = ReturnType<typeof createCardSlot>;

/**
 * Creates a slot that shows at most one card. When a card that has the keyboard focus is removed, its turn gets the
 * focus. The composer does not get the focus, because the user might be about to press Enter, which would send the
 * draft.
 */
export function createCardSlot({ moveFocus, focusComposer }: PageContext) {
  const slot = element('div.card-slot');
  let currentKey: readonly unknown[] = [];
  let card: Card | undefined;
  const clear = (focusElsewhere: () => void): void => {
    const hadFocus = card?.element.contains(document.activeElement) ?? false;
    card?.dispose?.();
    card?.element.remove();
    card = undefined;
    currentKey = [];
    if (hadFocus) focusElsewhere();
  };
  return {
    element: slot,
    /**
     * Shows a card.
     * @param key values that identify the card: while they are unchanged, the existing card is refreshed instead of
     * replaced
     */
    show: (key: readonly unknown[], build: () => Card | undefined): void => {
      if (card && key.length === currentKey.length && key.every((part, index) => part === currentKey[index])) {
        card.refresh?.();
        return;
      }
      clear(() => {
        const turn = slot.closest('article');
        if (turn) moveFocus(turn, { preventScroll: true });
      });
      currentKey = key;
      card = build();
      if (card) slot.append(card.element);
    },
    // The turn is about to be removed together with its card, so the focus moves to the composer instead of the turn.
    dispose: (): void => clear(focusComposer),
  };
}

interface CardTexts {
  readonly message: string;
  readonly note?: string | undefined;
  readonly countdown?: {
    /** Text of the countdown, with the placeholder `{0}` for the remaining time. */
    readonly template: string;
    readonly remainingMs: number;
    /**
     * Total time of the countdown in milliseconds. If it is given, a ring shows the fraction of the time that remains.
     */
    readonly totalMs?: number;
  };
}

interface CardContent {
  /** Class names of the card, separated by dots. */
  readonly classNames: string;
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * Returns the texts of the card. This function is called at every update, and several times per second if there is a
   * countdown.
   */
  readonly texts: () => CardTexts;
  /** Text that screen readers read before the visible texts of the card. It is not visible. */
  readonly spoken?: string;
  /** Icon before the texts of the card. The ring of a countdown replaces the icon. */
  readonly icon?: Icon;
  /** Elements between the texts and the buttons of the card. */
  readonly children?: readonly HTMLElement[];
  readonly actions: readonly HTMLElement[];
  readonly details?: HTMLElement;
}

/** Interval between updates of a countdown, in milliseconds. */
const tickMs = 250;

export function createCard(
  { clock, format, strings }: PageContext,
  { classNames, attributes, texts, spoken, icon, children = [], actions, details }: CardContent,
): Required<Card> {
  const message = element('p.card-message');
  const timer = element('span.countdown', { role: 'timer', 'aria-live': 'off' });
  const timerLine = element('p.card-timer');
  const note = element('p.provenance');
  const ring = createRing();
  let shownTemplate = '';
  const showTexts = (): CardTexts => {
    const current = texts();
    setText(message, current.message);
    setText(note, current.note ?? '');
    if (!current.countdown) return current;
    const { template, remainingMs, totalMs = 0 } = current.countdown;
    setText(timer, format.countdown(remainingMs));
    if (template !== shownTemplate) timerLine.replaceChildren(...fillNodes(template, timer));
    shownTemplate = template;
    ring.show(totalMs > 0 ? Math.min(1, remainingMs / totalMs) : 0);
    return current;
  };
  const { countdown, note: noteText } = showTexts();
  const lines = element('div', ...(countdown ? fillNodes(strings.sentences, message, timerLine) : [message]));
  if (spoken) lines.prepend(element('span.visually-hidden', spoken));
  if (noteText) lines.append(note);
  const symbol = countdown?.totalMs === undefined ? icon && svgIcon(icon) : ring.element;
  const head = element('div.card-head', symbol, lines);
  const buttons = actions.length > 0 && element('div.actions', ...actions);
  const setTicking = createTicker(clock, showTexts, () => tickMs);
  setTicking(countdown !== undefined);
  return {
    element: element(`section.card.${classNames}`, attributes, head, ...children, buttons, details),
    refresh: showTexts,
    dispose: () => setTicking(false),
  };
}

/**
 * Creates a ring that empties as the time of a countdown passes. Screen readers skip the ring, because it repeats the
 * countdown.
 */
function createRing() {
  const circle = { cx: 8, cy: 8, r: 6.5, pathLength: 1 };
  const remaining = svg('circle.ring-remaining', circle);
  const track = svg('circle.ring-track', circle);
  return {
    element: svg('svg.ring', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, track, remaining),
    // The style sheet animates the emptying of the ring unless the user prefers reduced motion.
    show: (fraction: number) => (remaining.style.strokeDashoffset = String(1 - fraction)),
  };
}

export type CardAction = FaultAction | 'stop';

interface ActionChoice {
  readonly buttons: readonly CardAction[];
  /** Actions in the menu after the buttons. */
  readonly more: readonly CardAction[];
  /** Recommended action, whose button is highlighted. No other button of the card is highlighted. */
  readonly primaryAction?: CardAction | undefined;
  readonly retryNowTooltip?: string | undefined;
}

/**
 * Creates the buttons of a card. A read-only page has no buttons.
 * @param event values for the captions of the buttons: the fallback model, the next gateway and the reset time of a
 * rate limit. Without a reset time, the action `sendLater` sends the prompt when the network is back.
 * @param otherItems items at the end of the menu
 */
export function createActions(
  { strings, format, clock, post, isReadOnly, areVersionButtonsDisabled }: PageContext,
  answerId: string,
  { buttons, more, primaryAction, retryNowTooltip }: ActionChoice,
  { fallbackModel = '', nextGateway, resetsAt }: Partial<Failure> = {},
  otherItems: readonly MenuItem[] = [],
): readonly HTMLElement[] {
  if (isReadOnly()) return [];
  const caption = (action: CardAction): string => {
    if (action === 'continueWithFallback') return fillTemplate(strings.continueWithFallback, fallbackModel);
    if (action === 'switchGateway' && action === primaryAction && nextGateway)
      return fillTemplate(strings.useGateway, nextGateway.label);
    if (action !== 'sendLater') return strings[action];
    return resetsAt === undefined
      ? strings.sendWhenOnline
      : fillTemplate(strings.sendLater, format.timeOfDay(resetsAt, { now: clock.now() }));
  };
  const tooltips: Partial<Record<CardAction, string | undefined>> = {
    retryNow: retryNowTooltip,
    tryAnyway: strings.tryAnywayTooltip,
  };
  const items = (actions: readonly CardAction[]) =>
    actions.map((action) => ({
      action,
      caption: caption(action),
      title: tooltips[action],
      choose: () => post(action === 'stop' ? { type: 'stop', answerId } : { type: 'action', answerId, action }),
      style: action === primaryAction ? ('primary' as const) : ('secondary' as const),
    }));
  const elements = items(buttons).map(({ action, caption: text, title = '', style, choose }) => {
    const actionButton = button(text, style, choose);
    actionButton.title = title;
    if (action === 'summarize') markVersionButton(actionButton, areVersionButtonsDisabled());
    return actionButton;
  });
  return more.length === 0
    ? elements
    : [...elements, ...createMenu(strings.moreActions, () => [...items(more), ...otherItems])];
}

/** Marks a button that must be disabled while a turn is running, for example because the button would end the turn. */
export function markVersionButton(button: HTMLButtonElement, isDisabled: boolean): void {
  button.dataset['versionButton'] = '';
  button.disabled = isDisabled;
}

/**
 * Creates a collapsible section with the given elements, the gateway's response and the timeline of the turn.
 * @param timeline the timeline, which is moved into the section; an open timeline stays open
 */
export function createDetails(
  context: PageContext,
  { state }: ShownAnswer,
  timeline: Timeline,
  { status, requestId, detail }: CardEvent,
  ...content: readonly HTMLElement[]
): HTMLElement {
  const { strings, copy } = context;
  const lines = [...content];
  if (detail) {
    const words = element('dd', element('span.provider-message', detail));
    lines.push(element('dl', element('dt', strings.detailsProvider), words));
  }
  if (status !== undefined) lines.push(element('p', fillTemplate(strings.statusCode, String(status))));
  if (requestId) {
    const copyButton = iconButton(strings.copyRequestId, 'copy', () => copy(requestId));
    lines.push(element('p', element('span', fillTemplate(strings.requestId, requestId)), copyButton));
  }
  if (hasTimeline(state)) lines.push(timeline.element);
  const details = disclosure(strings.details, 'card-details', element('div', ...lines));
  details.open = timeline.isOpen;
  details.addEventListener('toggle', () => timeline.setOpen(details.open));
  // Keeps screen readers from announcing details that the user has just opened. The card is a live region, so screen
  // readers would otherwise announce every change in it.
  details.setAttribute('aria-live', 'off');
  return details;
}

type CardEvent = Failure | WaitingEvent;

/** Returns whether the turn has switched to another gateway, or can switch to another gateway now. */
export function hasGateways({ gatewaySwitches }: TurnState, { actions }: CardEvent): boolean {
  return gatewaySwitches.length > 0 || actions.includes('switchGateway');
}

/**
 * Returns the name of the gateway that a card shows. Undefined if there is only one gateway, or if the message of the
 * card already contains the name.
 */
export function gatewayOfCard(state: TurnState, event: CardEvent, host: string): string | undefined {
  return hasGateways(state, event) && !event.message.includes(host) ? host : undefined;
}
