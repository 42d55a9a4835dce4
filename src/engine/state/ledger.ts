import {
  isTerminal,
  type AttemptEvent,
  type EndedEvent,
  type HeadersEvent,
  type RecordedEvent,
  type ResumedEvent,
  type WaitingEvent,
} from '../events/events';

/**
 * A wait before an attempt. `at` is the start of the wait. All other fields come from the latest `waiting` event of the
 * wait.
 */
export interface LedgerWait extends WaitingEvent {
  /** Duration of the wait in milliseconds. Absent until the wait has ended. */
  readonly waitedMs?: number | undefined;
}

/** The ledger's record of an attempt. The record contains no text of the prompt or the answer. */
export interface LedgerEntry extends AttemptEvent {
  /** Waits between the previous attempt and this attempt. */
  readonly waits: readonly LedgerWait[];
  readonly headers?: HeadersEvent | undefined;
  readonly resumed?: ResumedEvent | undefined;
  readonly end?: EndedEvent | undefined;
}

/** The record of the attempts and waits of a turn. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** Waits since the start of the last attempt. */
  readonly waits: readonly LedgerWait[];
}

/** The record of a turn in the diagnostics report. */
export interface TurnRecord {
  /** Start of the turn in epoch milliseconds. */
  readonly time: number;
  readonly host: string;
  /** The outcome of the turn: `running`, `done`, `stopped`, or the fault kind of a failed turn. */
  readonly outcome: string;
  readonly attempts: readonly LedgerEntry[];
  /** Waits after the last attempt, for instance because the user stopped the turn during a wait. */
  readonly waits: readonly LedgerWait[];
  /** The context window that the gateway named when it refused the prompt, in tokens. */
  readonly contextTokens?: number | undefined;
}

export const emptyLedger: Ledger = { entries: [], waits: [] };

/**
 * Returns the ledger with the event added. If the ledger does not record events of this type, returns the same object.
 */
export function addToLedger(ledger: Ledger, event: RecordedEvent): Ledger {
  switch (event.type) {
    case 'attempt':
      return { entries: [...ledger.entries, { ...event, waits: endWait(ledger.waits, event.at) }], waits: [] };
    case 'waiting':
      return { ...ledger, waits: startWait(ledger.waits, event) };
    case 'headers':
      return amendLastEntry(ledger, { headers: event });
    case 'resumed':
      return event.how === 'restart' ? ledger : amendLastEntry(ledger, { resumed: event });
    case 'ended':
      return amendLastEntry(ledger, { end: event });
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

/**
 * Events whose time is known on both the monotonic clock and the wall clock, so that other times can be converted: the
 * starts of attempts or, before the first attempt, the start of the current wait.
 */
interface ClockSource {
  readonly ledger: Ledger;
  readonly wait?: WaitingEvent;
}

/**
 * Converts a monotonic time to epoch milliseconds. The time must be in the current segment (part) of a turn. Returns
 * undefined before the segment's first event.
 */
export function toEpoch({ ledger, wait }: ClockSource, at: number): number | undefined {
  // The conversion is based on the latest attempt that started before the given time. An earlier attempt would be less
  // accurate, because the monotonic clock might stop while the computer sleeps.
  const entry = ledger.entries.findLast((candidate) => candidate.at <= at) ?? ledger.entries[0];
  if (entry) return entry.time + (at - entry.at);
  return wait && wait.until - wait.delayMs + (at - wait.at);
}

/**
 * Converts epoch milliseconds to the monotonic time of the current segment (part) of a turn. Returns undefined before
 * the segment's first event.
 */
export function toMonotonic({ ledger, wait }: ClockSource, epoch: number): number | undefined {
  const entry = ledger.entries.at(-1);
  if (entry) return entry.at + (epoch - entry.time);
  return wait && wait.at + (epoch - (wait.until - wait.delayMs));
}

function startWait(waits: readonly LedgerWait[], wait: WaitingEvent): readonly LedgerWait[] {
  const { at, reason, told } = wait;
  const last = waits.at(-1);
  const isSame = last?.reason === reason && last.told === told;
  // A later estimate does not change the recorded wait, because the duration that was planned first is more useful to
  // the user.
  if (isSame && wait.estimated) return waits;
  // When the end of a wait for a gate or for the network changes, the turn emits another `waiting` event. The ledger
  // then updates the recorded wait and does not add a second wait.
  const continuesLast = isSame && (told !== 'turn' || reason === 'offline');
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
