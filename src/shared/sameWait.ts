import type { WaitingEvent } from './protocol';

/** Identifies a wait. Its times and their source may change while it lasts, so they are not included. */
export function waitParts(event: WaitingEvent): readonly unknown[] {
  const { reason, told, attempt, maxAttempts, message, status, requestId, actions } = event;
  return [reason, told, attempt, maxAttempts, message, status, requestId, actions.join()];
}

/** Returns whether both events announce the same wait, perhaps with another end. */
export function isSameWait(one: WaitingEvent, other: WaitingEvent): boolean {
  const parts = waitParts(other);
  return waitParts(one).every((part, index) => part === parts[index]);
}

/**
 * Returns whether a line of a chat about `one`, which can't be updated, also describes `other`: it is the same wait, and
 * the end that the line names still holds. A line about an estimate names no end, and neither does one about being offline.
 */
export function isDescribedBy(one: WaitingEvent, other: WaitingEvent): boolean {
  if (!isSameWait(one, other)) return false;
  if (other.reason === 'offline' || other.estimated) return true;
  return !one.estimated && Math.abs(other.until - one.until) < 1000;
}
