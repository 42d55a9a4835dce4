import {
  lastKnownAt,
  throughputSeconds,
  runsOf,
  type LedgerEntry,
  type LedgerWait,
  type TurnRun,
  type TurnState,
} from '../../shared/protocol';
import { worthSayingMs } from './timelineFacts';

/** Milliseconds on the axis of a turn: its runs one after the other, without the time between them. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface WaitSpan extends Stretch {
  readonly kind: 'wait';
  readonly wait: LedgerWait;
}

export interface AttemptSpan extends Stretch {
  readonly kind: 'attempt';
  readonly entry: LedgerEntry;
  /** Counted over all runs. */
  readonly number: number;
  /** Of an answer; absent: there were none, or they refused one. */
  readonly headers?: number | undefined;
  readonly firstToken?: number | undefined;
}

export interface PaceSpan extends Stretch {
  readonly chars: number;
}

export interface TurnSpans {
  readonly total: number;
  readonly runs: readonly Stretch[];
  readonly parts: readonly (WaitSpan | AttemptSpan)[];
  readonly pace: readonly PaceSpan[];
}

/** @param now monotonic, of the present run, while it runs */
export function spansOf(state: TurnState, now?: number): TurnSpans {
  const spans = { runs: [] as Stretch[], parts: [] as (WaitSpan | AttemptSpan)[], pace: [] as PaceSpan[] };
  let attempts = 0;
  let total = 0;
  for (const run of runsOf(state)) {
    if (run.startedAt === undefined) continue;
    const axis = axisOf(run, total, run === state ? now : undefined);
    spans.runs.push({ from: total, to: axis.end });
    spans.parts.push(...partsOf(run, axis, attempts));
    spans.pace.push(...paceOf(run, axis));
    attempts += run.attempts;
    total = axis.end;
  }
  return { ...spans, total };
}

/** Where the times of a run are on the axis of its turn. */
interface Axis {
  readonly start: number;
  readonly end: number;
  /** Of a monotonic time. */
  readonly place: (at: number) => number;
}

function axisOf(run: TurnRun, start: number, now: number | undefined): Axis {
  const { startedAt = 0 } = run;
  const end = start + Math.max(0, (now ?? lastKnownAt(run)) - startedAt);
  return { start, end, place: (at) => Math.min(end, Math.max(start, start + at - startedAt)) };
}

function partsOf(run: TurnRun, axis: Axis, attemptsBefore: number): readonly (WaitSpan | AttemptSpan)[] {
  const { entries, waits } = run.ledger;
  return [
    ...entries.flatMap((entry, index) => {
      const next = entries[index + 1];
      const until = next ? (next.waits[0]?.at ?? next.at) : (waits[0]?.at ?? Infinity);
      return [...waitSpans(entry.waits, axis), attemptSpan(run, entry, axis, until, attemptsBefore)];
    }),
    ...waitSpans(waits, axis),
  ];
}

function waitSpans(waits: readonly LedgerWait[], { place, end }: Axis): readonly WaitSpan[] {
  return (
    waits
      // One that is still open goes on, or was cut off with its window.
      .filter(({ waitedMs }) => waitedMs === undefined || waitedMs >= worthSayingMs)
      .map((wait) => {
        const to = wait.waitedMs === undefined ? end : place(wait.at + wait.waitedMs);
        return { kind: 'wait', wait, from: place(wait.at), to };
      })
  );
}

function attemptSpan(run: TurnRun, entry: LedgerEntry, axis: Axis, until: number, before: number): AttemptSpan {
  const { at, ended, status = 0 } = entry;
  const headersMs = status < 300 ? entry.headersMs : undefined;
  const from = axis.place(at);
  const to = axis.place(ended ? at + ended.ms : until);
  const within = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.min(to, axis.place(at + ms));
  const firstToken = within(ended ? ended.firstTokenMs : firstTokenSoFar(run, entry));
  const number = before + entry.attempt;
  return { kind: 'attempt', entry, number, from, to, headers: within(headersMs), firstToken };
}

/** Of an attempt that goes on; where the turn had its first word before, the headers stand for it. */
function firstTokenSoFar({ firstTokenAt, lastTokenAt = -Infinity }: TurnRun, entry: LedgerEntry): number | undefined {
  if (firstTokenAt === undefined || lastTokenAt < entry.at) return undefined;
  return firstTokenAt >= entry.at ? firstTokenAt - entry.at : (entry.headersMs ?? 0);
}

function paceOf({ throughput }: TurnRun, { start, end }: Axis): readonly PaceSpan[] {
  return throughputSeconds(throughput).map(({ second, chars }) => {
    const from = Math.min(end, start + second * 1000);
    return { from, to: Math.min(end, from + 1000), chars };
  });
}
