import type {
  FromHealthPage,
  HealthFigures,
  HealthPeriod,
  HealthPeriodName,
  HealthReport,
  HealthRow,
} from '../../shared/healthMessages';
import type { HealthStrings } from '../../shared/healthStrings';
import { button, element, setText } from '../util/element';
import { fill } from '../util/format';
import { createChartPatterns, createHealthChart, type ChartLook } from './healthChart';
import { createHealthFormat, unknownFigure, type HealthFormat } from './healthFormat';
import { createHealthTable } from './healthTable';

/** The connection of the page to VS Code, which stores the state of the page. */
export interface HealthPageApi {
  postMessage(message: FromHealthPage): void;
  getState(): unknown;
  setState(state: { readonly period: HealthPeriodName }): void;
}

const periodNames: readonly HealthPeriodName[] = ['hours', 'days'];

/** Creates the page of the network health. `show` displays a report, and keeps the focus and the scroll position. */
export function createHealthPage(
  root: HTMLElement,
  api: HealthPageApi,
  strings: HealthStrings,
  locale: string,
): { show(report: HealthReport): void } {
  const format = createHealthFormat(locale, strings);
  let period = storedPeriod(api.getState());
  let report: HealthReport | undefined;

  const heading = element('h1', { tabindex: '-1' }, strings.title);
  const periodButtons = periodNames.map((name) =>
    button(strings[name], 'secondary', () => {
      period = name;
      api.setState({ period });
      update();
    }),
  );
  const clear = button(strings.clear, 'secondary', () => api.postMessage({ type: 'clear' }));
  const test = button(strings.testConnection, 'secondary', () => api.postMessage({ type: 'testConnection' }));
  const periods = element('div', { class: 'periods', role: 'group', 'aria-label': strings.period }, ...periodButtons);
  const message = element('div', { class: 'health-message', role: 'status' });
  // The table scrolls in its own region, which the keyboard can reach.
  const tableRegion = element('div', { class: 'health-table', role: 'region', tabindex: '0' });
  const charts = element('div', { class: 'health-charts' });
  root.replaceChildren(
    createChartPatterns(),
    element('header', {}, heading, element('p', {}, strings.intro)),
    element('div', { class: 'toolbar' }, periods, test, clear),
    message,
    tableRegion,
    charts,
  );
  root.setAttribute('aria-busy', 'true');

  const update = (): void => {
    for (const [index, name] of periodNames.entries()) {
      periodButtons[index]?.setAttribute('aria-pressed', String(name === period));
    }
    if (!report) return;
    root.removeAttribute('aria-busy');
    const isEmpty = periodNames.every((name) => report?.[name].rows.length === 0);
    const shown = report[period];
    const hasRows = shown.rows.length > 0;
    if (isEmpty && (document.activeElement === clear || document.activeElement === tableRegion)) heading.focus();
    periods.hidden = clear.hidden = isEmpty;
    tableRegion.hidden = charts.hidden = !hasRows;
    setText(message, isEmpty ? `${strings.empty}. ${strings.emptyHint}` : hasRows ? '' : strings.emptyPeriod);
    message.hidden = hasRows;
    const caption = period === 'hours' ? strings.hoursCaption : strings.daysCaption;
    tableRegion.setAttribute('aria-label', caption);
    tableRegion.replaceChildren(createHealthTable(shown, caption, strings, format));
    charts.replaceChildren(...shown.rows.map((row) => createCharts(row, shown, period, strings, format)));
  };
  update();

  return {
    show: (next) => {
      report = next;
      update();
    },
  };
}

function storedPeriod(state: unknown): HealthPeriodName {
  const { period } = Object(state) as { readonly period?: unknown };
  return period === 'days' ? 'days' : 'hours';
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
function createCharts(
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
      createHealthChart(measure.look, bars, measure.top ?? Math.max(0, ...values, ...uppers), label),
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
