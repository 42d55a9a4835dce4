import { type RecordedEvent, type TurnState, isSameWait } from '../../shared/protocol';
import type { Announcer, PageContext } from '../pageContext';
import { stoppedText } from '../turn/turnNotes';
import { retryTemplate } from '../turn/waitCard';
import { element } from '../util/element';
import { fill } from '../util/format';

export function createAnnouncer(): Announcer {
  // No role: `role="status"` belongs to the wait card alone.
  const region = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  return {
    element: region,
    announce: (text) => {
      // A new node each time, or the same words twice would be spoken once.
      region.replaceChildren(element('p', {}, text));
    },
  };
}

/**
 * What a screen reader says of an event: that it starts, that it waits, that it goes on, how it ended. A failure card
 * is an alert.
 * @param before the turn before the event: a wait that only goes on is said once, and so is why an answer broke off
 * @param state what the event has made of the turn
 */
export function announcementFor(
  { strings, format }: Pick<PageContext, 'strings' | 'format'>,
  event: RecordedEvent,
  { before, state }: { readonly before: TurnState; readonly state: TurnState },
): string | undefined {
  switch (event.type) {
    case 'attempt':
      if (event.attempt === 1) return strings.announceStarted;
      return resumeAnnouncement(strings, before, event);
    case 'waiting':
      if (before.wait && isSameWait(before.wait, event)) return undefined;
      return event.reason === 'offline'
        ? `${event.message} ${strings.waitOffline}`
        : `${event.message} ${fill(retryTemplate(strings, event), format.duration(event.delayMs))}`;
    case 'resumed':
      return strings.announceResumed;
    case 'done':
      return strings.announceDone;
    case 'stopped':
      return stoppedText(strings, state);
    // The failure card is an alert.
    default:
      return undefined;
  }
}

/**
 * Where a wait follows, it has said why already; of further attempts after the same cut there is nothing new to say.
 */
function resumeAnnouncement(
  strings: PageContext['strings'],
  { phase, cut }: TurnState,
  { how }: Extract<RecordedEvent, { readonly type: 'attempt' }>,
): string | undefined {
  if (phase !== 'streaming' || cut === undefined) return undefined;
  switch (how) {
    case 'prefill':
    case 'continue':
      return `${cut} ${strings.resuming}`;
    case 'restart':
      return `${cut} ${strings.restarting}`;
    case undefined:
      return `${cut} ${strings.announceStarted}`;
  }
}
