import type { StreamEvent } from '../../../src/core/events';
import { faultTable, type FaultRow, type RowId } from '../../../src/core/faults/table';

/** The sentence of the row, filled in, as the first event that has it told it; without the port of the test. */
export function sentenceRead(row: RowId, events: readonly StreamEvent[]): string {
  const { message, timed }: FaultRow = faultTable[row];
  const patterns = [message, timed ?? ''].filter((sentence) => sentence !== '').map(patternOf);
  for (const event of events) {
    if (!('message' in event) || !patterns.some((pattern) => pattern.test(event.message))) continue;
    return event.message.replaceAll(/127\.0\.0\.1:\d+/g, 'gateway.test').replace(/(.{100}\S*).+/s, '$1 …');
  }
  return '';
}

/** Whether the row has words of its own. */
export function hasSentence(row: RowId): boolean {
  return faultTable[row].message !== '';
}

function patternOf(sentence: string): RegExp {
  const parts = sentence.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`, 's');
}
