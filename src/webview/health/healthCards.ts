import {
  minRatedTurns,
  successPercent,
  type HealthFigures,
  type HealthPeriod,
  type HealthPeriodName,
  type HealthRow,
} from '../../shared/healthMessages';
import { faultLabel, joinParts, type Words } from '../../shared/describe';
import { fillTemplate } from '../../shared/format';
import { disclosure, element } from '../util/element';
import { createChart, createFigure, tokenText, unknownFigure, type ChartLook } from './healthCharts';

/** The card of a model and gateway shows charts only if there were at least this many requests. */
const minChartedAttempts = 5;

interface Measure {
  readonly look: ChartLook;
  readonly name: string;
  readonly valueOf: (figures: HealthFigures) => number | undefined;
  readonly upperOf?: (figures: HealthFigures) => number | undefined;
  readonly format: (value: number) => string;
  /**
   * Formats the value together with a second value, for example the median with the 95th percentile. If this function
   * is absent, only the first value is shown.
   */
  readonly textOf?: (figures: HealthFigures) => string;
  readonly note?: (row: HealthRow) => string;
}

/** Returns a function that creates the card of one model at one gateway. */
export function createCards({ strings, format }: Words) {
  const dates = new Intl.DateTimeFormat(format.language, { month: 'short', day: 'numeric' });
  const count = (value: number): string => format.number(value);
  const duration = (ms: number | undefined): string => (ms === undefined ? unknownFigure : format.duration(ms));
  const successNote = ({ total, refusals }: HealthRow): string => {
    const refusedCount = refusals.reduce((sum, each) => sum + each.count, 0);
    const labels = format.list(refusals.map(({ kind }) => faultLabel(strings, kind)));
    return joinParts(
      total.judgedTurns > 0 &&
        fillTemplate(strings.successCounts, count(total.completeTurns), count(total.judgedTurns)),
      refusedCount > 0 && fillTemplate(strings.refused, count(refusedCount), labels),
    );
  };
  const measures: readonly Measure[] = [
    {
      look: 'success',
      name: strings.success,
      valueOf: (figures) => successPercent(figures, 1),
      note: successNote,
      upperOf: () => 100,
      format: (value) => fillTemplate(strings.percent, count(value)),
    },
    {
      look: 'first-token',
      name: strings.firstToken,
      format: duration,
      valueOf: ({ firstTokenMs }) => firstTokenMs,
      upperOf: ({ slowFirstTokenMs }) => slowFirstTokenMs,
      textOf: ({ firstTokenMs, slowFirstTokenMs }) =>
        fillTemplate(strings.medianAndSlow, duration(firstTokenMs), duration(slowFirstTokenMs)),
    },
    {
      look: 'speed',
      name: strings.speed,
      valueOf: ({ tokensPerSecond }) => tokensPerSecond,
      format: (speed) => fillTemplate(strings.tokensPerSecond, count(speed)),
    },
    { look: 'retries', name: strings.retries, valueOf: ({ retries }) => retries, format: count },
  ];

  const textOf = (measure: Measure, figures: HealthFigures): string => {
    const value = measure.valueOf(figures);
    if (value === undefined) return unknownFigure;
    return measure.textOf?.(figures) ?? measure.format(value);
  };

  const chartOf = (
    measure: Measure,
    { parts, total }: HealthRow,
    { starts }: HealthPeriod,
    period: HealthPeriodName,
  ): readonly Element[] => {
    const timeOf = (start: number): string => (period === 'hours' ? format.timeOfDay(start) : dates.format(start));
    const bars = parts.map((part, index) => {
      const value = part ? measure.valueOf(part) : undefined;
      if (!part || value === undefined) return undefined;
      const title = fillTemplate(strings.barTitle, timeOf(starts[index] ?? 0), textOf(measure, part));
      return { value, upper: measure.upperOf?.(part), title };
    });
    const values = bars.flatMap((bar) => bar?.value ?? []);
    if (total.attempts < minChartedAttempts || values.length === 0) return [];
    const range = [Math.min(...values), Math.max(...values)].map(measure.format);
    return createChart({
      look: measure.look,
      bars,
      label: fillTemplate(strings[`${period}Chart`], measure.name, textOf(measure, total), ...range),
      start: strings[`${period}Start`],
      end: strings[`${period}End`],
    });
  };

  const createDetails = ({ total, faults, refusals }: HealthRow): HTMLElement => {
    const { attempts, cuts, resumes, waitedMs } = total;
    const all = [...faults, ...refusals].map((each) => `${count(each.count)} × ${faultLabel(strings, each.kind)}`);
    const facts: readonly (readonly [name: string, text: string])[] = [
      [strings.requests, count(attempts)],
      [strings.cuts, count(cuts)],
      [strings.resumes, count(resumes)],
      [strings.waited, waitedMs === 0 ? unknownFigure : duration(waitedMs)],
      [strings.tokens, tokenText(format, total)],
      [strings.faults, all.length === 0 ? count(0) : format.list(all)],
    ];
    const entries = facts.map(([name, text]) => element('div', element('dt', name), element('dd', text)));
    return element('dl.facts', ...entries);
  };

  return (row: HealthRow, shownPeriod: HealthPeriod, period: HealthPeriodName): HTMLElement => {
    const { model, host, total } = row;
    const createMeasure = (measure: Measure): HTMLElement => {
      const isUnrated = measure.look === 'success' && total.judgedTurns < minRatedTurns;
      return createFigure(
        measure.name,
        isUnrated ? unknownFigure : textOf(measure, total),
        [measure.note?.(row) ?? ''],
        isUnrated ? [] : chartOf(measure, row, shownPeriod, period),
      );
    };
    const hint = fillTemplate(strings.fewRequests, count(minChartedAttempts));
    return element(
      'article',
      { 'aria-label': `${model}, ${host}` },
      element('h2', model, ' ', element('span.host', host)),
      element('dl.measures', ...measures.map(createMeasure)),
      total.attempts < minChartedAttempts && element('p.note', hint),
      disclosure(strings.details, 'more', createDetails(row)),
    );
  };
}
