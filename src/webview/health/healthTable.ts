import type { HealthPeriod, HealthRow } from '../../shared/healthMessages';
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
  const columns = [
    strings.model,
    strings.route,
    strings.requests,
    strings.successRate,
    strings.firstTokenMedian,
    strings.firstTokenSlow,
    strings.speed,
    strings.cuts,
    strings.resumes,
    strings.waited,
    strings.tokens,
    strings.faults,
  ];
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows.map((row) => createRow(row, format))),
  );
}

function createRow({ model, host, total, faults }: HealthRow, format: HealthFormat): HTMLTableRowElement {
  const numbers = [
    format.count(total.attempts),
    format.share(total.successRate),
    format.duration(total.firstTokenMs),
    format.duration(total.slowFirstTokenMs),
    format.speed(total.tokensPerSecond),
    format.count(total.cuts),
    format.count(total.resumes),
    format.duration(total.waitedMs),
    format.tokens(total.promptTokens, total.completionTokens),
  ];
  const faultTexts = faults.map(({ label, count }) => `${format.count(count)} × ${label}`);
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, model),
    element('td', {}, host),
    ...numbers.map((text) => element('td', { class: 'number' }, text)),
    element('td', {}, ...faultTexts.map((text) => element('div', {}, text))),
  );
}
