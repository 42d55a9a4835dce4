import { fillTemplate } from '../../shared/format';
import type { PageContext } from '../pageContext';
import { element, percent, svg, svgPatterns } from '../util/element';
import { formatAxisTime, titleOf } from './partTexts';
import type { AttemptSpan, TurnSpans, WaitSpan } from './timelineSpans';

// Vertical sizes of the chart are in pixels. Horizontal sizes are fractions of the chart's width, because scaling the
// whole chart would stretch its text.
const numberHeight = 14;
const laneHeight = 14;
/** Height of the bar for the time before the first token, in pixels. */
const thinHeight = 3;
/** Distance between a bar and the frame that marks the bar, in pixels. */
const markWidth = 3;
const symbolWidth = 16;
const throughputGap = 5;
const throughputHeight = 22;
const axisHeight = 16;

/**
 * Minimum distance between the numbers of two attempts above the chart, as a fraction of the chart's width. A number
 * that is closer to the previous number is left out.
 */
const minNumberGap = 0.05;

type Bar = 'first-token' | 'text' | 'silence' | 'wait';
type Mark = 'fault' | 'stopped';

/** Creates the SVG patterns of the bars. A page needs these patterns only once, even for several timelines. */
export function createTimelinePatterns(): SVGSVGElement {
  return svgPatterns(6, { 'timeline-hatch': 'M-1 1L1-1M0 6L6 0M5 7L7 5', 'timeline-dots': 'M1.5 1.5h1M4.5 4.5h1' });
}

/** Converts a time in milliseconds to a fraction of the chart's width. */
type ToFraction = (ms: number) => number;

/**
 * Creates the chart of a turn and its legend. The table below the chart contains the same information as text.
 * @param label the accessible name of the chart
 */
export function createTimelineChart(context: PageContext, spans: TurnSpans, label: string): readonly Element[] {
  const { total, segments, parts, throughput } = spans;
  const fraction: ToFraction = (ms) => (total > 0 ? ms / total : 0);
  const attempts = parts.filter((part) => part.kind === 'attempt');
  const numbers = attempts.length > 1 ? attemptNumbers(attempts, fraction) : [];
  const top = numbers.length > 0 ? numberHeight : markWidth;
  const throughputTop = top + laneHeight + throughputGap;
  const axisTop = throughput.length > 0 ? throughputTop + throughputHeight : throughputTop;
  const kinds = new Set<Bar | Mark>();
  const groups = parts.map((part, index) => {
    const position = (from: number, to: number) => ({
      x: percent(fraction(from)),
      width: percent(fraction(to - from)),
    });
    const shapes = barsOf(part).map(([kind, from, to]) => {
      kinds.add(kind);
      return createBar(kind, position(from, to), top);
    });
    const mark = endMark(part);
    if (mark) {
      kinds.add(mark);
      shapes.push(createMark(mark, percent(fraction(part.to)), top + laneHeight / 2));
    }
    // An invisible area around each bar makes thin bars easier to point at. When the pointer is over a row of the
    // table, the area of that row's bar shows a frame.
    const area = { y: top - markWidth, height: laneHeight + 2 * markWidth, ...position(part.from, part.to) };
    const title = svg('title', titleOf(context, part));
    return svg('g', { 'data-part': index }, title, svg('rect.picture-area', area), ...shapes);
  });
  const picture = svg(
    'svg.timeline-picture',
    { role: 'img', 'aria-label': label, width: '100%', height: axisTop + axisHeight },
    ...numbers,
    ...groups,
    throughput.length > 0 && throughputArea(context, spans, throughputTop),
    ...segments.slice(1).map(({ from }) => segmentLine(context, percent(fraction(from)), top - 3, axisTop)),
    ...timeAxis(context, total, fraction, axisTop),
  );
  return [element('div.timeline-frame', picture), createLegend(context, kinds)];
}

function barsOf(part: AttemptSpan | WaitSpan): readonly (readonly [kind: Bar, from: number, to: number])[] {
  const { from, to } = part;
  if (part.kind === 'wait') return [['wait', from, to]];
  const { firstToken = to, silences } = part;
  const ends = [firstToken, ...silences.map((silence) => silence.to)];
  const texts = ends.map((end, index) => ['text', end, silences[index]?.from ?? to] as const);
  const silenceBars = silences.map((silence) => ['silence', silence.from, silence.to] as const);
  const bars = [['first-token', from, firstToken] as const, ...texts, ...silenceBars];
  return bars.filter(([, start, end]) => end > start);
}

