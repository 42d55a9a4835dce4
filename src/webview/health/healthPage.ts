import type { FromHealthPage, HealthPeriodName, HealthReport, HealthStrings } from '../../shared/healthMessages';
import { button, element, setText, svgPatterns } from '../util/element';
import { createCards } from './healthCards';

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
  const createCard = createCards(locale, strings);
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
  const cards = element('section', { class: 'health-cards' });
  root.replaceChildren(
    svgPatterns(5, { 'health-fault-hatch': 'M-1 1L1-1M0 5L5 0M4 6L6 4' }),
    element('header', {}, heading, element('p', {}, strings.intro)),
    element('div', { class: 'toolbar' }, periods, test, clear),
    message,
    cards,
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
    const { activeElement } = document;
    if (isEmpty && (activeElement === clear || cards.contains(activeElement))) heading.focus();
    periods.hidden = clear.hidden = isEmpty;
    cards.hidden = !hasRows;
    setText(message, isEmpty ? `${strings.empty}. ${strings.emptyHint}` : hasRows ? '' : strings.emptyPeriod);
    message.hidden = hasRows;
    cards.setAttribute('aria-label', strings[`${period}Caption`]);
    replaceCards(
      cards,
      shown.rows.map((row) => createCard(row, shown, period)),
    );
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

/** Keeps the details of a card open, and the focus on their summary. */
function replaceCards(container: Element, cards: readonly HTMLElement[]): void {
  const { activeElement } = document;
  const labelOf = (card: Element): string | null => card.getAttribute('aria-label');
  const previous = new Map([...container.children].map((card) => [labelOf(card), card.querySelector('details')]));
  container.replaceChildren(...cards);
  for (const card of cards) {
    const before = previous.get(labelOf(card));
    const details = card.querySelector('details');
    if (!before || !details) continue;
    details.open = before.open;
    if (before.contains(activeElement)) details.querySelector('summary')?.focus();
  }
}
