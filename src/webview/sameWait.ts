import type { WaitingEvent } from '../protocol';

/** Identifies a wait. Its times and their source may change while it lasts, so they are not included. */
export function waitParts(event: WaitingEvent): readonly unknown[] {
  const { reason, told, attempt, maxAttempts, message, status, requestId, actions } = event;
  return [reason, told, attempt, maxAttempts, message, status, requestId, actions.join()];
}

export function isSameWait(one: WaitingEvent, other: WaitingEvent): boolean {
  const parts = waitParts(other);
  return waitParts(one).every((part, index) => part === parts[index]);
}
