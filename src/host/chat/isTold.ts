import type { WaitingEvent } from '../../core/events';

/** In a line, and offline, the same wait is told again with another time. */
export function isTold(wait: WaitingEvent, event: WaitingEvent): boolean {
  const same = wait.attempt === event.attempt && wait.reason === event.reason && wait.told === event.told;
  return same && (event.reason === 'offline' || Math.abs(event.until - wait.until) < 1000);
}
