import type { WaitingEvent } from '../../core/events';

/** Returns whether the line written for `wait` also describes `event`. */
export function isTold(wait: WaitingEvent, event: WaitingEvent): boolean {
  const isSame = wait.attempt === event.attempt && wait.reason === event.reason && wait.told === event.told;
  if (!isSame || event.reason === 'offline' || event.estimated) return isSame;
  return !wait.estimated && Math.abs(event.until - wait.until) < 1000;
}
