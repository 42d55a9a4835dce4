import { waitedMs } from './ledger';
import type { TurnSegment, TurnState } from './turnState';
import { sumUsage } from './usage';

/** Returns the segments (parts) of a turn, oldest first. The current segment is the last. */
export function segmentsOf(state: TurnState): readonly TurnSegment[] {
  return [...state.previousSegments, state];
}

/**
 * Returns all segments (parts) of a turn so far. They become the previous segments when the user continues the turn.
 */
export function segmentsSoFar(state: TurnState): readonly TurnSegment[] {
  if (state.startedAt === undefined) return state.previousSegments;
  const { phase, ledger, attempts, usage, startedAt, firstTokenAt, lastTokenAt, endedAt, throughput, silences } = state;
  const times = { startedAt, firstTokenAt, lastTokenAt, endedAt, throughput, silences };
  return [...state.previousSegments, { phase, ledger, attempts, usage, ...times }];
}

/**
 * Returns the monotonic time of the end of a segment (a part of a turn). If the end was not recorded, returns the time
 * of the last recorded activity.
 */
export function lastActivityAt(segment: TurnSegment): number {
  const { startedAt = 0, lastTokenAt = startedAt, endedAt, ledger } = segment;
  if (endedAt !== undefined) return endedAt;
  const { entries, waits } = ledger;
  const ends = entries.map(({ at, headers, end }) => at + ((end ?? headers)?.ms ?? 0));
  return Math.max(startedAt, lastTokenAt, ...ends, ...waits.map(({ at }) => at));
}

/** Returns the totals of a turn over all of its segments (parts). */
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
    /** Duration of the turn in milliseconds, without the time between its segments (parts). */
    ms: sum(durations),
    /**
     * Time to the first token of the turn, in milliseconds. The time is measured from the start of the attempt that
     * received the token.
     */
    firstTokenMs: segments.flatMap(firstTokenMsOf)[0],
    usage: usages.length === 0 ? undefined : sumUsage(usages),
  };
}

/**
 * Returns a list with the time to the first token of a segment (a part of a turn). The list is empty if no token
 * arrived. The time that the attempt measured is preferred, because events are recorded slightly later.
 */
function firstTokenMsOf({ firstTokenAt = -Infinity, ledger }: TurnSegment): readonly number[] {
  const attempt = ledger.entries.findLast(({ at }) => at <= firstTokenAt);
  return attempt ? [attempt.end?.firstTokenMs ?? firstTokenAt - attempt.at] : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
