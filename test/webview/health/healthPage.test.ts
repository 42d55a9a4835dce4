import assert from 'node:assert/strict';
import { JSDOM } from 'jsdom';
import { panelStrings } from '../../../src/shared/panelStrings';
import type { FromHealthPage } from '../../../src/shared/pageMessages';
import { createHealthPage } from '../../../src/webview/health/healthPage';
import { valuesOf } from '../../support/valuesOf';
import { emptyReport, report, usedReport } from './reports';

describe('page *Usage and health*', () => {
  let document: Document;
  let posted: FromHealthPage[];
  let state: unknown;
  let page: ReturnType<typeof createHealthPage>;

  beforeEach(() => {
    const { window } = new JSDOM('<!doctype html><body><main id="root"></main></body>');
    document = window.document;
    Object.assign(globalThis, { document, window });
    [posted, state] = [[], { tab: 'network' }];
    open();
  });
  after(() => {
    for (const name of ['document', 'window']) Reflect.deleteProperty(globalThis, name);
  });

  function open(): void {
    const api = {
      postMessage: (message: FromHealthPage) => void posted.push(message),
      getState: () => state,
      setState: (next: unknown) => (state = next),
    };
    page = createHealthPage(document.querySelector('main')!, api, panelStrings, 'en');
  }
  const button = (name: string): HTMLButtonElement =>
    [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name)!;
  const texts = (selector: string): readonly string[] =>
    [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
  const cards = (): HTMLElement => document.querySelector<HTMLElement>('.health-cards')!;
  const labels = (): readonly (string | null)[] =>
    [...document.querySelectorAll('[role="img"]')].map((chart) => chart.getAttribute('aria-label'));

  it('shows a card with the figures of each model and gateway', () => {
    page.show(report);
    assert.deepEqual(texts('h2'), ['gpt-4o a.test', '<b>x</b> b.test']);
    assert.deepEqual(texts('article:first-child .measures dt, article:first-child .figure'), [
      'Success rate',
      '97%',
      'First token',
      '1.2 s · p95 3.4 s',
      'Speed',
      '48 tok/s',
      'Retries',
      '3',
    ]);
    assert.deepEqual(texts('article:first-child .note'), [
      '39 of 40 turns succeeded · 3 refused (key rejected, out of credit)',
    ]);
    assert.deepEqual(texts('article:first-child details dd'), [
      '43',
      '2',
      '1',
      '65 s',
      '12K / 3.4K',
      '1 × timed out, 2 × key rejected, 1 × out of credit',
    ]);
    assert.deepEqual(texts('article:last-child .figure'), ['–', '–', '–', '0']);
    assert.deepEqual(texts('article:last-child details dd'), ['1', '0', '0', '–', '–', '0']);
  });

  it('shows charts with a text alternative for a model with enough requests', () => {
    page.show(report);
    assert.deepEqual(labels(), [
      'Success rate, last 24 hours: 97%. Hourly values range from 0% to 97%.',
      'First token, last 24 hours: 1.2 s · p95 3.4 s. Hourly values range from 1.2 s to 1.2 s.',
      'Speed, last 24 hours: 48 tok/s. Hourly values range from 48 tok/s to 48 tok/s.',
      'Retries, last 24 hours: 3. Hourly values range from 0 to 3.',
    ]);
    assert.deepEqual(texts('.chart-axis')[0], '24 h agonow');
    assert.deepEqual(texts('article:last-child .note'), ['0 of 1 turns succeeded', 'Charts appear after 5 requests.']);
  });

  it('draws each bar at the position of its hour, with a height in proportion to its value', () => {
    page.show(report);
    const [success, firstToken] = document.querySelectorAll('.health-chart');
    const bars = (chart: Element | undefined, name: string): readonly (string | null)[][] =>
      [...(chart?.querySelectorAll(`rect.${name}`) ?? [])].map((bar) =>
        ['x', 'height'].map((attribute) => bar.getAttribute(attribute)),
      );
    assert.deepEqual(bars(success, 'value'), [['12.5%', '41.7']]);
    assert.deepEqual(bars(success, 'zero'), [['16.67%', '2']]);
    assert.deepEqual(bars(success, 'upper'), [
      ['12.5%', '43'],
      ['16.67%', '43'],
    ]);
    assert.deepEqual([bars(firstToken, 'value'), bars(firstToken, 'upper')], [[['12.5%', '15.2']], [['12.5%', '43']]]);
    assert.match(success?.querySelector('title')?.textContent ?? '', /\b3:00\sAM: 97%$/);
  });

  it('still shows the last 14 days after a reload if the user has chosen that period', () => {
    page.show(report);
    assert.equal(button('24 hours').getAttribute('aria-pressed'), 'true');
    button('14 days').click();
    const arePressed = ['24 hours', '14 days'].map((name) => button(name).getAttribute('aria-pressed'));
    assert.deepEqual(arePressed, ['false', 'true']);
    assert.match(labels()[0] ?? '', /last 14 days: 97%\. Daily/);
    assert.match(document.querySelector('.health-chart title')?.textContent ?? '', /^Jun 4: /);
    open();
    page.show(report);
    assert.equal(cards().getAttribute('aria-label'), 'Last 14 days');
  });

  it('shows the last 24 hours if the stored state is damaged', () => {
    state = { tab: 'network', period: 7 };
    open();
    page.show(report);
    assert.equal(cards().getAttribute('aria-label'), 'Last 24 hours');
  });

  it('keeps the focus on a button when it shows new numbers', () => {
    page.show(report);
    for (const focused of [button('14 days'), button('Clear')]) {
      focused.focus();
      page.show(report);
      assert.equal(document.activeElement, focused);
    }
  });

  it('keeps the details of a card open and focused when it shows new numbers', () => {
    page.show(report);
    const details = (card: string): HTMLDetailsElement => document.querySelector(`article:${card}-child details`)!;
    details('last').open = true;
    details('last').querySelector('summary')?.focus();
    page.show(report);
    assert.equal(document.activeElement, details('last').querySelector('summary'));
    assert.deepEqual([details('first').open, details('last').open], [false, true]);
  });

  it('shows HTML in a model name as text', () => {
    page.show(report);
    assert.equal(document.querySelectorAll('b').length, 0);
  });

  it('says that there are no requests yet', () => {
    page.show(emptyReport);
    assert.match(document.querySelector('[role="status"]')?.textContent ?? '', /^No requests yet\./);
    const shown = [...document.querySelectorAll('button.button')].filter((each) => each.closest('[hidden]') === null);
    assert.deepEqual(valuesOf(shown, 'textContent'), ['Test connection']);
    assert.ok(cards().hidden);
  });

  it('says that the chosen period has no requests', () => {
    page.show({ ...report, hours: { ...report.hours, rows: [] } });
    assert.equal(document.querySelector('[role="status"]')?.textContent, 'No requests in this period.');
    button('14 days').click();
    assert.equal(document.querySelector<HTMLElement>('[role="status"]')?.hidden, true);
  });

  it('moves the focus to the heading when the *Clear* button disappears', () => {
    for (const leave of [() => button('Clear').focus(), () => button('Clear').click()]) {
      page.show(report);
      (document.activeElement as HTMLElement).blur();
      leave();
      page.show(emptyReport);
      assert.equal(document.activeElement?.textContent, 'Usage and health');
    }
  });

  it('posts a message to the host for *Clear* and for *Test connection*', () => {
    page.show(report);
    button('Clear').click();
    button('Test connection').click();
    assert.deepEqual(posted, [{ type: 'clear' }, { type: 'testConnection' }]);
  });

  describe('tab *Usage*', () => {
    beforeEach(() => {
      state = undefined;
      open();
    });
    const tabs = (): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role="tab"]')];
    const selected = (): readonly (string | null)[] =>
      [...document.querySelectorAll('[role="tabpanel"]:not([hidden])')].map((panel) => {
        const tab = document.getElementById(panel.getAttribute('aria-labelledby') ?? '');
        return tab?.getAttribute('aria-selected') === 'true' && tab.tabIndex === 0 ? tab.textContent : null;
      });
    const press = (key: string): void => {
      const { KeyboardEvent } = document.defaultView!;
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    };

    it('shows the usage and the used share of the daily budget', () => {
      page.show(usedReport);
      const sums = texts('.usage :is(dt, .figure, dd.note)');
      assert.deepEqual(sums, [
        'Today',
        '≈\u00a0¥1.23 + $0.0042',
        '16 requests',
        '3 requests with unknown cost',
        'saved ≈\u00a0¥0.45',
        '$0.0042 is not included in the budget',
        '24% of the ¥5.00 budget used',
        'Last 14 days',
        '≈\u00a0¥2.47 + $0.0042',
        '29 requests',
        '4 requests with unknown cost',
        'saved ≈\u00a0¥0.45',
        'Tokens in / out',
        '89K / 9.8K',
        '68% of the prompt from cache',
      ]);
      assert.match(texts('.usage p.note')[0] ?? '', /^“≈” marks an estimate/);
    });

    it('shows the used share of the daily budget as a bar with a name', () => {
      page.show(usedReport);
      const meter = document.querySelector('meter');
      assert.deepEqual([meter?.value, meter?.getAttribute('aria-label')], [24, '24% of the ¥5.00 budget used']);
      page.show({ ...usedReport, budget: undefined });
      assert.equal(document.querySelector('meter'), null);
    });

    it('leaves out the last 14 days if all requests are of today', () => {
      const { starts, rows } = usedReport.days;
      const onlyToday = rows.slice(1, 2);
      page.show({ ...usedReport, days: { starts, rows: onlyToday } });
      assert.deepEqual(texts('.usage :is(dt, th[scope="rowgroup"])'), ['Today', 'Tokens in / out', 'Today']);
    });

    it('has a text alternative for each chart', () => {
      page.show(usedReport);
      assert.deepEqual(labels().slice(0, 2), [
        'Cost, last 14 days: ≈\u00a0¥2.47 + $0.0042. Daily values range from ¥1.23 to ≈\u00a0¥1.23 + $0.0042.',
        'Tokens in / out, last 14 days: 89K / 9.8K. Daily values range from 84K / 9.1K to 89K / 9.8K.',
      ]);
      assert.deepEqual(texts('.usage .cost title'), ['Thu, Nov 12: ¥1.23', 'Sat, Nov 14: ≈\u00a0¥1.23 + $0.0042']);
    });

    it('lists the usage of each day by model and gateway: today, the last 14 days, and each earlier day', () => {
      page.show(usedReport);
      const rows = [...document.querySelectorAll('tr')].map((row) =>
        [...row.children].map((cell) => `${cell.getAttribute('scope') ?? ''}:${cell.textContent}`),
      );
      const saved = 'saved ≈\u00a0¥0.45';
      const sonnet = ['row:claude-sonnet-4 api.holysheep.ai', ':12', ':84K / 9.1K72% from cache', `:¥1.23${saved}`];
      const other = ['row:<b>x</b> b.test', ':4', ':5K / 700', ':≈\u00a0$0.00423 unknown'];
      const local = ['row:qwen3:8b localhost:11434', ':1', ':–', ':–'];
      assert.deepEqual(rows, [
        ['col:Model', 'col:Requests', 'col:Tokens in / out', 'col:Cost'],
        ['rowgroup:Today', ':16', ':89K / 9.8K68% from cache', `:≈\u00a0¥1.23 + $0.00423 unknown${saved}`],
        sonnet,
        other,
        ['rowgroup:Last 14 days', ':29', ':89K / 9.8K68% from cache', `:≈\u00a0¥2.47 + $0.00424 unknown${saved}`],
        [sonnet[0], ':24', sonnet[2], `:¥2.47${saved}`],
        other,
        local,
        ['rowgroup:Thu, Nov 12', ':13', ':84K / 9.1K72% from cache', `:¥1.231 unknown${saved}`],
        sonnet,
        local,
      ]);
    });

    describe('note about what caching saved', () => {
      const [, , row] = usedReport.days.rows;
      const loss = { amount: -0.5, currency: 'CNY', isEstimate: true } as const;
      for (const [title, figures] of [
        ['includes a request with an unknown saving', { unknownSavings: 1 }],
        ['is negative', { cacheSavings: [loss] }],
      ] as const)
        it(`is left out of a sum that ${title}`, () => {
          const other = { ...row!, model: 'claude-opus-4', total: { ...row!.total, ...figures } };
          page.show({ ...usedReport, days: { ...usedReport.days, rows: [row!, other] } });
          const [, total] = document.querySelectorAll('.measures > div');
          assert.match(total?.textContent ?? '', /^Last 14 days/);
          assert.doesNotMatch(total?.textContent ?? '', /saved/);
        });
    });

    it('says that there are no requests yet', () => {
      page.show(emptyReport);
      assert.match(texts('[role="status"]')[0] ?? '', /^No requests yet\./);
      assert.equal(document.querySelector<HTMLElement>('.usage')?.hidden, true);
    });

    it('can be selected and left with the arrow keys, Home and End', () => {
      page.show(usedReport);
      assert.deepEqual(selected(), ['Usage']);
      tabs()[0]?.focus();
      for (const [key, expected] of [
        ['ArrowRight', 'Network health'],
        ['ArrowRight', 'Usage'],
        ['ArrowLeft', 'Network health'],
        ['Home', 'Usage'],
        ['End', 'Network health'],
      ] as const) {
        press(key);
        assert.deepEqual([selected(), document.activeElement?.textContent], [[expected], expected], key);
      }
      open();
      assert.deepEqual(selected(), ['Network health']);
    });

    it('is selected when the host requests it', () => {
      tabs()[1]?.click();
      page.show(usedReport);
      assert.deepEqual(selected(), ['Network health']);
      page.show(usedReport, 'usage');
      assert.deepEqual([selected(), state], [['Usage'], { tab: 'usage', period: 'hours' }]);
    });
  });
});
