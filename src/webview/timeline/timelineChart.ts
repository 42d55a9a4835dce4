import { describePart } from '../../shared/describeLedger';
import { fill } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { svg } from '../util/element';
import type { AttemptSpan, TurnSpans, WaitSpan } from './timelineSpans';

// Vertical sizes are in pixels. Horizontal sizes are fractions of the chart's width, because scaling the whole chart
// would stretch its text.
const numberHeight = 14;
const laneHeight = 14;
const throughputGap = 5;
const throughputHeight = 22;
const axisHeight = 16;

/** Minimum distance between the numbers above two attempts, as a fraction of the width. Closer numbers are left out. */
const minNumberGap = 0.05;

let chartCount = 0;

/** Converts a time to a fraction of the chart's width. */
type ToFraction = (ms: number) => number;

/** The list below the chart contains the same information as text. */
export function createTimelineChart(context: PageContext, spans: TurnSpans, label: string): SVGSVGElement {
  const { total, segments, parts, throughput } = spans;
  const fraction: ToFraction = (ms) => (total > 0 ? ms / total : 0);
  const hatch = `timeline-hatch-${++chartCount}`;
  const attempts = parts.filter((part) => part.kind === 'attempt');
  const numbers = attempts.length > 1 ? attemptNumbers(attempts, fraction) : [];
  const top = numbers.length > 0 ? numberHeight : 1;
  const throughputTop = top + laneHeight + throughputGap;
  const axisTop = throughput.length > 0 ? throughputTop + throughputHeight : throughputTop;
  const bars = parts.map((part) => {
    const shapes = part.kind === 'wait' ? [waitBar(part, fraction, top, hatch)] : attemptBars(part, fraction, top);
    return svg('g', {}, svg('title', {}, describePart(context, part)[0]), ...shapes);
  });
  return svg(
    'svg',
    { class: 'timeline-picture', role: 'img', 'aria-label': label, width: '100%', height: axisTop + axisHeight },
    svg('defs', {}, hatchPattern(hatch)),
    ...numbers,
    ...bars,
    ...(throughput.length > 0 ? [throughputArea(context, spans, throughputTop)] : []),
    ...segments.slice(1).map(({ from }) => segmentLine(context, percent(fraction(from)), top - 3, axisTop)),
    ...timeAxis(context, total, fraction, axisTop),
  );
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 10_000) / 100}%`;
}

function waitBar({ from, to }: WaitSpan, fraction: ToFraction, y: number, hatch: string): Element {
  const position = { x: percent(fraction(from)), width: percent(fraction(to - from)), y, height: laneHeight };
  return svg('rect', { class: 'picture-wait', fill: `url(#${hatch})`, ...position });
}

/** Thin until the headers arrive, medium until the first token, then full height, so that colors are not needed. */
function attemptBars(span: AttemptSpan, fraction: ToFraction, y: number): readonly Element[] {
  const { from, to, headers = to, firstToken = to } = span;
  const bar = (start: number, end: number, height: number, name: string): Element[] => {
    const position = { x: percent(fraction(start)), width: percent(fraction(end - start)) };
    return end <= start ? [] : [svg('rect', { class: name, ...position, y: y + (laneHeight - height) / 2, height })];
  };
  const connected = Math.min(headers, firstToken);
  return [
    // An invisible bar of full height makes a thin bar as easy to point at as a thick one.
    ...bar(from, to, laneHeight, 'picture-hit-area'),
    ...bar(from, connected, 2, 'picture-connecting'),
    ...bar(connected, firstToken, 6, 'picture-first-token'),
    ...bar(firstToken, to, laneHeight, 'picture-streaming'),
    ...endMark(span, percent(fraction(to)), y + laneHeight / 2),
  ];
}

/** Creates the mark at the end of an attempt's bar: a cross if the attempt failed, a square if it was stopped. */
function endMark({ entry }: AttemptSpan, x: string, y: number): readonly Element[] {
  const outcome = entry.ended?.how;
  if (outcome === undefined || outcome === 'finished') return [];
  const mark =
    outcome === 'stopped' || outcome === 'abandoned'
      ? svg('rect', { class: 'picture-stopped', x: -3.5, y: -3.5, width: 7, height: 7 })
      : svg('path', { class: 'picture-fault', d: 'M-4-4L4 4M4-4L-4 4' });
  return [svg('svg', { x, y, class: 'picture-mark' }, mark)];
}

function attemptNumbers(attempts: readonly AttemptSpan[], fraction: ToFraction): readonly Element[] {
  let last = -Infinity;
  return attempts.flatMap(({ from, number }) => {
    if (fraction(from) - last < minNumberGap) return [];
    last = fraction(from);
    return [svg('text', { x: percent(last), y: numberHeight - 4 }, String(number))];
  });
}

function throughputArea({ strings, format }: PageContext, { throughput, total }: TurnSpans, y: number): Element {
  const maxChars = Math.max(...throughput.map(({ chars }) => chars));
  const height = throughputHeight;
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
function segmentLine({ strings }: PageContext, x: string, y1: number, y2: number): Element {
  const line = svg('line', { class: 'picture-resume-point', x1: x, x2: x, y1, y2 });
  return svg('g', {}, svg('title', {}, strings.pictureContinuedByUser), line);
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