/** Returns the mark at the end of an attempt's bar. Attempts that succeeded or are still running have no mark. */
function endMark(part: AttemptSpan | WaitSpan): Mark | undefined {
  const outcome = part.kind === 'attempt' ? part.entry.end?.how : undefined;
  if (outcome === undefined || outcome === 'finished') return undefined;
  return outcome === 'stopped' || outcome === 'abandoned' ? 'stopped' : 'fault';
}

/**
 * Creates a bar of the chart. The kinds of bars differ in height or pattern, so that they can be distinguished without
 * colors.
 */
function createBar(kind: Bar, position: Readonly<Record<'x' | 'width', string | number>>, laneTop: number): Element {
  const height = kind === 'first-token' ? thinHeight : laneHeight;
  const y = laneTop + (laneHeight - height) / 2;
  return svg(`rect.picture-${kind}`, { ...position, y, height });
}

/** Creates a cross for an attempt that failed, or a square for an attempt that was stopped. */
function createMark(kind: Mark, x: string | number, y: number): Element {
  const mark =
    kind === 'stopped'
      ? svg('rect.picture-stopped', { x: -3.5, y: -3.5, width: 7, height: 7 })
      : svg('path.picture-fault', { d: 'M-4-4L4 4M4-4L-4 4' });
  return svg('svg.picture-mark', { x, y }, mark);
}

function createLegend({ strings }: PageContext, kinds: ReadonlySet<Bar | Mark>): HTMLElement {
  const label = {
    text: strings.pictureStreaming,
    silence: strings.pictureSilence,
    wait: strings.pictureWait,
    fault: strings.pictureFault,
    stopped: strings.timelineStopped,
    'first-token': strings.pictureFirstToken,
  };
  const legend = element('p.timeline-legend', { 'aria-hidden': 'true' });
  for (const kind of ['text', 'silence', 'wait', 'fault', 'stopped', 'first-token'] as const) {
    if (!kinds.has(kind)) continue;
    const symbol =
      kind === 'fault' || kind === 'stopped'
        ? createMark(kind, symbolWidth / 2, laneHeight / 2)
        : createBar(kind, { x: 0, width: symbolWidth }, 0);
    const size = { width: symbolWidth, height: laneHeight };
    legend.append(element('span', svg('svg.timeline-picture', size, symbol), label[kind]));
  }
  return legend;
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
    svg('title', fillTemplate(strings.pictureThroughput, format.number(maxChars))),
    svg('path.picture-throughput', { d: steps.join('') }),
  );
}

/** Creates the line between two segments of a turn. The line marks the time at which the user continued the answer. */
function segmentLine({ strings }: PageContext, x: string, y1: number, y2: number): Element {
  const line = svg('line.picture-resume-point', { x1: x, x2: x, y1, y2 });
  return svg('g', svg('title', strings.pictureContinuedByUser), line);
}

function timeAxis(context: PageContext, total: number, fraction: ToFraction, y: number): readonly Element[] {
  const ticks = axisTicks(total).flatMap((ms) => {
    const x = percent(fraction(ms));
    return [
      svg('line.picture-axis', { x1: x, x2: x, y1: y, y2: y + 4 }),
      svg('text', { x, y: y + 14, 'text-anchor': textAnchor(fraction(ms)) }, formatAxisTime(context, ms)),
    ];
  });
  return [svg('line.picture-axis', { x1: 0, x2: '100%', y1: y, y2: y }), ...ticks];
}

function textAnchor(fraction: number): 'start' | 'middle' | 'end' {
  if (fraction < 0.06) return 'start';
  return fraction > 0.94 ? 'end' : 'middle';
}

/** Possible distances between two ticks of the time axis, in seconds. */
const stepSeconds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/**
 * Maximum number of intervals between the ticks of the time axis. With more intervals, the labels would overlap in a
 * narrow panel.
 */
const maxSteps = 5;

/** Returns the ticks of a time axis: round times from 0 to `totalMs`, in milliseconds. */
export function axisTicks(totalMs: number): readonly number[] {
  const hours = Math.ceil(totalMs / 3_600_000 / maxSteps) * 3600;
  const step = 1000 * (stepSeconds.find((second) => totalMs / (second * 1000) <= maxSteps) ?? hours);
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, index) => index * step);
}
