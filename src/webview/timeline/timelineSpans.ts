import {
  lastActivityAt,
  routeName,
  routeOf,
  throughputSeconds,
  segmentsOf,
  type LedgerEntry,
  type LedgerWait,
  type Seam,
  type TurnSegment,
  type TurnState,
} from '../../shared/protocol';
import { minDisplayedMs, type TimelineAttempt } from './timelineDetails';

/**
 * A range on the time axis of a turn, in milliseconds. The axis joins the segments of the turn, without the time
 * between them.
 */
interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** A wait on the time axis. */
export interface WaitSpan extends TimeRange {
  readonly kind: 'wait';
  readonly wait: LedgerWait;
}

/** An attempt on the time axis. */
export interface AttemptSpan extends TimeRange, TimelineAttempt {
  readonly kind: 'attempt';
  /**
   * Time at which the headers of a successful response arrived. Undefined without headers, or if the status was an
   * error.
   */
  readonly headers?: number | undefined;
  /** Time at which the first token arrived. */
  readonly firstToken?: number | undefined;
}

/** A second of the time axis with the number of characters received in it. */
export interface ThroughputSpan extends TimeRange {
  readonly chars: number;
}

/** The data that the timeline chart of a turn shows. */
export interface TurnSpans {
  /** Length of the time axis, in milliseconds. */
  readonly total: number;
  readonly segments: readonly TimeRange[];
  readonly parts: readonly (WaitSpan | AttemptSpan)[];
  /** Number of routes that the attempts have used. */
  readonly routes: number;
  readonly throughput: readonly ThroughputSpan[];
}

/**
 * Places the attempts, waits and throughput of a turn on a time axis.
 * @param now the current monotonic time in milliseconds; undefined if the turn is not running
 */
export function createSpans(state: TurnState, now?: number): TurnSpans {
  const spans = {
    segments: [] as TimeRange[],
    parts: [] as (WaitSpan | AttemptSpan)[],
    throughput: [] as ThroughputSpan[],
  };
  const routes = new Set(
    segmentsOf(state).flatMap(({ ledger }) => ledger.entries.flatMap((entry) => routeOf(entry) ?? [])),
  ).size;
  let attempts = 0;
  let total = 0;
  for (const segment of segmentsOf(state)) {
    if (segment.startedAt === undefined) continue;
    const axis = createAxis(segment, total, segment === state ? now : undefined);
    spans.segments.push({ from: total, to: axis.end });
    spans.parts.push(...segmentParts(segment, axis, { attempts, namesHosts: routes > 1, seams: state.seams }));
    spans.throughput.push(...throughputSpans(segment, axis));
    attempts += segment.attempts;
    total = axis.end;
  }
  return { ...spans, routes, total };
}

/** The position of a segment on the time axis of its turn. */
interface SegmentAxis {
  readonly start: number;
  readonly end: number;
  /** Converts a monotonic time of the segment to a time on the axis. */
  readonly toAxis: (at: number) => number;
}

function createAxis(segment: TurnSegment, start: number, now: number | undefined): SegmentAxis {
  const { startedAt = 0 } = segment;
  const end = start + Math.max(0, (now ?? lastActivityAt(segment)) - startedAt);
  return { start, end, toAxis: (at) => Math.min(end, Math.max(start, start + at - startedAt)) };
}

interface SpanContext {
  /** Number of attempts in the previous segments. */
  readonly attempts: number;
  /** Whether the turn has used several routes, so that each attempt names its host. */
  readonly namesHosts: boolean;
  readonly seams: readonly Seam[];
}

function segmentParts(
  segment: TurnSegment,
  axis: SegmentAxis,
  { attempts, namesHosts, seams }: SpanContext,
): readonly (WaitSpan | AttemptSpan)[] {
  const { entries, waits } = segment.ledger;
  return [
    ...entries.flatMap((entry, index) => {
      const next = entries[index + 1];
      const until = next ? (next.waits[0]?.at ?? next.at) : (waits[0]?.at ?? Infinity);
      const route = routeOf(entry);
      const attempt = {
        entry,
        previous: entries[index - 1],
        number: attempts + entry.attempt,
        host: namesHosts && route !== undefined ? routeName(route) : undefined,
        continuedModel: continuedModel(entry, seams),
      };
      return [...waitSpans(entry.waits, axis), attemptSpan(segment, attempt, axis, until)];
    }),
    ...waitSpans(waits, axis),
  ];
}

function waitSpans(waits: readonly LedgerWait[], { toAxis, end }: SegmentAxis): readonly WaitSpan[] {
  return (
    waits
      // A wait without `waitedMs` still lasts, or its window was closed. Its duration is unknown, so it is always
      // shown.
      .filter(({ waitedMs }) => waitedMs === undefined || waitedMs >= minDisplayedMs)
      .map((wait) => {
        const to = wait.waitedMs === undefined ? end : toAxis(wait.at + wait.waitedMs);
        return { kind: 'wait', wait, from: toAxis(wait.at), to };
      })
  );
}

function continuedModel({ model, resumed }: LedgerEntry, seams: readonly Seam[]): string | undefined {
  const seam = resumed && seams.find(({ offset, models }) => offset === resumed.seam && models?.to === model);
  return seam?.models?.from;
}

function attemptSpan(segment: TurnSegment, attempt: TimelineAttempt, axis: SegmentAxis, until: number): AttemptSpan {
  const { entry } = attempt;
  const { at, ended, status = 0 } = entry;
  const headersMs = status < 300 ? entry.headersMs : undefined;
  const from = axis.toAxis(at);
  const to = axis.toAxis(ended ? at + ended.ms : until);
  const within = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.min(to, axis.toAxis(at + ms));
  const firstToken = within(ended ? ended.firstTokenMs : firstTokenSoFar(segment, entry));
  return { kind: 'attempt', ...attempt, from, to, headers: within(headersMs), firstToken };
}

/**
 * Returns the time from the start of a running attempt to its first token, in milliseconds, or undefined if it has no
 * token yet. Only the first token of the turn has a timestamp, so for a later attempt the time to its headers is
 * returned as an estimate.
 */
function firstTokenSoFar(
  { firstTokenAt, lastTokenAt = -Infinity }: TurnSegment,
  entry: LedgerEntry,
): number | undefined {
  if (firstTokenAt === undefined || lastTokenAt < entry.at) return undefined;
  return firstTokenAt >= entry.at ? firstTokenAt - entry.at : (entry.headersMs ?? 0);
}

function throughputSpans({ throughput }: TurnSegment, { start, end }: SegmentAxis): readonly ThroughputSpan[] {
  return throughputSeconds(throughput).map(({ second, chars }) => {
    const from = Math.min(end, start + second * 1000);
    return { from, to: Math.min(end, from + 1000), chars };
  });
}
