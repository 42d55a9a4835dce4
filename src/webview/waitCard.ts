import type { WaitingEvent } from '../protocol';
import { actionButtons } from './actionButtons';
import { disclosure, element, setText } from './element';
import type { PanelContext } from './panelContext';
import { fill, fillNodes } from './strings';

/** A card of the conversation that is alive: it may own a timer. */
export interface Card {
  readonly element: HTMLElement;
  readonly dispose: () => void;
}

/** A few times a second: the number must never look stuck. */
const tickMs = 250;

/** A smaller margin does not show in a countdown of whole seconds. */
const toldMarginMs = 1000;

/** What is being waited for, until when, and who said so; with the ways out. */
export function createWaitCard(context: PanelContext, exchangeId: string, event: WaitingEvent): Card {
  const { strings, clock, format } = context;
  const timer = element('span', { role: 'timer', 'aria-live': 'off', class: 'countdown' });
  const bar = element('div', { class: 'wait-bar-left' });
  const tick = (): void => {
    const left = Math.max(0, event.until - clock.now());
    setText(timer, format.countdown(left));
    const share = event.delayMs > 0 ? Math.min(1, left / event.delayMs) : 0;
    bar.style.transform = `scaleX(${share})`;
  };
  tick();

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
      element('p', { class: 'card-timer' }, ...fillNodes(strings.retryIn, timer)),
    ),
    element('div', { class: 'wait-bar', 'aria-hidden': 'true' }, bar),
    element('p', { class: 'provenance' }, provenance(context, event)),
    ...requestDetails(context, event),
    buttons,
  );
  return { element: card, dispose: clock.every(tickMs, tick) };
}

/** Where the delay came from: never a mystery number. */
function provenance({ strings, format }: PanelContext, event: WaitingEvent): string {
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
