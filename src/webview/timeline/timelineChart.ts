import type { PageContext } from '../pageContext';
import { svg } from '../util/element';
import { fill } from '../util/format';
import { attemptDetails, waitTitle } from './timelineDetails';
import type { AttemptSpan, ThroughputSpan, TurnSpans, WaitSpan } from './timelineSpans';

// Vertical sizes are in pixels. Horizontal sizes are fractions of the chart's width, because scaling the whole chart
// would stretch its text.
const lane = { top: 14, height: 14 } as const;
const throughputLane = { gap: 5, height: 22 } as const;
const axisHeight = 16;

/**
 * Minimum distance between the numbers above two attempts, as a fraction of the chart's width. Numbers that would be
 * closer to the previous one are left out.
 */
const minNumberGap = 0.05;

let chartCount = 0;

/**
 * Creates the timeline chart: attempts, waits and throughput on a time axis. The list below the chart contains the same
 * information as text.
 */
export function createTimelineChart(context: PageContext, spans: TurnSpans, label: string): SVGSVGElement {
  const { total, segments, parts, throughput } = spans;
  const fraction = (ms: number): number => (total > 0 ? ms / total : 0);
  const hatch = `timeline-hatch-${++chartCount}`;
  const attempts = parts.filter((part) => part.kind === 'attempt');
  const numbered = attempts.length > 1;
  const top = numbered ? lane.top : 1;
  const throughputTop = top + lane.height + throughputLane.gap;
  const axisTop = throughput.length > 0 ? throughputTop + throughputLane.height : throughputTop;
  const bars = parts.map((part) =>
    part.kind === 'wait' ? waitBar(context, part, fraction, top, hatch) : attemptBar(context, part, fraction, top),
  );
  const chart = svg(
    'svg',
    { class: 'timeline-picture', role: 'img', 'aria-label': label, width: '100%', height: axisTop + axisHeight },
    svg('defs', {}, hatchPattern(hatch)),
    ...(numbered ? attemptNumbers(attempts, fraction) : []),
    ...bars,
    ...(throughput.length > 0 ? [throughputArea(context, throughput, total, throughputTop)] : []),
    ...segments.slice(1).map(({ from }) => segmentLine(context, fraction(from), [top - 3, axisTop])),
    ...timeAxis(context, total, fraction, axisTop),
  );
  return chart;
}

type ToFraction = (ms: number) => number;

function percent(fraction: number): string {
  return `${Math.round(fraction * 10_000) / 100}%`;
}

function waitBar(
  context: PageContext,
  { from, to, wait }: WaitSpan,
  fraction: ToFraction,
  y: number,
  hatch: string,
): Element {
  const position = { x: percent(fraction(from)), width: percent(fraction(to - from)), y, height: lane.height };
  return svg(
    'g',
    {},
    svg('title', {}, waitTitle(context, wait)),
    svg('rect', { class: 'picture-wait', fill: `url(#${hatch})`, ...position }),
  );
}

/**
 * Creates the bar of an attempt. The bar is thin until the headers arrive, medium until the first token, and then full
 * height, so that the phases can be distinguished without colors.
 */
function attemptBar(context: PageContext, span: AttemptSpan, fraction: ToFraction, y: number): Element {
  const { from, to, headers = to, firstToken = to, number, entry } = span;
  const bar = (start: number, end: number, height: number, name: string): Element[] => {
    const position = { x: percent(fraction(start)), width: percent(fraction(end - start)) };
    return end <= start ? [] : [svg('rect', { class: name, ...position, y: y + (lane.height - height) / 2, height })];
  };
  const details = attemptDetails(context, span).map(({ text }) => text);
  const title = fill(context.strings.timelineAttempt, String(number), entry.model);
  return svg(
    'g',
    {},
    svg('title', {}, [title, ...details].join(' · ')),
    // An invisible bar of full height makes a thin bar as easy to point at as a thick one.
    ...bar(from, to, lane.height, 'picture-hit-area'),
    ...bar(from, Math.min(headers, firstToken), 2, 'picture-connecting'),
    ...bar(Math.min(headers, firstToken), firstToken, 6, 'picture-first-token'),
    ...bar(firstToken, to, lane.height, 'picture-streaming'),
    ...endMark(span, fraction(to), y + lane.height / 2),
  );
}

