import type { AttemptReason, DelaySource, EndedEvent, ResumeMethod, StreamEvent, WaitOrigin } from './events';

/** The wait that came before an attempt. */
export interface LedgerWait {
  readonly source: DelaySource;
  /** Fault kind. */
  readonly reason: string;
  readonly delayMs: number;
  readonly jitterMs?: number | undefined;
  readonly hintMs?: number | undefined;
  readonly hintFrom?: string | undefined;
  readonly told?: WaitOrigin | undefined;
}

/** One attempt of a turn, with nothing in it of what was asked or answered. */
export interface LedgerEntry {
  readonly attempt: number;
  readonly model: string;
  readonly why: AttemptReason;
  readonly how?: ResumeMethod | undefined;
  /** Epoch milliseconds. */
  readonly time: number;
  /** Waits between the attempt before and this one. */
  readonly waits: readonly LedgerWait[];
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly headersMs?: number | undefined;
  readonly ended?: Omit<EndedEvent, 'type' | 'attempt' | 'at'> | undefined;
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Waits since the last attempt. */
  readonly waits: readonly LedgerWait[];
}

/** A turn as the diagnostics tell it. */
export interface TurnRecord {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly host: string;
  /** `running`, `done`, `stopped`, or the kind of the failure. */
  readonly outcome: string;
  readonly attempts: readonly LedgerEntry[];
}

export const emptyLedger: Ledger = { entries: [], waits: [] };

/** What the ledger makes of an event; the same object for one that is none of its business, such as every token. */
export function enter(ledger: Ledger, event: StreamEvent): Ledger {
  switch (event.type) {
    case 'attempt': {
      const { attempt, model, why, how, time } = event;
      const entry = { attempt, model, why, how, time, waits: ledger.waits };
      return { entries: [...ledger.entries, entry], waits: [] };
    }
    case 'waiting': {
      const { source, reason, delayMs, jitterMs, hintMs, hintFrom, told } = event;
      const wait = { source, reason, delayMs, jitterMs, hintMs, hintFrom, told };
      const last = ledger.waits.at(-1);
      // In a line, and offline, a wait is told again and again: to the ledger it is one.
      const goesOn = last && last.reason === reason && last.told === told && (told !== 'turn' || reason === 'offline');
      return goesOn
        ? { ...ledger, waits: [...ledger.waits.slice(0, -1), { ...wait, delayMs: last.delayMs + delayMs }] }
        : { ...ledger, waits: [...ledger.waits, wait] };
    }
    case 'headers': {
      const { status, requestId, ms: headersMs } = event;
      return amend(ledger, { status, requestId, headersMs });
    }
    case 'ended': {
      const { how, row, ms, firstTokenMs, bytes, chars, tokens } = event;
      return amend(ledger, { ended: { how, row, ms, firstTokenMs, bytes, chars, tokens } });
    }
    default:
      return ledger;
  }
}

function amend(ledger: Ledger, more: Partial<LedgerEntry>): Ledger {
  const last = ledger.entries.at(-1);
  return last ? { ...ledger, entries: [...ledger.entries.slice(0, -1), { ...last, ...more }] } : ledger;
}
