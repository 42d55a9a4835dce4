import type { StreamEvent } from '../protocol';
import type { PanelContext } from './panelContext';
import { fill } from './strings';

/** What a screen reader says of an event: that it starts, that it waits, how it ended. A failure card is an alert. */
export function spokenFor(
  { strings, format }: Pick<PanelContext, 'strings' | 'format'>,
  event: StreamEvent,
): string | undefined {
  switch (event.type) {
    case 'attempt':
      return event.why === 'first' ? strings.announceStarted : undefined;
    case 'waiting':
      return `${event.message} ${fill(strings.retryIn, format.duration(event.delayMs))}`;
    case 'done':
      return strings.announceDone;
    case 'stopped':
      return strings.stopped;
    case 'failed':
    case 'headers':
    case 'text':
    case 'reasoning':
    case 'quiet':
    case 'cut':
    case 'resumed':
    case 'replaced':
    case 'model':
    case 'usage':
      return undefined;
  }
}
