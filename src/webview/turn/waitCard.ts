import type { WaitingEvent } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { disclosure, element, setText, svg } from '../util/element';
import { fill, fillNodes } from '../util/format';
import { actionButtons, type Card, requestFacts } from './cardParts';

/** A few times a second: the number must never look stuck. */
const tickMs = 250;

/** A smaller margin does not show in a countdown of whole seconds. */
const toldMarginMs = 1000;

/** A screen reader says when a long wait is nearly over; a short one has just been told. */
const longWaitMs = 15_000;
const nearlyOverMs = 5000;

interface WaitCardPlace {
  /** Host name of the gateway. */
  readonly host: string;
  /** The same wait with its latest time; undefined: it is over. */
  readonly current: () => WaitingEvent | undefined;
}

/** What is being waited for, until when, and who said so; with the ways out. */
export function createWaitCard(
  context: PageContext,
  exchangeId: string,
  event: WaitingEvent,
  { host, current }: WaitCardPlace,
): Card {
  const { strings, clock, format } = context;
  const timer = element('span', { role: 'timer', 'aria-live': 'off', class: 'countdown' });
  const ring = createCountdownRing();
  const origin = element('p', { class: 'provenance' });
  const timerLine = element('p', { class: 'card-timer' });
  const showTimerLine = templateSlot(timerLine, timer);
  const nearlyOver = sayNearlyOver(context);
  const tick = (): void => {
    const wait = current() ?? event;
    const left = Math.max(0, wait.until - clock.now());
    setText(timer, format.countdown(left));
    showTimerLine(wait.estimated && left === 0 ? strings.retrySoon : retryTemplate(strings, wait));
    ring.show(wait.delayMs > 0 ? Math.min(1, left / wait.delayMs) : 0);
    nearlyOver(wait, left);
  };
  const refresh = (): void => {
    setText(origin, provenance(context, current() ?? event, host));
    tick();
  };
  refresh();

  const others = event.actions.filter(
    (action) => action !== 'retryNow' && action !== 'switchModel' && action !== 'details',
  );
  const buttons = actionButtons(context, exchangeId, ['retryNow', 'stop', 'switchModel', ...others]);
  const facts = requestFacts(context, event, true);
  const card = element(
    'section',
    // The announcer speaks for it, once; the card itself would be read again with every change.
    { role: 'status', 'aria-live': 'off', class: 'card wait-card' },
    ring.element,
    element('div', { class: 'card-head' }, element('p', { class: 'card-message' }, event.message), timerLine, origin),
    ...(facts.length === 0 ? [] : [disclosure(strings.details, 'card-details', ...facts)]),
    buttons,
  );
  return { element: card, dispose: clock.every(tickMs, tick), refresh };
}

/** Returns the text that says when the next attempt goes out, with `{0}` in place of the time. */
export function retryTemplate(strings: PageContext['strings'], wait: WaitingEvent): string {
  if (isOffline(wait)) return strings.checkIn;
  return wait.estimated ? strings.retryInAbout : strings.retryIn;
}

/** Fills a line from a template around `node`; the line is rebuilt only when the template changes. */
function templateSlot(line: HTMLElement, node: Node): (template: string) => void {
  let shown: string | undefined;
  return (template) => {
    if (template === shown) return;
    shown = template;
    line.replaceChildren(...fillNodes(template, node));
  };
}

/** Says it once, of a wait that was seen to be long. */
function sayNearlyOver({ strings, format, announcer }: PageContext): (wait: WaitingEvent, left: number) => void {
  let far = false;
  let said = false;
  return (wait, left) => {
    if (left > nearlyOverMs) far = true;
    else if (far && !said && left > 0 && wait.delayMs >= longWaitMs && !isOffline(wait)) {
      said = true;
      announcer.announce(fill(strings.retryIn, format.countdown(left)));
    }
  };
}

/** Whom the delay was told, and where it came from: never a mystery number. */
function provenance(context: PageContext, event: WaitingEvent, host: string): string {
  const { strings } = context;
  if (isOffline(event)) return host ? fill(strings.waitOfflineHost, host) : strings.waitOffline;
  switch (event.told) {
    case 'request':
      return `${strings.blockedByRequest} · ${delayOrigin(context, event)}`;
    case 'window':
      return `${strings.blockedByWindow} · ${delayOrigin(context, event)}`;
    case 'turn':
    case undefined:
      return delayOrigin(context, event);
  }
}

/** Ends with the network, not with the time: nobody has asked for it, and it is charged to nothing. */
function isOffline({ reason }: WaitingEvent): boolean {
  return reason === 'offline';
}

function delayOrigin({ strings, format }: PageContext, event: WaitingEvent): string {
  const attempt = String(event.attempt);
  const attempts = String(event.maxAttempts);
  if (event.estimated) return `${strings.waitForOtherRequest} · ${fill(strings.waitAttempt, attempt, attempts)}`;
  switch (event.source) {
    case 'server': {
      const hintMs = event.hintMs ?? event.delayMs;
      const marginMs = event.delayMs - hintMs;
      const asked = fill(strings.waitServer, format.duration(hintMs));
      const margin = marginMs >= toldMarginMs ? ` · ${fill(strings.waitMargin, format.duration(marginMs))}` : '';
      return `${asked}${margin} · ${fill(strings.waitAttempt, attempt, attempts)}`;
    }
    case 'backoff':
      return fill(strings.waitBackoff, format.duration(event.delayMs), attempt, attempts);
  }
}

/** A ring that empties with the time; the number beside it says the same. */
interface CountdownRing {
  readonly element: SVGSVGElement;
  /** @param share of the time that is left, from 0 to 1 */
  show(share: number): void;
}

function createCountdownRing(): CountdownRing {
  const circle = { cx: 12, cy: 12, r: 10, pathLength: 1 };
  const left = svg('circle', { class: 'ring-left', ...circle });
  const element = svg(
    'svg',
    { class: 'ring', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('circle', { class: 'ring-whole', ...circle }),
    left,
  );
  return {
    element,
    // The theme's style sheet moves it smoothly, where motion is wanted.
    show: (share) => (left.style.strokeDashoffset = String(1 - share)),
  };
}
