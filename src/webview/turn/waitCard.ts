import type { TurnState, WaitingEvent } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { disclosure, element, setText, svg } from '../util/element';
import { fill, fillNodes } from '../util/format';
import { createActionButtons, type Card, createResponseDetails, hasRoutes, routeTextOf } from './cardParts';

/** Interval between updates of the countdown, in milliseconds. */
const tickMs = 250;

/**
 * Minimum margin, in milliseconds, that the card mentions. The margin is the time that is added to a retry-after. A
 * smaller margin is not visible in a countdown of whole seconds.
 */
const minShownMarginMs = 1000;

/**
 * Minimum length, in milliseconds, of a wait whose last seconds are announced. A shorter wait is announced only at its
 * start.
 */
const longWaitMs = 15_000;
/** Remaining time of a long wait, in milliseconds, at which its approaching end is announced. */
const lastSecondsMs = 5000;

interface WaitCardContext {
  /** Host name of the route. */
  readonly host: string;
  /** Returns the current wait of the turn, whose end may have changed, or undefined when the turn no longer waits. */
  readonly currentWait: () => WaitingEvent | undefined;
}

/** Creates the card that shows why a turn waits, for how long and who set the delay, with buttons such as *Stop*. */
export function createWaitCard(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  event: WaitingEvent,
  { host, currentWait }: WaitCardContext,
): Card {
  const { strings, clock, format } = context;
  const timer = element('span', { role: 'timer', 'aria-live': 'off', class: 'countdown' });
  const ring = createCountdownRing();
  const originLine = element('p', { class: 'provenance' });
  const timerLine = element('p', { class: 'card-timer' });
  const showTimerLine = createTemplateLine(timerLine, timer);
  const announceEnd = createEndAnnouncer(context);
  const tick = (): void => {
    const wait = currentWait() ?? event;
    const remainingMs = Math.max(0, wait.until - clock.now());
    setText(timer, format.countdown(remainingMs));
    showTimerLine(wait.estimated && remainingMs === 0 ? strings.retrySoon : retryTemplate(strings, wait));
    ring.show(wait.delayMs > 0 ? Math.min(1, remainingMs / wait.delayMs) : 0);
    announceEnd(wait, remainingMs);
  };
  const refresh = (): void => {
    setText(originLine, originText(context, state, currentWait() ?? event, host));
    tick();
  };
  refresh();

  const firstActions = ['retryNow', 'sendLater', 'stop', 'continueWithFallback', 'switchModel'] as const;
  const offered = (action: (typeof firstActions)[number]): boolean => {
    if (action === 'continueWithFallback') return event.fallbackModel !== undefined;
    return action !== 'sendLater' || isOffline(event);
  };
  const actions = [
    ...firstActions.filter(offered),
    ...event.actions.filter((action) => action !== 'details' && !firstActions.some((first) => first === action)),
  ];
  const buttons = createActionButtons(context, exchangeId, actions, event);
  const responseDetails = createResponseDetails(context, event, true);
  const card = element(
    'section',
    // Turns the live region of the card off, because screen readers would read the card again after every change of the
    // countdown. The announcer announces the wait once.
    { role: 'status', 'aria-live': 'off', class: 'card wait-card' },
    ring.element,
    element(
      'div',
      { class: 'card-head' },
      element('p', { class: 'card-message' }, event.message),
      timerLine,
      originLine,
    ),
    ...(responseDetails.length === 0 ? [] : [disclosure(strings.details, 'card-details', ...responseDetails)]),
    buttons,
  );
  return { element: card, dispose: clock.every(tickMs, tick), refresh };
}

/** Returns the template of the line that shows when the next attempt starts. `{0}` stands for the time. */
export function retryTemplate(strings: PageContext['strings'], wait: WaitingEvent): string {
  if (isOffline(wait)) return strings.checkIn;
  return wait.estimated ? strings.retryInAbout : strings.retryIn;
}

