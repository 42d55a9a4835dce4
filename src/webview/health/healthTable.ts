import type { HealthFigures, HealthPeriod, HealthRow } from '../../shared/healthMessages';
import type { HealthStrings } from '../../shared/healthStrings';
import { element } from '../util/element';
import type { HealthFormat } from './healthFormat';

/** Creates the table of a period. It contains all figures of the charts as text. */
export function createHealthTable(
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
