import {
  isTerminal,
  type AttemptReason,
  type DelaySource,
  type EndedEvent,
  type FaultKind,
  type RecordedEvent,
  type ResumedEvent,
  type ResumeMethod,
  type WaitingEvent,
  type WaitOrigin,
} from '../events';

/** The wait that came before an attempt. */
export interface LedgerWait {
  /** Its beginning, in the monotonic milliseconds of the events. */
  readonly at: number;
  /** How long it lasted; absent while it does. */
  readonly waitedMs?: number | undefined;
  readonly source: DelaySource;
  /** Fault kind. */
  readonly reason: FaultKind;
  /** As planned when it was last told; what became of the plan says `waitedMs`. */
  readonly delayMs: number;
  /** `delayMs` is an estimate: another request went first. */
  readonly estimated?: true | undefined;
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
  /** Its beginning, in the monotonic milliseconds of the events. */
  readonly at: number;
  /** Epoch milliseconds. */
  readonly time: number;
  /** Waits between the attempt before and this one. */
  readonly waits: readonly LedgerWait[];
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly headersMs?: number | undefined;
  /** It has gone on with a partial answer. */
  readonly resumed?: Pick<ResumedEvent, 'seam' | 'trimmed'> | undefined;
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
export function enter(ledger: Ledger, event: RecordedEvent): Ledger {
  switch (event.type) {
    case 'attempt': {
      const { attempt, model, why, how, at, time } = event;
      const entry = { attempt, model, why, how, at, time, waits: endWait(ledger.waits, at) };
      return { entries: [...ledger.entries, entry], waits: [] };
    }
    case 'waiting':
      return { ...ledger, waits: startWait(ledger.waits, event) };
    case 'headers': {
      const { status, requestId, ms: headersMs } = event;
      return amend(ledger, { status, requestId, headersMs });
    }
    case 'resumed': {
      const { how, seam, trimmed } = event;
      return how === 'restart' ? ledger : amend(ledger, { resumed: { seam, trimmed } });
    }
    case 'ended': {
      const { how, row, ms, firstTokenMs, bytes, chars, tokens } = event;
      return amend(ledger, { ended: { how, row, ms, firstTokenMs, bytes, chars, tokens } });
    }
    default:
      return isTerminal(event) && ledger.waits.length > 0
        ? { ...ledger, waits: endWait(ledger.waits, event.at) }
        : ledger;
  }
}

/** Milliseconds that a turn has spent in waits which are over. */
export function waitedMs({ entries, waits }: Ledger): number {
  const all = [...entries.flatMap((entry) => entry.waits), ...waits];
  return all.reduce((sum, wait) => sum + (wait.waitedMs ?? 0), 0);
}

function startWait(waits: readonly LedgerWait[], event: WaitingEvent): readonly LedgerWait[] {
  const { at, source, reason, delayMs, estimated, jitterMs, hintMs, hintFrom, told } = event;
  const wait = { at, source, reason, delayMs, ...(estimated && { estimated }), jitterMs, hintMs, hintFrom, told };
  const last = waits.at(-1);
  // Keeps the planned time of a wait: it says more than the estimate that follows when that time is up.
  if (estimated && last?.reason === reason && last.told === told) return waits;
  // A wait before a gate and a wait for the network are announced again when their time changes, but have one entry.
  const goesOn = last && last.reason === reason && last.told === told && (told !== 'turn' || reason === 'offline');
  return goesOn ? [...waits.slice(0, -1), { ...wait, at: last.at }] : [...endWait(waits, at), wait];
}

function endWait(waits: readonly LedgerWait[], at: number): readonly LedgerWait[] {
  const last = waits.at(-1);
  return last ? [...waits.slice(0, -1), { ...last, waitedMs: Math.max(0, at - last.at) }] : waits;
}

function amend(ledger: Ledger, more: Partial<LedgerEntry>): Ledger {
  const last = ledger.entries.at(-1);
  return last ? { ...ledger, entries: [...ledger.entries.slice(0, -1), { ...last, ...more }] } : ledger;
}
