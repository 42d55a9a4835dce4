import {
  announceCutPrompt,
  describeContinuation,
  describeCountdown,
  describeOutcome,
  describeResuming,
  describeGatewaySwitch,
  describeWait,
  isBriefWait,
  joinSentences,
  type Words,
} from '../../shared/describe';
import { type RecordedEvent, type TurnState, isSameWait } from '../../shared/protocol';
import type { Announcer } from '../pageContext';
import { element } from '../util/element';

/**
 * Maximum number of announcements in the live region: one for each column of a comparison, and one for everything else.
 */
const maxAnnouncements = 5;

export function createAnnouncer(): Announcer {
  // The live region has no role, because the wait card must be the only element with `role="status"`.
  const region = element('div.visually-hidden', { 'aria-live': 'polite' });
  return {
    element: region,
    announce: (text, source) => {
      // Creates a new element for each announcement, so that screen readers also read a text that equals the previous
      // one.
      const announcement = element('p', text);
      if (source === undefined) {
        region.replaceChildren(announcement);
        return;
      }
      announcement.dataset['source'] = source;
      for (const old of region.querySelectorAll<HTMLElement>('[data-source]'))
        if (old.dataset['source'] === source) old.remove();
      while (region.childElementCount >= maxAnnouncements) region.firstElementChild?.remove();
      region.append(announcement);
    },
  };
}

/**
 * Returns the announcement for an event of a turn, or undefined if the event is not announced. A failure is not
 * announced, because screen readers already read the failure card (`role="alert"`).
 * @param before state of the turn before the event
 * @param state state of the turn after the event
 */
export function announcementFor(
  words: Words,
  event: RecordedEvent,
  before: TurnState,
  state: TurnState,
): string | undefined {
  const { strings } = words;
  switch (event.type) {
    case 'attempt':
      return (
        joinSentences(strings, [announceCutPrompt(words, state), ...attemptAnnouncements(words, before, event)]) ||
        undefined
      );
    case 'waiting':
      // A brief wait is not announced. If the stream has just broken, the reason is announced at the start of the wait,
      // because the announcement of the next attempt leaves the reason out.
      if (isBriefWait(event)) return before.phase === 'streaming' ? before.cutMessage : undefined;
      return before.wait && isSameWait(before.wait, event) && !isBriefWait(before.wait)
        ? undefined
        : describeWait(words, event, describeCountdown(words, event, event.delayMs));
    case 'resumed': {
      const resumePoint = state.resumePoints.at(-1);
      return resumePoint?.models ? describeContinuation(words, resumePoint) : strings.announceResumed;
    }
    case 'done':
      return strings.announceDone;
    case 'stopped':
      return describeOutcome(strings, state);
    default:
      return undefined;
  }
}

/**
 * Returns the parts of the announcement for a new attempt: a switch to another gateway, the reason why the stream
 * broke, and what the attempt requests. The caller joins the parts, because a second announcement would replace the
 * first. After a wait, only the gateway switch is announced, because the start of the wait was announced with its
 * reason.
 */
function attemptAnnouncements(
  { strings }: Words,
  { phase, cutMessage, gatewaySwitches, ledger }: TurnState,
  event: Extract<RecordedEvent, { readonly type: 'attempt' }>,
): readonly (string | undefined)[] {
  const lastSwitch = gatewaySwitches.at(-1);
  const previous = ledger.entries.at(-1);
  const isNewGateway = lastSwitch?.to.id === event.gateway.id && previous?.gateway.id !== event.gateway.id;
  const gateway = lastSwitch && isNewGateway ? describeGatewaySwitch(strings, lastSwitch) : undefined;
  if (event.attempt === 1) return [gateway, strings.announceStarted];
  if (phase !== 'streaming' || cutMessage === undefined) return [gateway];
  const request =
    event.how === undefined ? strings.announceStarted : describeResuming(strings, event.how === 'restart');
  return [gateway, cutMessage, request];
}
