import {
  isTerminal,
  type AttemptEvent,
  type EndedEvent,
  type HeadersEvent,
  type RecordedEvent,
  type ResumedEvent,
  type WaitingEvent,
} from '../events/events';

/** A wait before an attempt, as last announced. It began at `at`. */
export interface LedgerWait extends WaitingEvent {
  /** Duration of the wait, in milliseconds; absent until the wait has ended. */
  readonly waitedMs?: number | undefined;
}

/** An attempt of a turn, without any text of the prompt or the answer. */
export interface LedgerEntry extends AttemptEvent {
  /** Waits between the previous attempt and this one. */
  readonly waits: readonly LedgerWait[];
  readonly headers?: HeadersEvent | undefined;
  readonly resumed?: ResumedEvent | undefined;
  readonly ended?: EndedEvent | undefined;
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
  /** The context window that the gateway named when it refused a prompt, in tokens. */
  readonly contextTokens?: number | undefined;
}

export const emptyLedger: Ledger = { entries: [], waits: [] };

/** Returns the ledger with the event added, or the same object if the ledger records no event of this type. */
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
      return amendLastEntry(ledger, { ended: event });
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

/** The start of an attempt, and else of the current wait, is known on both clocks. */
interface ClockSource {
  readonly ledger: Ledger;
  readonly wait?: WaitingEvent;
}

/** From the clock of the current segment. Undefined before the first event. */
export function toEpoch({ ledger, wait }: ClockSource, at: number): number | undefined {
  // Converts relative to the last attempt that began before this time, because its start is recorded on both clocks. An
  // earlier attempt would be less accurate, because the monotonic clock may stop while the computer sleeps.
  const entry = ledger.entries.findLast((candidate) => candidate.at <= at) ?? ledger.entries[0];
  if (entry) return entry.time + (at - entry.at);
  return wait && wait.until - wait.delayMs + (at - wait.at);
}

/** To the clock of the current segment. Undefined before the first event. */
export function toMonotonic({ ledger, wait }: ClockSource, epoch: number): number | undefined {
  const entry = ledger.entries.at(-1);
  if (entry) return entry.at + (epoch - entry.time);
  return wait && wait.at + (epoch - (wait.until - wait.delayMs));
}

function startWait(waits: readonly LedgerWait[], wait: WaitingEvent): readonly LedgerWait[] {
  const { at, reason, told } = wait;
  const last = waits.at(-1);
  const isSame = last?.reason === reason && last.told === told;
  // Keeps the originally planned duration, because it is more useful than the estimate that is announced once the
  // planned time has passed.
  if (isSame && wait.estimated) return waits;
  // A wait at a gate or for the network is announced again when its time changes, but stays a single entry of the
  // ledger.
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
