import type { Words } from '../../shared/describe';
import { cachedPercent, describeSavings } from '../../shared/describeCost';
import {
  sumOfAmounts,
  type HealthFigures,
  type HealthPeriod,
  type HealthReport,
  type HealthRow,
} from '../../shared/healthMessages';
import { fillTemplate } from '../../shared/format';
import { addCosts } from '../../shared/protocol';
import { element } from '../util/element';
import { createChart, createFigure, tokenText, unknownFigure } from './healthCharts';

const summedNames = [
  'attempts',
  'promptTokens',
  'completionTokens',
  'cachedTokens',
  'unknownCosts',
  'unknownSavings',
] as const;

type Amounts = 'costs' | 'cacheSavings';
type UsageFigures = Pick<HealthFigures, (typeof summedNames)[number] | Amounts>;

/**
 * Figures of a period, and one row for each model and gateway in the period. The rows with the highest cost come first.
 */
type UsageGroup = UsageFigures & { readonly rows: readonly (HealthRow & HealthFigures)[] };

type Usage = ReturnType<typeof usageOf>;

function usageOf({ starts, rows }: HealthPeriod) {
  const groupOf = (figuresOf: (row: HealthRow) => HealthFigures | null | undefined): UsageGroup => {
    const usedRows = rows
      .flatMap((row) => {
        const figures = figuresOf(row);
        return figures ? { ...row, ...figures } : [];
      })
      .sort((a, b) => sumOfAmounts(b.costs) - sumOfAmounts(a.costs) || b.attempts - a.attempts);
    const sums = summedNames.map((name) => [name, usedRows.reduce((sum, each) => sum + each[name], 0)]);
    return {
      ...(Object.fromEntries(sums) as Omit<UsageFigures, Amounts>),
      costs: addCosts(usedRows.flatMap(({ costs }) => costs)),
      cacheSavings: addCosts(usedRows.flatMap(({ cacheSavings }) => cacheSavings)),
      rows: usedRows,
    };
  };
  return {
    /** Figures of the last 14 days. */
    total: groupOf(({ total }) => total),
    /** Figures of each of the last 14 days, oldest first. `start` is the beginning of the day in epoch milliseconds. */
    days: starts.map((start, index) => ({ start, ...groupOf(({ parts }) => parts[index]) })),
  };
}

/** Creates the bar that shows the used share of the daily budget. */
function createBudgetMeter(label: string, usedPercent: number): HTMLElement {
  const range = { min: '0', low: '80', high: '99', max: '100', optimum: '0' };
  return element('meter', { ...range, value: String(usedPercent), 'aria-label': label });
}

