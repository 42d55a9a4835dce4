import type {
  FromHealthPage,
  HealthFigures,
  HealthPeriod,
  HealthPeriodName,
  HealthReport,
  HealthRow,
  HealthStrings,
} from '../../shared/healthMessages';
import { button, element, setText } from '../util/element';
import { createChartPatterns, createCharts, createHealthFormat, type HealthFormat } from './healthCharts';

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

function createHealthTable(
  { rows }: HealthPeriod,
  caption: string,
  strings: HealthStrings,
  format: HealthFormat,
): HTMLTableElement {
  const figures: readonly (readonly [title: string, textOf: (total: HealthFigures) => string])[] = [
    [strings.requests, ({ attempts }) => format.count(attempts)],
    [strings.successRate, ({ successRate }) => format.share(successRate)],
    [strings.firstTokenMedian, ({ firstTokenMs }) => format.duration(firstTokenMs)],
    [strings.firstTokenSlow, ({ slowFirstTokenMs }) => format.duration(slowFirstTokenMs)],
    [strings.speed, ({ tokensPerSecond }) => format.speed(tokensPerSecond)],
    [strings.cuts, ({ cuts }) => format.count(cuts)],
    [strings.resumes, ({ resumes }) => format.count(resumes)],
    [strings.waited, ({ waitedMs }) => format.duration(waitedMs)],
    [strings.tokens, ({ promptTokens, completionTokens }) => format.tokens(promptTokens, completionTokens)],
  ];
  const titles = [strings.model, strings.route, ...figures.map(([title]) => title), strings.faults];
  const createRow = ({ model, host, total, faults }: HealthRow): HTMLTableRowElement =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, model),
      element('td', {}, host),
      ...figures.map(([, textOf]) => element('td', { class: 'number' }, textOf(total))),
      element('td', {}, ...faults.map(({ label, count }) => element('div', {}, `${format.count(count)} × ${label}`))),
    );
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))),
    element('tbody', {}, ...rows.map(createRow)),
  );
}
