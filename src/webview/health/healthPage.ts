import type { HealthPeriodName, HealthReport, HealthTab } from '../../shared/healthMessages';
import type { PanelStrings } from '../../shared/panelStrings';
import type { FromHealthPage } from '../../shared/pageMessages';
import { joinSentences } from '../../shared/describe';
import { createFormat } from '../../shared/format';
import { button, element, setText, svgPatterns } from '../util/element';
import { createCards } from './healthCards';
import { createTabs } from './tabs';
import { createUsageView } from './usageView';

interface PageState {
  readonly tab: HealthTab;
  readonly period: HealthPeriodName;
}

export interface HealthPageApi {
  postMessage(message: FromHealthPage): void;
  getState(): unknown;
  setState(state: PageState): void;
}

const periodNames: readonly HealthPeriodName[] = ['hours', 'days'];

/**
 * Creates the page *Usage and health*. Its function `show` displays a report, and keeps the focus and the scroll
 * position.
 */
export function createHealthPage(
  root: HTMLElement,
  api: HealthPageApi,
  strings: PanelStrings,
  locale: string,
): { show(report: HealthReport, tab?: HealthTab): void } {
  const words = { strings, format: createFormat(locale, strings) };
  const createCard = createCards(words);
  const createUsage = createUsageView(words);
  let state = storedState(api.getState());
  let report: HealthReport | undefined;
  const setState = (changes: Partial<PageState>): void => {
    state = { ...state, ...changes };
    api.setState(state);
    update();
  };

  const heading = element('h1', { tabindex: '-1' }, strings.healthTitle);
  const periodButtons = periodNames.map((name) => button(strings[name], 'secondary', () => setState({ period: name })));
  // Whether the user has clicked the button that clears the numbers. The confirmation dialog takes the focus from the
  // button, so the click is remembered. After the numbers are cleared, the heading gets the focus.
  let isClearing = false;
  const clear = button(strings.clearHealth, 'secondary', () => {
    isClearing = true;
    api.postMessage({ type: 'clear' });
  });
  const test = button(strings.testConnection, 'secondary', () => api.postMessage({ type: 'testConnection' }));
  const periods = element('div.periods', { role: 'group', 'aria-label': strings.period }, ...periodButtons);
  const message = element('div.health-message', { role: 'status' });
  const usage = element('div.usage');
  const cards = element('section.health-cards');
  const network = element('div', element('div.toolbar', periods, test), cards);
  const tabs = createTabs(strings.healthTitle, (tab) => setState({ tab }), [
    { name: 'usage', caption: strings.usage, content: usage },
    { name: 'network', caption: strings.network, content: network },
  ]);
  root.replaceChildren(
    svgPatterns(5, { 'health-fault-hatch': 'M-1 1L1-1M0 5L5 0M4 6L6 4' }),
    element('header', heading, element('p', strings.healthIntro)),
    element('div.toolbar', tabs.list, clear),
    message,
    ...tabs.panels,
  );
  root.setAttribute('aria-busy', 'true');

  const update = (): void => {
    const { tab, period } = state;
    tabs.select(tab);
    for (const [index, name] of periodNames.entries()) {
      periodButtons[index]?.setAttribute('aria-pressed', String(name === period));
    }
    if (!report) return;
    root.removeAttribute('aria-busy');
    const isEmpty = periodNames.every((name) => report?.[name].rows.length === 0);
    const shownPeriod = report[period];
    const hasContent = tab === 'usage' ? !isEmpty : shownPeriod.rows.length > 0;
    const { activeElement } = document;
    if (isEmpty && (isClearing || activeElement === clear || cards.contains(activeElement))) heading.focus();
    if (isEmpty) isClearing = false;
    periods.hidden = clear.hidden = usage.hidden = isEmpty;
    cards.hidden = shownPeriod.rows.length === 0;
    setText(
      message,
      isEmpty
        ? joinSentences(strings, [strings.healthEmpty, strings.healthEmptyHint])
        : hasContent
          ? ''
          : strings.healthEmptyPeriod,
    );
    message.hidden = hasContent;
    cards.setAttribute('aria-label', strings[`${period}Caption`]);
    if (tab === 'usage') {
      usage.replaceChildren(...createUsage(report));
      return;
    }
    replaceCards(
      cards,
      shownPeriod.rows.map((row) => createCard(row, shownPeriod, period)),
    );
  };
  update();

  return {
    show: (next, tab) => {
      report = next;
      if (tab) setState({ tab });
      else update();
    },
  };
}

function storedState(stored: unknown): PageState {
  const { tab, period } = Object(stored) as { readonly [Name in keyof PageState]?: unknown };
  return { tab: tab === 'network' ? 'network' : 'usage', period: period === 'days' ? 'days' : 'hours' };
}

/**
 * Replaces the cards. A `details` element that the user has opened stays open, and a focused `summary` element keeps
 * the focus.
 */
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