/** Returns a function that creates the contents of the *Usage* tab: totals, charts by day, and a table of all figures. */
export function createUsageView(words: Words) {
  const { strings, format } = words;
  const dates = new Intl.DateTimeFormat(format.language, { weekday: 'short', month: 'short', day: 'numeric' });
  const dayOf = (start: number): string => dates.format(start);
  const costText = ({ costs }: UsageFigures): string => format.costs(costs) || unknownFigure;
  const cachedText = (figures: UsageFigures, template: string) => {
    const percent = cachedPercent(figures);
    return percent > 0 && fillTemplate(template, format.number(percent));
  };
  const savedText = ({ cacheSavings, unknownSavings }: UsageFigures): string =>
    describeSavings(words, unknownSavings > 0 ? [] : cacheSavings);
  const unknownText = ({ unknownCosts }: UsageFigures) =>
    unknownCosts > 0 && format.plural(unknownCosts, strings.unknownRequestCostOne, strings.unknownRequestCosts);
  const requestsText = ({ attempts }: UsageFigures): string =>
    format.plural(attempts, strings.oneRequest, strings.requestCount);
  const chartOf = (
    { days, total }: Usage,
    look: 'cost' | 'tokens',
    valueOf: (figures: UsageFigures) => number,
    textOf: (figures: UsageFigures) => string,
  ): readonly Element[] => {
    const usedDays = days.filter((day) => valueOf(day) > 0).toSorted((a, b) => valueOf(a) - valueOf(b));
    const [lowest, highest] = [usedDays[0], usedDays.at(-1)];
    if (!lowest || !highest) return [];
    const bars = days.map((day) => {
      const title = fillTemplate(strings.barTitle, dayOf(day.start), textOf(day));
      return day.attempts === 0 ? undefined : { value: valueOf(day), title };
    });
    const label = fillTemplate(strings.daysChart, strings[look], textOf(total), textOf(lowest), textOf(highest));
    return createChart({ look, bars, label, start: strings.daysStart, end: strings.daysEnd });
  };

  const createSums = (usage: Usage, { budget }: HealthReport): HTMLElement => {
    const { days, total } = usage;
    const today = days.at(-1) ?? total;
    const hasEarlierDays = total.attempts > today.attempts;
    const usedText = budget && fillTemplate(strings.percent, format.number(budget.usedPercent));
    const budgetNote =
      budget && usedText ? fillTemplate(strings.budgetUsed, usedText, format.costs([budget.daily])) : '';
    const { uncounted = [] } = budget ?? {};
    const uncountedNote = uncounted.length > 0 && fillTemplate(strings.budgetUncounted, format.costs(uncounted));
    const costChart = chartOf(usage, 'cost', ({ costs }) => sumOfAmounts(costs), costText);
    const tokenChart = chartOf(
      usage,
      'tokens',
      (each) => each.promptTokens + each.completionTokens,
      (each) => tokenText(format, each),
    );
    return element(
      'dl.measures',
      createFigure(
        strings.today,
        costText(today),
        [requestsText(today), unknownText(today), savedText(today), uncountedNote, budgetNote],
        budget ? [createBudgetMeter(budgetNote, budget.usedPercent)] : [],
      ),
      hasEarlierDays &&
        createFigure(
          strings.daysCaption,
          costText(total),
          [requestsText(total), unknownText(total), savedText(total)],
          costChart,
        ),
      createFigure(strings.tokens, tokenText(format, total), [cachedText(total, strings.cachedShare)], tokenChart),
    );
  };

  const createCells = (figures: UsageFigures): readonly HTMLElement[] => {
    const withNotes = (text: string, ...notes: readonly (string | false)[]): HTMLElement =>
      element('td', text, ...notes.map((note) => note && element('span.note', note)));
    return [
      element('td', format.number(figures.attempts)),
      withNotes(tokenText(format, figures), cachedText(figures, strings.cachedShareShort)),
      withNotes(
        costText(figures),
        // If no cost is known, the cell already shows that the cost is unknown, so the cell needs no note.
        figures.costs.length > 0 &&
          figures.unknownCosts > 0 &&
          fillTemplate(strings.unknownCostsShort, format.number(figures.unknownCosts)),
        savedText(figures),
      ),
    ];
  };

  const createGroup = (name: string, group: UsageGroup): HTMLElement =>
    element(
      'tbody',
      element('tr.sum', element('th', { scope: 'rowgroup' }, name), ...createCells(group)),
      ...group.rows.map((row) =>
        element(
          'tr',
          element('th', { scope: 'row' }, row.model, ' ', element('span.host', row.host)),
          ...createCells(row),
        ),
      ),
    );

  const createTable = ({ total, days }: Usage): HTMLElement => {
    const columns = [strings.model, strings.requests, strings.tokens, strings.cost];
    const today = days.at(-1);
    const usedDays = days.filter(({ attempts }) => attempts > 0).toReversed();
    const dayGroups = usedDays.map((day) => createGroup(day === today ? strings.today : dayOf(day.start), day));
    const totalGroups = usedDays.some((day) => day !== today) ? [createGroup(strings.daysCaption, total)] : [];
    return element(
      'table.usage-table',
      { 'aria-label': strings.usageCaption },
      element('thead', element('tr', ...columns.map((name) => element('th', { scope: 'col' }, name)))),
      ...dayGroups.toSpliced(usedDays[0] === today ? 1 : 0, 0, ...totalGroups),
    );
  };

  return (report: HealthReport): readonly HTMLElement[] => {
    const usage = usageOf(report.days);
    const { costs, cacheSavings } = usage.total;
    const hasEstimates = [...costs, ...cacheSavings].some(({ isEstimate }) => isEstimate);
    return [
      element('article', { 'aria-label': strings.usage }, createSums(usage, report)),
      createTable(usage),
      ...(hasEstimates ? [element('p.note', strings.estimateHint)] : []),
    ];
  };
}
