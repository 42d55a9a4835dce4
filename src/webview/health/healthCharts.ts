import type {
  HealthFigures,
  HealthPeriod,
  HealthPeriodName,
  HealthRow,
  HealthStrings,
} from '../../shared/healthMessages';
import { createFormat, fill } from '../../shared/format';
import { toSupportedLocale } from '../../shared/protocol';
import { element, svg } from '../util/element';

type ChartLook = 'success' | 'first-token' | 'speed' | 'cuts' | 'waited';

interface ChartBar {
  readonly value: number;
  /** A second, larger value, which is drawn as an outline above the first. */
  readonly upper?: number | undefined;
  readonly title: string;
}

const height = 44;
/** Height of a bar whose value is 0, in pixels. It distinguishes an hour without faults from one without requests. */
const minBarHeight = 2;
/** Share of the space for an hour or a day that its bar fills. */
const barShare = 0.72;

/** Draws without a library, which would need ten times the code. @param bars by time, null without a value */
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

function textOf(measure: Measure, figures: HealthFigures): string {
  const value = measure.valueOf(figures);
  if (value === undefined) return unknownFigure;
  return measure.textOf?.(figures) ?? measure.format(value);
}

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

/** Text for a figure that is unknown, because no attempt has provided it. */
export const unknownFigure = '–';

export type HealthFormat = ReturnType<typeof createHealthFormat>;

/** Largest throughput that is shown with a decimal place, in tokens per second. */
const maxPreciseSpeed = 10;

export function createHealthFormat(locale: string, strings: HealthStrings) {
  const language = toSupportedLocale(locale);
  const format = createFormat(locale, strings);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
  const speed = (value: number): string =>
    fill(strings.tokensPerSecond, value < maxPreciseSpeed ? tenths.format(value) : format.number(value));
  return {
    count: (value: number) => format.number(value),
    /** Formats a share from 0 to 1 as a percentage. Only a share of 1 becomes 100 %. */
    share: (value: number | undefined) =>
      value === undefined ? unknownFigure : fill(strings.percent, format.number(Math.floor(value * 100))),
    duration: (ms: number | undefined) => (ms === undefined ? unknownFigure : format.duration(ms)),
    speed: (value: number | undefined) => (value === undefined ? unknownFigure : speed(value)),
    // Gateways that report no usage add no tokens.
    tokens: (promptTokens: number, completionTokens: number) =>
      promptTokens + completionTokens === 0
        ? unknownFigure
        : `${format.count(promptTokens)} / ${format.count(completionTokens)}`,
    hour: (epochMs: number) => format.timeOfDay(epochMs, { now: epochMs }),
    day: (epochMs: number) => days.format(epochMs),
  };
}