/**
 * Returns a function that renders a template into a line, with `node` in place of `{0}`. The line changes only when the
 * template changes.
 */
function createTemplateLine(line: HTMLElement, node: Node): (template: string) => void {
  let currentTemplate: string | undefined;
  return (template) => {
    if (template === currentTemplate) return;
    currentTemplate = template;
    line.replaceChildren(...fillNodes(template, node));
  };
}

/**
 * Returns a function to call at each update of the countdown. The function announces to screen readers, once, that the
 * last seconds of a long wait have begun.
 */
function createEndAnnouncer({
  strings,
  format,
  announcer,
}: PageContext): (wait: WaitingEvent, remainingMs: number) => void {
  let wasFarFromEnd = false;
  let hasAnnounced = false;
  return (wait, remainingMs) => {
    if (remainingMs > lastSecondsMs) wasFarFromEnd = true;
    else if (wasFarFromEnd && !hasAnnounced && remainingMs > 0 && wait.delayMs >= longWaitMs && !isOffline(wait)) {
      hasAnnounced = true;
      announcer.announce(fill(strings.retryIn, format.countdown(remainingMs)));
    }
  };
}

/**
 * Returns a text that states where the delay comes from, whether another request or another window caused the wait, and
 * which route the wait is about.
 */
function originText(context: PageContext, state: TurnState, event: WaitingEvent, host: string): string {
  const { strings } = context;
  if (isOffline(event)) {
    // Names no host if there are several routes, because the turn continues over the first one that can be reached.
    return host && !hasRoutes(state, event) ? fill(strings.waitOfflineHost, host) : strings.waitOffline;
  }
  const route = routeTextOf(context, state, event, host);
  return [...causeTexts(context, event), delayText(context, event), ...(route === undefined ? [] : [route])].join(
    ' · ',
  );
}

function causeTexts({ strings }: PageContext, { told }: WaitingEvent): readonly string[] {
  switch (told) {
    case 'request':
      return [strings.blockedByRequest];
    case 'window':
      return [strings.blockedByWindow];
    case 'turn':
    case undefined:
      return [];
  }
}

/** Returns whether the wait ends when the network is back, not at a fixed time. */
function isOffline({ reason }: WaitingEvent): boolean {
  return reason === 'offline';
}

function delayText({ strings, format }: PageContext, event: WaitingEvent): string {
  const attempt = String(event.attempt);
  const attempts = String(event.maxAttempts);
  if (event.estimated) return `${strings.waitForOtherRequest} · ${fill(strings.waitAttempt, attempt, attempts)}`;
  switch (event.source) {
    case 'server': {
      const retryAfterMs = event.hintMs ?? event.delayMs;
      const marginMs = event.delayMs - retryAfterMs;
      const retryAfter = fill(strings.waitServer, format.duration(retryAfterMs));
      const margin = marginMs >= minShownMarginMs ? ` · ${fill(strings.waitMargin, format.duration(marginMs))}` : '';
      return `${retryAfter}${margin} · ${fill(strings.waitAttempt, attempt, attempts)}`;
    }
    case 'backoff':
      return fill(strings.waitBackoff, format.duration(event.delayMs), attempt, attempts);
  }
}

/** A ring that empties as the wait passes. The ring is hidden from screen readers, because it repeats the countdown. */
interface CountdownRing {
  readonly element: SVGSVGElement;
  /** Draws the remaining fraction of the wait: a full ring for 1, an empty ring for 0. */
  show(fraction: number): void;
}

function createCountdownRing(): CountdownRing {
  const circle = { cx: 12, cy: 12, r: 10, pathLength: 1 };
  const remaining = svg('circle', { class: 'ring-remaining', ...circle });
  const element = svg(
    'svg',
    { class: 'ring', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('circle', { class: 'ring-track', ...circle }),
    remaining,
  );
  return {
    element,
    // The style sheet animates the emptying of the ring unless the user prefers reduced motion.
    show: (fraction) => (remaining.style.strokeDashoffset = String(1 - fraction)),
  };
}
