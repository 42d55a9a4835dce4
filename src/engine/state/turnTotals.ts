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
 * Returns the monotonic end time of a segment, or the time of its last activity if no end was recorded. Never earlier
 * than the end of an attempt in the segment.
 */
export function lastActivityAt(segment: TurnSegment): number {
  const { startedAt = 0, lastTokenAt = startedAt, endedAt = lastTokenAt, ledger } = segment;
  const { entries, waits } = ledger;
  const ends = entries.map(({ at, headers, end }) => at + ((end ?? headers)?.ms ?? 0));
  return Math.max(startedAt, endedAt, ...ends, ...waits.map(({ at }) => at));
}

/** Returns the totals of a turn over all of its segments (parts). */
export function totalsOf(state: TurnState) {
  const segments = segmentsOf(state);
  const usages = segments.flatMap((segment) => segment.usage ?? []);
  const durations = segments.map((segment) => {
    return segment.startedAt === undefined ? 0 : Math.max(0, lastActivityAt(segment) - segment.startedAt);
  });
  const [first] = segments.flatMap(firstTokenOf);
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
    firstTokenMs: first?.ms,
    /** Time to the first token, including the waits and retries before the attempt that received the token. */
    firstTokenAfterMs: first && first.attemptMs + first.ms,
    usage: usages.length === 0 ? undefined : sumUsage(usages),
  };
}

/**
 * Returns a list with the time to the first token of a segment (a part of a turn), and the time from the start of the
 * segment to the attempt that received the token. The list is empty if no token arrived. The time that the attempt
 * measured is preferred, because events are recorded slightly later.
 */
function firstTokenOf({ startedAt = 0, firstTokenAt = -Infinity, ledger }: TurnSegment) {
  const attempt = ledger.entries.findLast(({ at }) => at <= firstTokenAt);
  if (!attempt) return [];
  return [{ ms: attempt.end?.firstTokenMs ?? firstTokenAt - attempt.at, attemptMs: attempt.at - startedAt }];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
