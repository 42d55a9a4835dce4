import {
  usdOf,
  type HealthStrings,
  type UsageFigures,
  type UsageGroup,
  type UsageReport,
} from '../../shared/healthMessages';
import { createFormat, fill } from '../../shared/format';
import { toSupportedLocale } from '../../shared/protocol';
import { element } from '../util/element';
import { createChart } from './healthCharts';

/** Text for an unknown cost or number of tokens. */
const unknown = '–';

/** Returns a function that creates the content of the tab *Usage*: sums, charts by day, and a table of all figures. */
export function createUsageView(locale: string, strings: HealthStrings) {
  const language = toSupportedLocale(locale);
  const format = createFormat(locale, strings);
  const dates = new Intl.DateTimeFormat(language, { weekday: 'short', month: 'short', day: 'numeric' });
  const dayOf = (start: number): string => dates.format(start);
  const costText = ({ costs }: UsageFigures): string => format.costs(costs) || unknown;
  const tokenText = ({ promptTokens, completionTokens }: UsageFigures): string =>
    // Gateways that report no usage add no tokens.
    promptTokens + completionTokens > 0 ? `${format.count(promptTokens)} / ${format.count(completionTokens)}` : unknown;
  const cachedText = ({ cachedTokens }: UsageFigures): string =>
    cachedTokens > 0 ? fill(strings.cached, format.count(cachedTokens)) : '';
  const unpricedText = ({ unpriced }: UsageFigures): string =>
    unpriced > 0 ? format.plural(unpriced, strings.oneUnpriced, strings.unpriced) : '';
  const requestsText = ({ requests }: UsageFigures): string =>
    format.plural(requests, strings.oneRequest, strings.requestCount);
  const createFigure = (name: string, text: string, notes: readonly string[], chart: readonly Element[] = []) =>
    element(
      'div',
      {},
      element('dt', {}, name),
      element('dd', { class: 'figure' }, text),
      ...notes.filter((note) => note !== '').map((note) => element('dd', { class: 'note' }, note)),
      ...(chart.length === 0 ? [] : [element('dd', { class: 'chart' }, ...chart)]),
    );

  const chartOf = (
    { days, total }: UsageReport,
    look: 'cost' | 'tokens',
    valueOf: (figures: UsageFigures) => number,
    textOf: (figures: UsageFigures) => string,
  ): readonly Element[] => {
    const used = days.filter((day) => valueOf(day) > 0).toSorted((a, b) => valueOf(a) - valueOf(b));
    const [lowest, highest] = [used[0], used.at(-1)];
    if (!lowest || !highest) return [];
    const bars = days.map((day) => {
      const title = fill(strings.barTitle, dayOf(day.start), textOf(day));
      return day.requests === 0 ? null : { value: valueOf(day), title };
    });
    const label = fill(strings.daysChart, strings[look], textOf(total), textOf(lowest), textOf(highest));
    return createChart({ look, bars, label, start: strings.daysStart, end: strings.daysEnd });
  };

  const createSums = (report: UsageReport): HTMLElement => {
    const { budget, days, total } = report;
    const today = days.at(-1) ?? total;
    const usedText = budget && fill(strings.percent, format.number(budget.usedPercent));
    const budgetText = budget && format.costs([{ amount: budget.daily, currency: 'USD', isEstimate: false }]);
    const budgetNote = usedText && budgetText ? fill(strings.budgetUsed, usedText, budgetText) : '';
    const costChart = chartOf(report, 'cost', ({ costs }) => usdOf(costs), costText);
    const tokenChart = chartOf(report, 'tokens', (each) => each.promptTokens + each.completionTokens, tokenText);
    return element(
      'dl',
      { class: 'measures' },
      createFigure(strings.today, costText(today), [requestsText(today), unpricedText(today), budgetNote]),
      createFigure(strings.daysCaption, costText(total), [requestsText(total), unpricedText(total)], costChart),
      createFigure(strings.tokens, tokenText(total), [cachedText(total)], tokenChart),
    );
  };

  const createCells = (figures: UsageFigures): readonly HTMLElement[] => {
    const withNote = (text: string, note: string): HTMLElement =>
      element('td', {}, text, ...(note === '' ? [] : [element('span', { class: 'note' }, note)]));
    return [
      withNote(format.number(figures.requests), ''),
      withNote(tokenText(figures), cachedText(figures)),
      // Without any known cost, the cell says already that the cost is unknown.
      withNote(costText(figures), figures.costs.length > 0 ? unpricedText(figures) : ''),
    ];
  };

  const createGroup = (name: string, group: UsageGroup): HTMLElement =>
    element(
      'tbody',
      {},
      element('tr', { class: 'sum' }, element('th', { scope: 'rowgroup' }, name), ...createCells(group)),
      ...group.rows.map((row) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, row.model, ' ', element('span', { class: 'host' }, row.host)),
          ...createCells(row),
        ),
      ),
    );

  const createTable = ({ total, days }: UsageReport): HTMLElement => {
    const columns = [strings.model, strings.requests, strings.tokens, strings.cost];
    const today = days.at(-1);
    return element(
      'table',
      { class: 'usage-table', 'aria-label': strings.usageCaption },
      element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
      createGroup(strings.daysCaption, total),
      ...days
        .filter(({ requests }) => requests > 0)
        .toReversed()
        .map((day) => createGroup(day === today ? strings.today : dayOf(day.start), day)),
    );
  };

  return (report: UsageReport): readonly HTMLElement[] => {
    const hasEstimates = report.total.costs.some(({ isEstimate }) => isEstimate);
    return [
      element('article', { 'aria-label': strings.usage }, createSums(report)),
      createTable(report),
      ...(hasEstimates ? [element('p', { class: 'note' }, strings.estimateHint)] : []),
    ];
  };
}
