import type { StreamEvent } from '../../../src/engine/events';
import { faultTable, type FaultRow, type RowId } from '../../../src/engine/faults/faultTable';

export interface Reading {
  /** Without the port of the test, and not too long; empty where there was nothing to read. */
  readonly text: string;
  /** It is the sentence of the row itself. */
  readonly own: boolean;
}

/** What a user reads of a turn: the row's own sentence where an event has it, else the last one that was said. */
export function readingOf(row: RowId, events: readonly StreamEvent[]): Reading {
  const { message, messageWithTime }: FaultRow = faultTable[row];
  const patterns = [message, messageWithTime ?? ''].filter((sentence) => sentence !== '').map(patternOf);
  const said = events.flatMap((event) => ('message' in event ? [event.message] : []));
  const own = said.find((text) => patterns.some((pattern) => pattern.test(text)));
  const text = own ?? said.at(-1) ?? '';
  return {
    text: text.replaceAll(/127\.0\.0\.1:\d+/g, 'gateway.test').replace(/(.{100}\S*).+/s, '$1 …'),
    own: own !== undefined,
  };
}

/** Whether the row has words of its own. */
export function hasSentence(row: RowId): boolean {
  return faultTable[row].message !== '';
}

function patternOf(sentence: string): RegExp {
  const parts = sentence.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`, 's');
}
