import { svg } from '../util/element';

/** The look of a chart: its color and its pattern, so that charts differ not only in color. */
export type ChartLook = 'success' | 'first-token' | 'speed' | 'cuts' | 'waited';

/** The value of an hour or a day. */
export interface ChartBar {
  readonly value: number;
  /** A second, larger value, which is drawn as an outline above the first. */
  readonly upper?: number | undefined;
  /** Tooltip of the bar. */
  readonly title: string;
}

const height = 44;
/** Height of a bar whose value is 0, in pixels. It distinguishes an hour without faults from one without requests. */
const minBarHeight = 2;
/** Share of the space for an hour or a day that its bar fills. */
const barShare = 0.72;

/**
 * Creates a bar chart. Charts are drawn without a library, because a few bars need a tenth of the code that even a small
 * library would add to the page.
 * @param bars the bars in the order of time. Null stands for an hour or a day without a value.
 * @param top value at the top of the chart
 * @param label text alternative
 */
export function createHealthChart(
  look: ChartLook,
  bars: readonly (ChartBar | null)[],
  top: number,
  label: string,
): SVGSVGElement {
  return svg(
    'svg',
    { class: `health-chart ${look}`, role: 'img', 'aria-label': label, width: '100%', height: height + 1 },
    ...bars.flatMap((bar, index) => (bar ? [createBar(bar, index / bars.length, barShare / bars.length, top)] : [])),
    svg('line', { class: 'baseline', x1: 0, x2: '100%', y1: height + 0.5, y2: height + 0.5 }),
  );
}

function createBar({ value, upper, title }: ChartBar, start: number, share: number, top: number): Element {
  const rect = (name: string, size: number): Element => {
    const barHeight = Math.max(minBarHeight, top > 0 ? (height - 1) * (size / top) : 0);
    return svg('rect', {
      class: name,
      x: percent(start),
      width: percent(share),
      y: Math.round((height - barHeight) * 10) / 10,
      height: Math.round(barHeight * 10) / 10,
    });
  };
  return svg(
    'g',
    {},
    svg('title', {}, title),
    ...(upper === undefined || upper <= value ? [] : [rect('upper', upper)]),
    rect(value === 0 ? 'zero' : 'value', value),
  );
}

/** Creates an invisible element with the patterns of all charts of the page. */
export function createChartPatterns(): SVGSVGElement {
  const hatch = (id: string, path: string): Element =>
    svg('pattern', { id, width: 5, height: 5, patternUnits: 'userSpaceOnUse' }, svg('path', { d: path, class: id }));
  return svg(
    'svg',
    { class: 'health-patterns', width: 0, height: 0, 'aria-hidden': 'true' },
    svg('defs', {}, hatch('health-fault-hatch', 'M-1 1L1-1M0 5L5 0M4 6L6 4'), hatch('health-wait-hatch', 'M0 2.5H5')),
  );
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 10_000) / 100}%`;
}
