import type { StreamEvent, TurnState, WaitingEvent } from '../protocol';
import type { PanelContext } from './panelContext';
import { stoppedText } from './outcomeLine';
import { isSameWait } from './sameWait';
import { fill } from './strings';

/**
 * What a screen reader says of an event: that it starts, that it waits, how it ended. A failure card is an alert.
 * @param wait the one that was going on before the event: a wait that only goes on is said once
 * @param state what the event has made of the turn
 */
export function spokenFor(
  { strings, format }: Pick<PanelContext, 'strings' | 'format'>,
  event: StreamEvent,
  { wait, state }: { readonly wait: WaitingEvent | undefined; readonly state: TurnState },
): string | undefined {
  switch (event.type) {
    case 'attempt':
      return event.attempt === 1 ? strings.announceStarted : undefined;
    case 'waiting':
      if (wait && isSameWait(wait, event)) return undefined;
      return event.reason === 'offline'
        ? `${event.message} ${strings.waitOffline}`
        : `${event.message} ${fill(strings.retryIn, format.duration(event.delayMs))}`;
    case 'done':
      return strings.announceDone;
    case 'stopped':
      return stoppedText(strings, state);
    case 'failed':
    case 'headers':
    case 'text':
    case 'reasoning':
    case 'quiet':
    case 'tool-call':
    case 'ended':
    case 'cut':
    case 'resumed':
    case 'replaced':
    case 'model':
    case 'usage':
      return undefined;
  }
}
