import { waitedMs } from './ledger';
import type { TurnSegment, TurnState } from './turnState';
import { sumUsage } from './usage';

/** Returns the segments of a turn, oldest first. The current segment is the last. */
export function segmentsOf(state: TurnState): readonly TurnSegment[] {
  return [...state.previousSegments, state];
}

/** Returns the segments that become the previous segments when the user continues the turn. */
export function segmentsSoFar(state: TurnState): readonly TurnSegment[] {
  if (state.startedAt === undefined) return state.previousSegments;
  const { phase, ledger, attempts, usage, startedAt, firstTokenAt, lastTokenAt, endedAt, throughput, silences } = state;
  const times = { startedAt, firstTokenAt, lastTokenAt, endedAt, throughput, silences };
  return [...state.previousSegments, { phase, ledger, attempts, usage, ...times }];
}

/**
 * Returns the monotonic time of the segment's end. If the segment has no recorded end, returns the time of its last
 * recorded activity.
 */
export function lastActivityAt(segment: TurnSegment): number {
  const { startedAt = 0, lastTokenAt = startedAt, endedAt, ledger } = segment;
  if (endedAt !== undefined) return endedAt;
  const { entries, waits } = ledger;
  const ends = entries.map(({ at, headers, end }) => at + ((end ?? headers)?.ms ?? 0));
  return Math.max(startedAt, lastTokenAt, ...ends, ...waits.map(({ at }) => at));
}

/** Returns the totals of a turn over all of its segments. */
export function totalsOf(state: TurnState) {
  const segments = segmentsOf(state);
  const usages = segments.flatMap((segment) => segment.usage ?? []);
  const durations = segments.map((segment) => {
    return segment.startedAt === undefined ? 0 : Math.max(0, lastActivityAt(segment) - segment.startedAt);
  });
  return {
    attempts: sum(segments.map(({ attempts }) => attempts)),
    /** Total duration of the waits that have ended, in milliseconds. */
    waitedMs: sum(segments.map(({ ledger }) => waitedMs(ledger))),
    /** Duration of the turn without the time between its segments, in milliseconds. */
    ms: sum(durations),
    /**
     * Time to the first token of the turn, in milliseconds, measured from the start of the attempt that received this
     * token.
     */
    firstTokenMs: segments.flatMap(firstTokenMsOf)[0],
    usage: usages.length === 0 ? undefined : sumUsage(usages),
  };
}

/**
 * Returns a list with the time to the first token of a segment, or an empty list if the segment has no token. The value
 * that the attempt has measured is preferred, because the turn's events are recorded slightly later.
 */
function firstTokenMsOf({ firstTokenAt = -Infinity, ledger }: TurnSegment): readonly number[] {
  const attempt = ledger.entries.findLast(({ at }) => at <= firstTokenAt);
  return attempt ? [attempt.end?.firstTokenMs ?? firstTokenAt - attempt.at] : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
