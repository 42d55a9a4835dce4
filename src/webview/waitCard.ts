import type { WaitingEvent } from '../protocol';
import { actionButtons } from './actionButtons';
import { disclosure, element, setText } from './element';
import type { PanelContext } from './panelContext';
import { fill, fillNodes } from './strings';

/** A card of the conversation that is alive: it may own a timer. */
export interface Card {
  readonly element: HTMLElement;
  readonly dispose: () => void;
  /** Shows what has changed without another card. */
  readonly refresh?: () => void;
}

/** A few times a second: the number must never look stuck. */
const tickMs = 250;

/** A smaller margin does not show in a countdown of whole seconds. */
const toldMarginMs = 1000;

/**
 * What is being waited for, until when, and who said so; with the ways out.
 * @param current the same wait with its latest time; undefined: it is over
 */
export function createWaitCard(
  context: PanelContext,
  exchangeId: string,
  event: WaitingEvent,
  current: () => WaitingEvent | undefined,
): Card {
  const { strings, clock, format } = context;
  const timer = element('span', { role: 'timer', 'aria-live': 'off', class: 'countdown' });
  const bar = element('div', { class: 'wait-bar-left' });
  const origin = element('p', { class: 'provenance' });
  const tick = (): void => {
    const { until, delayMs } = current() ?? event;
    const left = Math.max(0, until - clock.now());
    setText(timer, format.countdown(left));
    const share = delayMs > 0 ? Math.min(1, left / delayMs) : 0;
    bar.style.transform = `scaleX(${share})`;
  };
  const refresh = (): void => {
    setText(origin, provenance(context, current() ?? event));
    tick();
  };
  refresh();

  const others = event.actions.filter(
    (action) => action !== 'retryNow' && action !== 'switchModel' && action !== 'details',
  );
  const buttons = actionButtons(context, exchangeId, ['retryNow', 'stop', 'switchModel', ...others]);
  const card = element(
    'section',
    // The announcer speaks for it, once; the card itself would be read again with every change.
    { role: 'status', 'aria-live': 'off', class: 'card wait-card' },
    element(
      'div',
      { class: 'card-head' },
      element('p', { class: 'card-message' }, event.message),
      element('p', { class: 'card-timer' }, ...fillNodes(isOffline(event) ? strings.checkIn : strings.retryIn, timer)),
    ),
    element('div', { class: 'wait-bar', 'aria-hidden': 'true' }, bar),
    origin,
    ...requestDetails(context, event),
    buttons,
  );
  return { element: card, dispose: clock.every(tickMs, tick), refresh };
}

/** Whom the delay was told, and where it came from: never a mystery number. */
function provenance(context: PanelContext, event: WaitingEvent): string {
  const { strings } = context;
  if (isOffline(event)) return strings.waitOffline;
  switch (event.told) {
    case 'request':
      return `${strings.toldRequest} · ${delayOrigin(context, event)}`;
    case 'window':
      return `${strings.toldWindow} · ${delayOrigin(context, event)}`;
    case 'turn':
    case undefined:
      return delayOrigin(context, event);
  }
}

/** Ends with the network, not with the time: nobody has asked for it, and it is charged to nothing. */
function isOffline({ reason }: WaitingEvent): boolean {
  return reason === 'offline';
}

function delayOrigin({ strings, format }: PanelContext, event: WaitingEvent): string {
  const attempt = String(event.attempt);
  const attempts = String(event.maxAttempts);
  switch (event.source) {
    case 'server': {
      const hintMs = event.hintMs ?? event.delayMs;
      const marginMs = event.delayMs - hintMs;
      const asked = fill(strings.waitServer, format.duration(hintMs));
      const margin = marginMs >= toldMarginMs ? `, ${fill(strings.waitMargin, format.duration(marginMs))}` : '';
      return `${asked}${margin} · ${fill(strings.waitAttempt, attempt, attempts)}`;
    }
    case 'backoff':
      return fill(strings.waitBackoff, format.duration(event.delayMs), attempt, attempts);
  }
}

function requestDetails({ strings }: PanelContext, event: WaitingEvent): HTMLElement[] {
  const lines: HTMLElement[] = [];
  if (event.status !== undefined) lines.push(element('p', {}, fill(strings.statusCode, String(event.status))));
  if (event.requestId) lines.push(element('p', {}, fill(strings.requestId, event.requestId)));
  return lines.length === 0 ? [] : [disclosure(strings.details, 'card-details', ...lines)];
}
