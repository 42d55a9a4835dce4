import { minDisplayedMs } from '../../shared/describe';
import {
  lastActivityAt,
  segmentsOf,
  silencesUntil,
  throughputSeconds,
  type LedgerEntry,
  type LedgerWait,
  type TurnSegment,
  type TurnState,
} from '../../shared/protocol';

/**
 * Range on the time axis of a turn, in milliseconds. The turn consists of one segment, and of a further segment for
 * each time that the user continued the answer. The axis leaves out the pauses between the segments.
 */
interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface WaitSpan extends TimeRange {
  readonly kind: 'wait';
  readonly wait: LedgerWait;
}

export interface AttemptSpan extends TimeRange {
  readonly kind: 'attempt';
  readonly entry: LedgerEntry;
  /** Attempt before this attempt in the same segment of the turn. */
  readonly previous: LedgerEntry | undefined;
  /** Number of the attempt, counted from 1 over all segments of the turn. */
  readonly number: number;
  /** Name of the attempt's gateway. Undefined if all attempts of the turn use the same gateway. */
  readonly gateway: string | undefined;
  /** Model whose partial answer the attempt continued. Undefined unless the attempt used a different model. */
  readonly continuedModel: string | undefined;
  /** Message of the provider about the fault of the attempt. */
  readonly detail: string | undefined;
  readonly firstToken: number | undefined;
  /** Periods without data after the first token, in chronological order. */
  readonly silences: readonly TimeRange[];
}

interface ThroughputSpan extends TimeRange {
  readonly chars: number;
}

export interface TurnSpans {
  /** Length of the time axis, in milliseconds. */
  readonly total: number;
  readonly segments: readonly TimeRange[];
  readonly parts: readonly (WaitSpan | AttemptSpan)[];
  readonly throughput: readonly ThroughputSpan[];
}

/**
 * Converts the state of a turn to spans on a time axis.
 * @param now current monotonic time in milliseconds, or undefined if the turn is not running
 */
export function createSpans(state: TurnState, now?: number): TurnSpans {
  const allEntries = segmentsOf(state).flatMap(({ ledger }) => ledger.entries);
  const gateways = new Set(allEntries.map(({ gateway }) => gateway.id)).size;
  const segments: TimeRange[] = [];
  const parts: (WaitSpan | AttemptSpan)[] = [];
  const throughput: ThroughputSpan[] = [];
  let attempts = 0;
  let total = 0;
  for (const segment of segmentsOf(state)) {
    if (segment.startedAt === undefined) continue;
    const axis = createAxis(segment, total, segment === state ? now : undefined);
    const { entries, waits } = segment.ledger;
    const isStreaming = segment === state && segment.phase === 'streaming' && now !== undefined;
    const silences = (isStreaming ? silencesUntil(segment, now) : segment.silences).map(({ from, to }) => ({
      from: axis.toAxis(from),
      to: axis.toAxis(to),
    }));
    entries.forEach((entry, index) => {
      const { waits: nextWaits, at = Infinity } = entries[index + 1] ?? { waits };
      parts.push(...waitSpans(entry.waits, axis), {
        kind: 'attempt',
        entry,
        previous: entries[index - 1],
        number: attempts + entry.attempt,
        gateway: gateways > 1 ? entry.gateway.label : undefined,
        continuedModel: continuedModel(entry, state),
        detail: nextWaits.find(({ told = 'turn' }) => told === 'turn')?.detail,
        ...attemptTimes(segment, entry, axis, nextWaits[0]?.at ?? at, silences),
      });
    });
    parts.push(...waitSpans(waits, axis));
    const firstToken = axis.toAxis(segment.firstTokenAt ?? 0);
    for (const { second, chars } of throughputSeconds(segment.throughput)) {
      const start = Math.min(axis.end, total + second * 1000);
      throughput.push({ from: Math.max(start, firstToken), to: Math.min(axis.end, start + 1000), chars });
    }
    segments.push({ from: total, to: axis.end });
    attempts += segment.attempts;
    total = axis.end;
  }
  return { segments, parts, throughput, total };
}

interface SegmentAxis {
  readonly end: number;
  /** Converts a monotonic time in the segment to a time on the axis. */
  readonly toAxis: (at: number) => number;
}

function createAxis(segment: TurnSegment, start: number, now: number | undefined): SegmentAxis {
  const { startedAt = 0 } = segment;
  const end = start + Math.max(0, (now ?? lastActivityAt(segment)) - startedAt);
  return { end, toAxis: (at) => Math.min(end, Math.max(start, start + at - startedAt)) };
}

function waitSpans(waits: readonly LedgerWait[], { toAxis, end }: SegmentAxis): readonly WaitSpan[] {
  return waits.flatMap((wait) => {
    const { at, waitedMs } = wait;
    // A wait without `waitedMs` is still in progress, or the VS Code window was closed during the wait. Such a wait is
    // always shown, because it might have been long.
    if (waitedMs !== undefined && waitedMs < minDisplayedMs) return [];
    return { kind: 'wait', wait, from: toAxis(at), to: waitedMs === undefined ? end : toAxis(at + waitedMs) };
  });
}

function continuedModel(
  { model, userModel = model, resumed }: LedgerEntry,
  { resumePoints }: TurnState,
): string | undefined {
  if (!resumed) return undefined;
  return resumePoints.find(({ offset, models }) => offset === resumed.resumePoint && models?.to === userModel)?.models
    ?.from;
}

function attemptTimes(
  segment: TurnSegment,
  entry: LedgerEntry,
  { toAxis }: SegmentAxis,
  until: number,
  silences: readonly TimeRange[],
) {
  const { at, end } = entry;
  const from = toAxis(at);
  const to = toAxis(end ? at + end.ms : until);
  const firstTokenMs = end ? end.firstTokenMs : firstTokenSoFar(segment, entry);
  return {
    from,
    to,
    firstToken: firstTokenMs === undefined ? undefined : Math.min(to, toAxis(at + firstTokenMs)),
    silences: silences.filter((silence) => silence.from >= from && silence.from < to),
  };
}

/**
 * Returns the time from the start of a running attempt to its first token, in milliseconds, or undefined if no token
 * has arrived. Only the first token of the turn has a timestamp. For later attempts, the arrival of the response
 * headers is used instead.
 */
function firstTokenSoFar(
  { firstTokenAt, lastTokenAt = -Infinity }: TurnSegment,
  { at, headers }: LedgerEntry,
): number | undefined {
  if (firstTokenAt === undefined || lastTokenAt < at) return undefined;
  return firstTokenAt >= at ? firstTokenAt - at : (headers?.ms ?? 0);
}
