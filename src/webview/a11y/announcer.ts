import { type RecordedEvent, type TurnState, isSameWait, routeOf } from '../../shared/protocol';
import type { Announcer, PageContext } from '../pageContext';
import { continuedModelsText, routeSwitchText, stoppedText } from '../turn/turnNotes';
import { retryTemplate } from '../turn/waitCard';
import { element } from '../util/element';
import { fill } from '../util/format';

/** Creates the live region whose announcements screen readers read. */
export function createAnnouncer(): Announcer {
  // The region has no role, because the wait card must be the only element with `role="status"`.
  const region = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  return {
    element: region,
    announce: (text) => {
      // Replaces the node, so that screen readers also read a text that equals the previous one.
      region.replaceChildren(element('p', {}, text));
    },
    retract: (text) => {
      if (region.textContent === text) region.replaceChildren();
    },
  };
}

/**
 * Returns the announcement for an event, or undefined if the event is not announced. The start of a turn, its waits,
 * its resumes (with both models, if another model continues the answer), its route switches and its end are announced.
 * @param before the state before the event, which shows whether a wait or the reason of a broken stream was already
 * announced
 * @param state the state after the event
 */
export function announcementFor(
  { strings, format }: Pick<PageContext, 'strings' | 'format'>,
  event: RecordedEvent,
  { before, state }: { readonly before: TurnState; readonly state: TurnState },
): string | undefined {
  switch (event.type) {
    case 'attempt':
      return joinDefined([
        routeAnnouncement(strings, before, event),
        event.attempt === 1 ? strings.announceStarted : resumeAnnouncement(strings, before, event),
      ]);
    case 'waiting':
      if (before.wait && isSameWait(before.wait, event)) return undefined;
      return event.reason === 'offline'
        ? `${event.message} ${strings.waitOffline}`
        : `${event.message} ${fill(retryTemplate(strings, event), format.duration(event.delayMs))}`;
    case 'resumed': {
      const resumePoint = state.resumePoints.at(-1);
      return resumePoint?.models ? continuedModelsText({ strings, format }, resumePoint) : strings.announceResumed;
    }
    case 'done':
      return strings.announceDone;
    case 'stopped':
      return stoppedText(strings, state);
    // A failure is not announced here, because screen readers read the failure card, which is an alert.
    default:
      return undefined;
  }
}

function joinDefined(texts: readonly (string | undefined)[]): string | undefined {
  return texts.filter((text) => text !== undefined).join(' ') || undefined;
}

/**
 * Returns the announcement that an attempt uses another route than the previous attempt, and why. The switch is
 * announced together with the attempt, because the announcement of the attempt would replace an earlier one.
 */
function routeAnnouncement(
  strings: PageContext['strings'],
  { routeSwitches, ledger }: TurnState,
  attempt: Extract<RecordedEvent, { readonly type: 'attempt' }>,
): string | undefined {
  const last = routeSwitches.at(-1);
  const route = routeOf(attempt);
  const previous = ledger.entries.at(-1);
  const isNew = last?.to === route && (!previous || routeOf(previous) !== route);
  return last && isNew ? routeSwitchText(strings, last) : undefined;
}

/**
 * Returns the announcement that an answer is resumed after its stream broke. Undefined if the announcement of a wait
 * has already said why the stream broke, or if this is a further attempt to resume after the same break.
 */
function resumeAnnouncement(
  strings: PageContext['strings'],
  { phase, cutMessage }: TurnState,
  { how }: Extract<RecordedEvent, { readonly type: 'attempt' }>,
): string | undefined {
  if (phase !== 'streaming' || cutMessage === undefined) return undefined;
  switch (how) {
    case 'prefill':
    case 'continue':
      return `${cutMessage} ${strings.resuming}`;
    case 'restart':
      return `${cutMessage} ${strings.restarting}`;
    case undefined:
      return `${cutMessage} ${strings.announceStarted}`;
  }
}
