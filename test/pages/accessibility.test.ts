import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import type { HealthReport, HealthTab } from '../../src/shared/healthMessages';
import { panelStrings } from '../../src/shared/panelStrings';
import { axeFindings } from '../support/axeFindings';
import { findBrowser } from '../support/browser';
import { emptyReport, report, usedReport } from '../webview/health/reports';
import { countAnswers, panelStates, type PanelState } from './panelStates';
import { StaticPage, themeNames } from './staticPage';

const narrow = { width: 380, height: 860 };

/** Widths of the panel in pixels. */
const widths = { editor: [1400, 800, narrow.width], sideBar: [300, 220] };

/** Returns the log, the dock and the elements in them that are wider than their container. */
const tooWide = `['[role=log]', '.dock'].flatMap((selector) => {
  const part = document.querySelector(selector);
  const right = part.getBoundingClientRect().right;
  const scrolls = (each) => each !== part && getComputedStyle(each).overflowX !== 'visible';
  const inside = (each) => { while (each !== part) { if (scrolls(each = each.parentElement)) return true; } return false; };
  return [
    ...(part.scrollWidth > part.clientWidth ? [selector] : []),
    ...[...part.querySelectorAll('*')]
      .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > right + 0.5)
      .filter((each) => !inside(each))
      .map((each) => each.outerHTML.slice(0, 200)),
  ];
})`;

let browser: Browser;
let page: StaticPage;
before(async () => {
  browser = await chromium.launch(await findBrowser());
});
after(() => browser.close());

const findings = (scope?: 'colors'): Promise<readonly string[]> =>
  axeFindings((expression) => page.page.evaluate(expression), scope);

/** Runs all rules in one theme, and in the other themes the rules whose result depends on the theme. */
async function assertNoFindings(): Promise<void> {
  for (const [index, theme] of themeNames.entries()) {
    await page.setTheme(theme);
    assert.deepEqual(await findings(index === 0 ? undefined : 'colors'), [], theme);
  }
}

for (const location of ['editor', 'sideBar'] as const)
  describe(`accessible panel in the location ${location}`, () => {
    before(async () => {
      page = await StaticPage.openPanel(browser, location);
    });
    after(() => page.page.close());

    const enter = async ({ snapshot, act }: PanelState): Promise<void> => {
      await page.load();
      await page.post(snapshot);
      // A turn that has not been drawn has no state.
      const isDrawn = (turns: number): boolean =>
        document.querySelector('textarea') !== null &&
        document.querySelectorAll('article.assistant[data-state]').length === turns;
      await page.page.waitForFunction(isDrawn, countAnswers(snapshot));
      await act?.(page.page);
    };

    for (const state of panelStates) {
      it(`has no axe violations and no overflowing elements in the state "${state.name}"`, async () => {
        await enter(state);
        await assertNoFindings();
        for (const width of widths[location]) {
          await page.page.setViewportSize({ ...narrow, width });
          assert.deepEqual(await page.page.evaluate(tooWide), [], `${width} pixels`);
        }
      });
    }
  });

it('gives the code of an attachment no background of its own', async () => {
  page = await StaticPage.openPanel(browser);
  await page.setTheme('Default High Contrast Light');
  const { snapshot, act } = panelStates.find(({ name }) => name === 'attached')!;
  await page.post(snapshot);
  await act?.(page.page);
  const code = page.page.locator('.attachment code').first();
  assert.equal(await code.evaluate((element) => getComputedStyle(element).backgroundColor), 'rgba(0, 0, 0, 0)');
  await page.page.close();
});

describe('page *Usage and health*', () => {
  afterEach(() => page.page.close());

  const show = async (shown: HealthReport, tab: HealthTab = 'usage'): Promise<void> => {
    page = await StaticPage.open(browser, {
      script: 'health.js',
      styles: ['health.css'],
      data: { strings: panelStrings },
    });
    await page.post({ type: 'report', report: shown, tab });
  };

  it('has no axe violations before the first request', async () => {
    await show(emptyReport);
    await page.page.getByText(panelStrings.healthEmpty).waitFor();
    assert.deepEqual(await findings(), []);
  });

  it('breaks no Chinese word of a header in an editor that is 300 pixels wide', async () => {
    await show(usedReport);
    await page.page.setViewportSize({ ...narrow, width: 300 });
    const header = page.page.locator('.usage-table thead th:nth-child(3)');
    const lines = await header.evaluate((cell) => {
      cell.textContent = '输入 / 输出 token';
      const range = document.createRange();
      range.setStart(cell.firstChild!, 5);
      range.setEnd(cell.firstChild!, 7);
      return range.getClientRects().length;
    });
    assert.equal(lines, 1);
  });

  it('breaks no host and no short model name in an editor that is 300 pixels wide', async () => {
    await show(usedReport);
    await page.page.setViewportSize({ ...narrow, width: 300 });
    const names = page.page.locator('.usage-table th[scope="row"]').filter({ hasText: 'qwen3:8b' });
    const heights = await names.first().evaluate((cell) => {
      const range = document.createRange();
      return [...cell.childNodes].flatMap((part) => (range.selectNodeContents(part), range.getClientRects().length));
    });
    assert.deepEqual(heights, [1, 0, 1]);
  });

  it('shows each amount on one line in an editor that is 280 pixels wide', async () => {
    await show(usedReport);
    await page.page.setViewportSize({ ...narrow, width: 280 });
    const amounts = page.page.locator('.usage-table tr:not(.sum) > td:last-child');
    const lines = await amounts.evaluateAll((cells) =>
      cells.map(({ firstChild }) => {
        const range = document.createRange();
        range.selectNode(firstChild!);
        return range.getClientRects().length;
      }),
    );
    assert.ok(lines.length > 0 && lines.every((count) => count === 1), String(lines));
  });

  for (const [tab, shown] of [
    ['usage', usedReport],
    ['network', report],
  ] as const) {
    it(`has no axe violations in any theme and no horizontal scroll bar at any width: view ${tab}`, async () => {
      await show(shown, tab);
      await page.page.getByRole('tabpanel', { name: panelStrings[tab] }).waitFor();
      const details = page.page.getByText(panelStrings.details).filter({ visible: true });
      for (const each of await details.all()) await each.click();
      await assertNoFindings();
      for (const width of [220, narrow.width, 511, 1080]) {
        await page.page.setViewportSize({ ...narrow, width });
        assert.equal(await page.page.evaluate(() => document.documentElement.scrollWidth), width);
      }
      assert.deepEqual(await findings(), []);
    });
  }
});
