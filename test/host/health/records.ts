import type { LedgerEntry, LedgerWait, TurnRecord } from '../../../src/engine/state/ledger';

export const origin = 'https://gateway.test';

/** A time in the middle of a day and of an hour, in epoch milliseconds. */
export const noon = new Date(2026, 10, 20, 12, 30).getTime();

/** Returns an attempt that ended with a complete answer. */
export function entry(fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    attempt: 1,
    model: 'gpt-4o',
    origin,
    why: 'first',
    at: 0,
    time: noon,
    waits: [],
    ended: { how: 'finished', ms: 3000, firstTokenMs: 1000, bytes: 100, chars: 40 },
    ...fields,
  };
}

/** Returns an attempt that failed before the first token. */
export function failedEntry(fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return entry({ ended: { how: 'rate-limit', ms: 100, bytes: 10, chars: 0 }, ...fields });
}

export function turn(...attempts: readonly LedgerEntry[]): TurnRecord {
  return { time: attempts[0]?.time ?? noon, host: 'gateway.test', outcome: 'done', attempts, waits: [] };
}

export function wait(waitedMs: number): LedgerWait {
  return { at: 0, waitedMs, source: 'backoff', reason: 'rate-limit', delayMs: waitedMs };
}
