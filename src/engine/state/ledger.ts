import {
  isTerminal,
  type AttemptTrigger,
  type DelaySource,
  type EndedEvent,
  type FaultKind,
  type RecordedEvent,
  type ResumedEvent,
  type ResumeMethod,
  type WaitingEvent,
  type WaitOrigin,
} from '../events';

/** A wait before an attempt. */
export interface LedgerWait {
  /** Monotonic time at which the wait began, in milliseconds. */
  readonly at: number;
  /** Duration of the wait, in milliseconds; absent until the wait has ended. */
  readonly waitedMs?: number | undefined;
  readonly source: DelaySource;
  /** Kind of the fault that caused the wait. */
  readonly reason: FaultKind;
  /** Planned duration of the wait, in milliseconds, as last announced. */
  readonly delayMs: number;
  /** Whether `delayMs` is an estimate, because the wait depends on the result of another request that is sent first. */
  readonly estimated?: true | undefined;
  readonly jitterMs?: number | undefined;
  readonly hintMs?: number | undefined;
  readonly hintFrom?: string | undefined;
  readonly told?: WaitOrigin | undefined;
}

/** An attempt of a turn, without any text of the prompt or the answer. */
export interface LedgerEntry {
  readonly attempt: number;
  readonly model: string;
  /** Origin of the route. Absent in journals that an older version wrote. */
  readonly origin?: string | undefined;
  /** Base URL of the route. Absent unless another route has the same host. */
  readonly baseUrl?: string | undefined;
  readonly why: AttemptTrigger;
  readonly how?: ResumeMethod | undefined;
  /** Monotonic time at which the attempt began, in milliseconds. */
  readonly at: number;
  /** Epoch milliseconds at which the attempt began. */
  readonly time: number;
  /** Waits between the previous attempt and this one. */
  readonly waits: readonly LedgerWait[];
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly headersMs?: number | undefined;
  /**
   * The seam at which the attempt continued a partial answer, and the length of the dropped overlap; absent if the
   * attempt continued no answer.
   */
  readonly resumed?: Pick<ResumedEvent, 'seam' | 'trimmed'> | undefined;
  readonly ended?: Omit<EndedEvent, 'type' | 'attempt' | 'at'> | undefined;
}

/** The record of the attempts and waits of a turn. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Waits since the start of the last attempt. */
  readonly waits: readonly LedgerWait[];
}

/** The record of a turn in the diagnostics. */
export interface TurnRecord {
  /** Epoch milliseconds at which the turn began. */
  readonly time: number;
  readonly host: string;
  /** The outcome of the turn: `running`, `done`, `stopped`, or the kind of the failure. */
  readonly outcome: string;
  readonly attempts: readonly LedgerEntry[];
  /** Waits after the last attempt, for instance because the user stopped the turn while it waited. */
  readonly waits: readonly LedgerWait[];
}

export const emptyLedger: Ledger = { entries: [], waits: [] };

/** Returns the ledger with the event added, or the same object if the ledger records no event of this type. */
export function addToLedger(ledger: Ledger, event: RecordedEvent): Ledger {
  switch (event.type) {
    case 'attempt': {
      const { attempt, model, origin, baseUrl, why, how, at, time } = event;
      const route = { origin, ...(baseUrl !== undefined && { baseUrl }) };
      const entry = { attempt, model, ...route, why, how, at, time, waits: endWait(ledger.waits, at) };
      return { entries: [...ledger.entries, entry], waits: [] };
    }
    case 'waiting':
      return { ...ledger, waits: startWait(ledger.waits, event) };
    case 'headers': {
      const { status, requestId, ms: headersMs } = event;
      return amendLastEntry(ledger, { status, requestId, headersMs });
    }
    case 'resumed': {
      const { how, seam, trimmed } = event;
      return how === 'restart' ? ledger : amendLastEntry(ledger, { resumed: { seam, trimmed } });
    }
    case 'ended': {
      const { how, row, ms, firstTokenMs, bytes, chars, tokens, promptTokens, completionTokens } = event;
      const { cachedTokens, reasoningTokens, cost } = event;
      const counts = { tokens, promptTokens, completionTokens, cachedTokens, reasoningTokens, cost };
      const ended = { how, row, ms, firstTokenMs, bytes, chars, ...counts };
      return amendLastEntry(ledger, { ended });
    }
    default:
      return isTerminal(event) && ledger.waits.length > 0
        ? { ...ledger, waits: endWait(ledger.waits, event.at) }
        : ledger;
  }
}

/** Returns the total duration of the waits that have ended, in milliseconds. */
export function waitedMs({ entries, waits }: Ledger): number {
  const allWaits = [...entries.flatMap((entry) => entry.waits), ...waits];
  return allWaits.reduce((sum, wait) => sum + (wait.waitedMs ?? 0), 0);
}

function startWait(waits: readonly LedgerWait[], event: WaitingEvent): readonly LedgerWait[] {
  const { at, source, reason, delayMs, estimated, jitterMs, hintMs, hintFrom, told } = event;
  const wait = { at, source, reason, delayMs, ...(estimated && { estimated }), jitterMs, hintMs, hintFrom, told };
  const last = waits.at(-1);
  // Keeps the originally planned duration, because it is more useful than the estimate that is announced once the
  // planned time has passed.
  if (estimated && last?.reason === reason && last.told === told) return waits;
  // A wait at a gate or for the network is announced again when its time changes, but stays a single entry of the
  // ledger.
  const continuesLast =
    last && last.reason === reason && last.told === told && (told !== 'turn' || reason === 'offline');
  return continuesLast ? [...waits.slice(0, -1), { ...wait, at: last.at }] : [...endWait(waits, at), wait];
}

function endWait(waits: readonly LedgerWait[], at: number): readonly LedgerWait[] {
  const last = waits.at(-1);
  return last ? [...waits.slice(0, -1), { ...last, waitedMs: Math.max(0, at - last.at) }] : waits;
}

function amendLastEntry(ledger: Ledger, changes: Partial<LedgerEntry>): Ledger {
  const last = ledger.entries.at(-1);
  return last ? { ...ledger, entries: [...ledger.entries.slice(0, -1), { ...last, ...changes }] } : ledger;
}
