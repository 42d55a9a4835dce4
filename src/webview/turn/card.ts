import { fill } from '../../shared/format';
import type { FaultAction, TurnState, WaitingEvent } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, disclosure, element, fillNodes, setText, svg, type ButtonStyle } from '../util/element';

export interface Card {
  readonly element: HTMLElement;
  readonly dispose?: () => void;
  readonly refresh?: () => void;
}

export interface CardSlot {
  readonly element: HTMLElement;
  /** Creates a new card if `key` has changed, and otherwise refreshes the current card. */
  show(key: readonly unknown[], build: () => Card | undefined): void;
  dispose(): void;
}

/** Creates a slot for one card. When a card with the keyboard focus is removed, the composer gets the focus. */
export function createCardSlot({ focusComposer }: PageContext): CardSlot {
  const slot = element('div', { class: 'card-slot' });
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
    element: slot,
    show: (key, build) => {
      if (key.length === currentKey.length && key.every((part, index) => part === currentKey[index])) {
        card?.refresh?.();
        return;
      }
      clear();
      currentKey = key;
      card = build();
      if (card) slot.append(card.element);
    },
    dispose: clear,
  };
}

interface CardTexts {
  readonly message: string;
  readonly note?: string | undefined;
  readonly countdown?: {
    /** Text with the placeholder `{0}` for the remaining time. */
    readonly template: string;
    readonly remainingMs: number;
    /** Total time. If it is given, a ring shows the share of the time that remains. */
    readonly totalMs?: number;
  };
}

interface CardContent {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Returns the texts. Called at every update, and several times per second if there is a countdown. */
  readonly texts: () => CardTexts;
  readonly children: readonly HTMLElement[];
}

/** Interval between updates of a countdown, in milliseconds. */
const tickMs = 250;

export function createCard(
  { clock, format }: PageContext,
  { name, attributes, texts, children }: CardContent,
): Required<Card> {
  const message = element('p', { class: 'card-message' });
  const timer = element('span', { role: 'timer', 'aria-live': 'off', class: 'countdown' });
  const timerLine = element('p', { class: 'card-timer' });
  const note = element('p', { class: 'provenance' });
  const ring = createRing();
  let shownTemplate = '';
  const refresh = (): CardTexts => {
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
  const { countdown, note: noteText } = refresh();
  const head = element('div', { class: 'card-head' }, message);
  if (countdown) head.append(timerLine);
  if (noteText) head.append(note);
  const card = element('section', { ...attributes, class: `card ${name}` }, head, ...children);
  if (countdown?.totalMs !== undefined) card.prepend(ring.element);
  return { element: card, refresh, dispose: countdown ? clock.every(tickMs, refresh) : () => undefined };
}

/** Creates a ring that empties as the time passes. Screen readers skip the ring, because it repeats the countdown. */
function createRing() {
  const circle = { cx: 12, cy: 12, r: 10, pathLength: 1 };
  const remaining = svg('circle', { class: 'ring-remaining', ...circle });
  const track = svg('circle', { class: 'ring-track', ...circle });
  return {
    element: svg('svg', { class: 'ring', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, track, remaining),
    // The style sheet animates the emptying of the ring unless the user prefers reduced motion.
    show: (fraction: number) => (remaining.style.strokeDashoffset = String(1 - fraction)),
  };
}

interface ActionValues {
  readonly fallbackModel?: string | undefined;
  /** Epoch milliseconds at which the button for `sendLater` sends the prompt; undefined for: when the network is back. */
  readonly resetsAt?: number | undefined;
}

/** Maximum number of highlighted buttons on a card. Further buttons look less prominent. */
const maxProminentButtons = 3;

/** Creates the buttons of a card. The first one is the most prominent. A read-only page has none. */
export function createActions(
  { strings, format, clock, post, isReadOnly }: PageContext,
  exchangeId: string,
  actions: readonly (FaultAction | 'stop')[],
  { fallbackModel = '', resetsAt }: ActionValues,
): HTMLElement {
  const now = clock.now();
  const caption = (action: Exclude<FaultAction | 'stop', 'details'>): string => {
    if (action === 'continueWithFallback') return fill(strings.continueWithFallback, fallbackModel);
    if (action !== 'sendLater') return strings[action];
    return resetsAt === undefined
      ? strings.sendWhenOnline
      : fill(strings.sendLater, format.timeOfDay(resetsAt, { now }));
  };
  const hasReset = resetsAt !== undefined && resetsAt <= now;
  const buttons = actions.flatMap((action) => {
    if (action === 'details' || isReadOnly() || (action === 'sendLater' && hasReset)) return [];
    const created = button(caption(action), 'quiet', () =>
      post(action === 'stop' ? { type: 'stop', exchangeId } : { type: 'action', exchangeId, action }),
    );
    // Explains the difference between *Retry now* and *Try anyway* if a card has both buttons.
    if (action === 'retryNow' && actions.includes('tryAnyway')) created.title = strings.retryNowTooltip;
    if (action === 'tryAnyway') created.title = strings.tryAnywayTooltip;
    return created;
  });
  buttons.forEach((created, index) => (created.className = `button ${buttonStyle(index)}`));
  return element('div', { class: 'actions' }, ...buttons);
}

function buttonStyle(index: number): ButtonStyle {
  if (index === 0) return 'primary';
  return index < maxProminentButtons ? 'secondary' : 'quiet';
}

interface ResponseIds {
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

/** Creates a disclosure with the given elements, the status and the request id, if there is any of these. */
export function createDetails(
  { strings, post, announcer }: PageContext,
  { status, requestId }: ResponseIds,
  ...content: readonly HTMLElement[]
): readonly HTMLElement[] {
  const lines = [...content];
  if (status !== undefined) lines.push(element('p', {}, fill(strings.statusCode, String(status))));
  if (requestId) {
    const copy = button(strings.copy, 'quiet', () => {
      post({ type: 'copy', text: requestId });
      announcer.announce(strings.copied);
    });
    copy.setAttribute('aria-label', strings.copyRequestId);
    lines.push(element('p', {}, element('span', {}, fill(strings.requestId, requestId)), copy));
  }
  if (lines.length === 0) return [];
  const details = disclosure(strings.details, 'card-details', ...lines);
  // Keeps screen readers from announcing details that the user has just opened, although the card is a live region.
  details.setAttribute('aria-live', 'off');
  return [details];
}

type CardEvent = Pick<WaitingEvent, 'message' | 'actions'>;

/** Returns whether the turn has switched to another route, or can do so now. */
export function hasRoutes({ routeSwitches }: TurnState, { actions }: CardEvent): boolean {
  return routeSwitches.length > 0 || actions.includes('switchRoute');
}

/** Returns the host that a card names. Undefined if there is only one route, or if the message already names the host. */
export function routeOfCard(state: TurnState, event: CardEvent, host: string): string | undefined {
  return hasRoutes(state, event) && !event.message.includes(host) ? host : undefined;
}