/** Creates the mark at the end of an attempt's bar: a cross if the attempt failed, a square if it was stopped. */
function endMark({ entry }: AttemptSpan, fraction: number, y: number): readonly Element[] {
  const outcome = entry.ended?.how;
  if (outcome === undefined || outcome === 'finished') return [];
  const mark =
    outcome === 'stopped' || outcome === 'abandoned'
      ? svg('rect', { class: 'picture-stopped', x: -3.5, y: -3.5, width: 7, height: 7 })
      : svg('path', { class: 'picture-fault', d: 'M-4-4L4 4M4-4L-4 4' });
  return [svg('svg', { x: percent(fraction), y, class: 'picture-mark' }, mark)];
}

function attemptNumbers(attempts: readonly AttemptSpan[], fraction: ToFraction): readonly Element[] {
  let lastFraction = -Infinity;
  return attempts.flatMap(({ from, number }) => {
    if (fraction(from) - lastFraction < minNumberGap) return [];
    lastFraction = fraction(from);
    return [svg('text', { x: percent(lastFraction), y: lane.top - 4 }, String(number))];
  });
}

function throughputArea(
  { strings, format }: PageContext,
  throughput: readonly ThroughputSpan[],
  total: number,
  y: number,
): Element {
  const maxChars = Math.max(...throughput.map(({ chars }) => chars));
  const { height } = throughputLane;
  const steps = throughput.map(({ from, to, chars }) => {
    const level = height * (1 - chars / maxChars);
    return `M${from} ${height}V${level}H${to}V${height}Z`;
  });
  return svg(
    'svg',
    { x: 0, y, width: '100%', height, viewBox: `0 0 ${Math.max(1, total)} ${height}`, preserveAspectRatio: 'none' },
    svg('title', {}, fill(strings.pictureThroughput, format.number(maxChars))),
    svg('path', { class: 'picture-throughput', d: steps.join('') }),
  );
}

/** Creates the line between two segments. The line marks that the user continued the answer later. */
function segmentLine({ strings }: PageContext, fraction: number, [y1, y2]: readonly [number, number]): Element {
  const x = percent(fraction);
  return svg(
    'g',
    {},
    svg('title', {}, strings.pictureContinuedByUser),
    svg('line', { class: 'picture-resume-point', x1: x, x2: x, y1, y2 }),
  );
}

function timeAxis({ format }: PageContext, total: number, fraction: ToFraction, y: number): readonly Element[] {
  const ticks = axisTicks(total).flatMap((ms) => {
    const x = percent(fraction(ms));
    return [
      svg('line', { class: 'picture-axis', x1: x, x2: x, y1: y, y2: y + 4 }),
      svg('text', { x, y: y + 14, 'text-anchor': textAnchor(fraction(ms)) }, format.duration(ms)),
    ];
  });
  return [svg('line', { class: 'picture-axis', x1: 0, x2: '100%', y1: y, y2: y }), ...ticks];
}

/** Returns the SVG `text-anchor` that keeps a label within the chart. */
function textAnchor(fraction: number): 'start' | 'middle' | 'end' {
  if (fraction < 0.06) return 'start';
  return fraction > 0.94 ? 'end' : 'middle';
}

function hatchPattern(id: string): Element {
  return svg(
    'pattern',
    { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
    svg('path', { class: 'picture-hatch', d: 'M-1 1L1-1M0 6L6 0M5 7L7 5' }),
  );
}

/** Possible distances between two ticks of the time axis, in seconds. */
const stepSeconds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Maximum number of steps between ticks on the time axis. With more ticks, labels would overlap in a narrow panel. */
const maxSteps = 5;

/** Returns the ticks of a time axis: round times from 0 to `totalMs`, in milliseconds. */
export function axisTicks(totalMs: number): readonly number[] {
  const hours = Math.ceil(totalMs / 3_600_000 / maxSteps) * 3600;
  const step = 1000 * (stepSeconds.find((second) => totalMs / (second * 1000) <= maxSteps) ?? hours);
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => index * step);
}
