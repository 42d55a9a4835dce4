import type {
  HealthFigures,
  HealthPeriod,
  HealthPeriodName,
  HealthRow,
  HealthStrings,
} from '../../shared/healthMessages';
import { fill } from '../../shared/format';
import { element, svg } from '../util/element';
import { unknownFigure, type HealthFormat } from './healthFormat';

/** The look of a chart: its color and its pattern, so that charts differ not only in color. */
type ChartLook = 'success' | 'first-token' | 'speed' | 'cuts' | 'waited';

/** The value of an hour or a day. */
interface ChartBar {
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
function createChart(look: ChartLook, bars: readonly (ChartBar | null)[], top: number, label: string): SVGSVGElement {
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

/** A figure that is drawn as a chart. */
interface Measure {
  readonly look: ChartLook;
  readonly name: string;
  readonly valueOf: (figures: HealthFigures) => number | undefined;
  readonly upperOf?: (figures: HealthFigures) => number | undefined;
  readonly format: (value: number) => string;
  /** Formats the value together with the upper value. By default, only the value is shown. */
  readonly textOf?: (figures: HealthFigures) => string;
  /** Value at the top of the chart. By default, the largest value. */
  readonly top?: number;
}

function measuresOf(strings: HealthStrings, { share, duration, speed, count }: HealthFormat): readonly Measure[] {
  return [
    {
      ...{ look: 'success', name: strings.successRate, format: share, top: 1 },
      valueOf: ({ successRate }) => successRate,
      upperOf: () => 1,
    },
    {
      ...{ look: 'first-token', name: strings.firstToken, format: duration },
      valueOf: ({ firstTokenMs }) => firstTokenMs,
      upperOf: ({ slowFirstTokenMs }) => slowFirstTokenMs,
      textOf: ({ firstTokenMs, slowFirstTokenMs }) =>
        fill(strings.medianAndSlow, duration(firstTokenMs), duration(slowFirstTokenMs)),
    },
    { look: 'speed', name: strings.speed, valueOf: ({ tokensPerSecond }) => tokensPerSecond, format: speed },
    { look: 'cuts', name: strings.cuts, valueOf: ({ cuts }) => cuts, format: count },
    { look: 'waited', name: strings.waited, valueOf: ({ waitedMs }) => waitedMs, format: duration },
  ];
}

/** Returns the text of a figure. A figure that is unknown becomes a dash. */
function textOf(measure: Measure, figures: HealthFigures): string {
  const value = measure.valueOf(figures);
  if (value === undefined) return unknownFigure;
  return measure.textOf?.(figures) ?? measure.format(value);
}

/** Creates the charts of a model and a route. */
export function createCharts(
  row: HealthRow,
  { starts }: HealthPeriod,
  period: HealthPeriodName,
  strings: HealthStrings,
  format: HealthFormat,
): HTMLElement {
  const timeOf = period === 'hours' ? format.hour : format.day;
  const template = period === 'hours' ? strings.chartHours : strings.chartDays;
  const charts = measuresOf(strings, format).map((measure) => {
    const values = row.parts.flatMap((part) => (part && measure.valueOf(part)) ?? []);
    const uppers = row.parts.flatMap((part) => (part && measure.upperOf?.(part)) ?? []);
    const bars = row.parts.map((part, index) => {
      const value = part ? measure.valueOf(part) : undefined;
      if (!part || value === undefined) return null;
      const title = fill(strings.barTitle, timeOf(starts[index] ?? 0), textOf(measure, part));
      return { value, upper: measure.upperOf?.(part), title };
    });
    const text = textOf(measure, row.total);
    const range = [Math.min(...values), Math.max(...values)].map(measure.format);
    const label =
      values.length === 0 ? fill(strings.chartEmpty, measure.name) : fill(template, measure.name, text, ...range);
    return element(
      'div',
      { class: 'chart' },
      element('div', { class: 'chart-name' }, measure.name),
      element('div', { class: 'chart-total' }, text),
      createChart(measure.look, bars, measure.top ?? Math.max(0, ...values, ...uppers), label),
      element(
        'div',
        { class: 'chart-axis', 'aria-hidden': 'true' },
        element('span', {}, timeOf(starts[0] ?? 0)),
        element('span', {}, timeOf(starts.at(-1) ?? 0)),
      ),
    );
  });
  return element(
    'section',
    {},
    element('h2', {}, row.model, ' ', element('span', { class: 'host' }, row.host)),
    element('div', { class: 'chart-grid' }, ...charts),
  );
}
