import type { Usage, WaitingEvent } from './events';
import type { Ledger } from './ledger';
import type { Pace } from './pace';
import type { TurnPhase, TurnState } from './turnState';

/**
 * What the network did from one start of a turn to its end. Times are the monotonic milliseconds of the process that
 * ran it: those of two runs can't be compared.
 */
export interface TurnRun {
  readonly phase: TurnPhase;
  readonly ledger: Ledger;
  readonly attempts: number;
  readonly usage?: Usage | undefined;
  /** Its first event, which may be a wait. */
  readonly startedAt?: number | undefined;
  readonly firstTokenAt?: number | undefined;
  readonly lastTokenAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly pace: Pace;
}

/** All runs of an answer, oldest first; the last one is the present. */
export function runsOf(state: TurnState): readonly TurnRun[] {
  return [...state.earlier, state];
}

/** The runs that an answer which is gone on with by hand has behind it. */
export function runsSoFar(state: TurnState): readonly TurnRun[] {
  if (state.startedAt === undefined) return state.earlier;
  const { phase, ledger, attempts, usage, startedAt, firstTokenAt, lastTokenAt, endedAt, pace } = state;
  const run = { phase, ledger, attempts, usage, startedAt, firstTokenAt, lastTokenAt, endedAt, pace };
  return [...state.earlier, run];
}

/** Epoch milliseconds of a monotonic time of the present run; undefined while nothing tells. */
export function epochOf(
  { ledger, wait }: { readonly ledger: Ledger; readonly wait?: WaitingEvent },
  at: number,
): number | undefined {
  // The nearest one: the monotonic clock may stand still while the machine sleeps.
  const entry = ledger.entries.findLast((each) => each.at <= at) ?? ledger.entries[0];
  if (entry) return entry.time + (at - entry.at);
  return wait && wait.until - wait.delayMs + (at - wait.at);
}

/** The monotonic time of the present run at `epoch`; undefined while nothing tells. */
export function monotonicOf(
  { ledger, wait }: { readonly ledger: Ledger; readonly wait?: WaitingEvent },
  epoch: number,
): number | undefined {
  const entry = ledger.entries.at(-1);
  if (entry) return entry.at + (epoch - entry.time);
  return wait && wait.at + (epoch - (wait.until - wait.delayMs));
}

/** When it ended; of one that runs, or was interrupted, the last that is known of it. */
export function lastKnownAt(run: TurnRun): number {
  const { startedAt = 0, lastTokenAt = startedAt, endedAt, ledger } = run;
  if (endedAt !== undefined) return endedAt;
  const { entries, waits } = ledger;
  const ends = entries.map(({ at, headersMs = 0, ended }) => at + (ended?.ms ?? headersMs));
  return Math.max(startedAt, lastTokenAt, ...ends, ...waits.map(({ at, waitedMs = 0 }) => at + waitedMs));
}
