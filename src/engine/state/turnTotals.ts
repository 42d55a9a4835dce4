import type { Usage } from '../events';
import { waitedMs, type LedgerEntry } from './ledger';
import type { TurnSegment, TurnState } from './turnState';
import { sumUsage } from './usage';

/** The totals of a turn over all of its segments. */
export interface TurnTotals {
  readonly attempts: number;
  /** Time spent in waits, including the current one, in milliseconds. */
  readonly waitedMs: number;
  /** Duration of the turn without the time between its segments, in milliseconds. */
  readonly ms: number;
  /** Time from the start of the attempt that received the first token of the turn to that token, in milliseconds. */
  readonly firstTokenMs?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Average throughput while the answer was streaming. */
  readonly speed?: TurnSpeed | undefined;
}

interface TurnSpeed {
  readonly unit: 'tokens' | 'characters';
  readonly perSecond: number;
}

/**
 * Minimum duration of a stream for which a speed is computed, in milliseconds. In a shorter stream, the answer arrived
 * all at once, so its speed means nothing.
 */
export const minStreamMs = 250;

/** Oldest first, the current one last. */
export function segmentsOf(state: TurnState): readonly TurnSegment[] {
  return [...state.previousSegments, state];
}

/** For a turn that the user is about to continue. */
export function segmentsSoFar(state: TurnState): readonly TurnSegment[] {
  if (state.startedAt === undefined) return state.previousSegments;
  const { phase, ledger, attempts, usage, startedAt, firstTokenAt, lastTokenAt, endedAt, throughput, silences } = state;
  const times = { startedAt, firstTokenAt, lastTokenAt, endedAt, throughput, silences };
  return [...state.previousSegments, { phase, ledger, attempts, usage, ...times }];
}

/** For a segment without an end, the time of its last recorded activity. */
export function lastActivityAt(segment: TurnSegment): number {
  const { startedAt = 0, lastTokenAt = startedAt, endedAt, ledger } = segment;
  if (endedAt !== undefined) return endedAt;
  const { entries, waits } = ledger;
  const ends = entries.map(({ at, headersMs = 0, ended }) => at + (ended?.ms ?? headersMs));
  return Math.max(startedAt, lastTokenAt, ...ends, ...waits.map(({ at }) => at));
}

/** Returns the totals of a turn. @param now current monotonic time, if the turn is running */
export function totalsOf(state: TurnState, now?: number): TurnTotals {
  const segments = segmentsOf(state);
  const entries = segments.flatMap(({ ledger }) => ledger.entries);
  const usages = segments.flatMap((segment) => segment.usage ?? []);
  const usage = usages.length === 0 ? undefined : sumUsage(usages);
  const currentWait = state.ledger.waits.find((wait) => wait.waitedMs === undefined);
  const durations = segments.map((segment) => {
    const end = segment === state ? (now ?? lastActivityAt(segment)) : lastActivityAt(segment);
    return segment.startedAt === undefined ? 0 : Math.max(0, end - segment.startedAt);
  });
  return {
    attempts: sum(segments.map(({ attempts }) => attempts)),
    waitedMs:
      sum(segments.map(({ ledger }) => waitedMs(ledger))) +
      (currentWait && now !== undefined ? Math.max(0, now - currentWait.at) : 0),
    ms: sum(durations),
    firstTokenMs: firstTokenMsOf(segments),
    usage,
    speed: speedOf(entries, usage),
  };
}

function firstTokenMsOf(segments: readonly TurnSegment[]): number | undefined {
  for (const { firstTokenAt, ledger } of segments) {
    if (firstTokenAt === undefined) continue;
    const attempt = ledger.entries.findLast(({ at }) => at <= firstTokenAt);
    return attempt && firstTokenAt - attempt.at;
  }
  return undefined;
}

function speedOf(entries: readonly LedgerEntry[], usage: Usage | undefined): TurnSpeed | undefined {
  const ended = entries.flatMap((entry) => entry.ended ?? []);
  // Gateways report tokens only at the end of a complete answer, so the speed of an answer whose stream broke is
  // measured in characters.
  const counted = ended.filter(({ tokens }) => tokens !== undefined);
  const tokens = usage?.completionTokens ?? 0;
  return counted.length > 0 && tokens > 0
    ? speed('tokens', tokens, counted)
    : speed('characters', sum(ended.map(({ chars }) => chars)), ended);
}

function speed(
  unit: TurnSpeed['unit'],
  amount: number,
  attempts: readonly NonNullable<LedgerEntry['ended']>[],
): TurnSpeed | undefined {
  const ms = sum(
    attempts.map(({ ms: totalMs, firstTokenMs }) => (firstTokenMs === undefined ? 0 : totalMs - firstTokenMs)),
  );
  return ms < minStreamMs || amount === 0 ? undefined : { unit, perSecond: (amount * 1000) / ms };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
