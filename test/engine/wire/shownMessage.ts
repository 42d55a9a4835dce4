import type { StreamEvent } from '../../../src/engine/events';
import { faultTable, type FaultRow, type RowId } from '../../../src/engine/faults/faultTable';

/** The message that the user sees in a turn. */
export interface ShownMessage {
  /** The message without the port of the test, shortened. Empty if the turn has no message. */
  readonly text: string;
  /** Whether the message belongs to the fault that the case tests. */
  readonly isOfRow: boolean;
}

/** Returns the message of the fault if an event has it, and the last message of the turn otherwise. */
export function shownMessageOf(row: RowId, events: readonly StreamEvent[]): ShownMessage {
  const { message, messageWithTime }: FaultRow = faultTable[row];
  const patterns = [message, messageWithTime ?? ''].filter((template) => template !== '').map(patternOf);
  const messages = events.flatMap((event) => ('message' in event ? [event.message] : []));
  const messageOfRow = messages.find((text) => patterns.some((pattern) => pattern.test(text)));
  const text = messageOfRow ?? messages.at(-1) ?? '';
  return {
    text: text.replaceAll(/127\.0\.0\.1:\d+/g, 'gateway.test').replace(/(.{100}\S*).+/s, '$1 …'),
    isOfRow: messageOfRow !== undefined,
  };
}

/** Returns whether the fault has a message. */
export function hasMessage(row: RowId): boolean {
  return faultTable[row].message !== '';
}

function patternOf(template: string): RegExp {
  const parts = template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`, 's');
}
