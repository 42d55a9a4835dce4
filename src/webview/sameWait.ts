import type { WaitingEvent } from '../protocol';

/** All that makes a wait another one; in a line, and offline, the same wait is told again with another time. */
export function waitParts(event: WaitingEvent): readonly unknown[] {
  const { reason, told, source, attempt, maxAttempts, message, status, requestId, actions } = event;
  return [reason, told, source, attempt, maxAttempts, message, status, requestId, actions.join()];
}

export function isSameWait(one: WaitingEvent, other: WaitingEvent): boolean {
  const parts = waitParts(other);
  return waitParts(one).every((part, index) => part === parts[index]);
}
