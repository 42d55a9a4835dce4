import type { EndedEvent } from '../../../src/engine/events/events';
import type { LedgerEntry, LedgerWait, TurnRecord } from '../../../src/engine/state/ledger';
import { recordOf, turnRecordsOf, type AttemptRecord } from '../../../src/host/health/attemptRecord';
import { refOf } from '../gatewayRef';

export const origin = 'https://gateway.test';

/** A time in the middle of a day and of an hour, in epoch milliseconds. */
export const noon = new Date(2026, 10, 20, 12, 30).getTime();

/** Returns the end of a complete attempt, unless `fields` say otherwise. */
export function ended(fields: Partial<EndedEvent> = {}): EndedEvent {
  const end = { type: 'ended', attempt: 1, at: 3000, how: 'finished', ms: 3000, bytes: 1, chars: 1 } as const;
  return { ...end, ...fields };
}

/** Returns an attempt that ended with a complete answer. */
export function entry(fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    type: 'attempt',
    attempt: 1,
    model: 'gpt-4o',
    gateway: refOf(origin),
    why: 'first',
    at: 0,
    time: noon,
    waits: [],
    end: ended({ firstTokenMs: 1000 }),
    ...fields,
  };
}

/** Returns an attempt that failed before the first token. */
export function failedEntry(fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return entry({ end: ended({ how: 'rate-limit', ms: 100, bytes: 10, chars: 0 }), ...fields });
}

export function turn(...entries: readonly LedgerEntry[]): TurnRecord {
  const attempts = entries.map((attempt, index) => ({ ...attempt, attempt: index + 1 }));
  return { time: attempts[0]?.time ?? noon, host: 'gateway.test', outcome: 'done', attempts, waits: [] };
}

/** Returns the records of a turn that has ended, in the order in which they are made. */
export function recordsOf(record: TurnRecord): readonly AttemptRecord[] {
  const isCorrected = (index: number): boolean => record.attempts[index + 1]?.why === 'repair';
  const attempts = record.attempts.map((attempt, index) => recordOf(attempt, isCorrected(index)));
  return [...attempts, ...turnRecordsOf(record)];
}

export function wait(waitedMs: number): LedgerWait {
  return {
    type: 'waiting',
    attempt: 2,
    at: 0,
    until: noon + waitedMs,
    delayMs: waitedMs,
    source: 'backoff',
    reason: 'rate-limit',
    maxAttempts: 6,
    message: '',
    actions: [],
    waitedMs,
  };
}
