import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { healthStrings, type HealthReport, type HealthTab } from '../../src/shared/healthMessages';
import { axeFindings } from '../support/axeFindings';
import { findBrowser } from '../support/browser';
import { emptyReport, report, usedReport } from '../webview/health/reports';
import { panelStates, type PanelState } from './panelStates';
import { StaticPage, themeNames } from './staticPage';

const narrow = { width: 380, height: 860 };

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
afterEach(() => page.page.close());

const findings = (): Promise<readonly string[]> => axeFindings((expression) => page.page.evaluate(expression));

describe('accessible panel', () => {
  const enter = async ({ snapshot, act }: PanelState): Promise<void> => {
    page = await StaticPage.openPanel(browser);
    await page.post(snapshot);
    // A turn that has not been drawn has no state.
    const isDrawn = (turns: number): boolean =>
      document.querySelector('textarea') !== null &&
      document.querySelectorAll('article.assistant[data-state]').length === turns;
    await page.page.waitForFunction(isDrawn, snapshot.exchanges.length);
    await act?.(page.page);
  };

  for (const state of panelStates) {
    it(`has no axe violations and no overflowing elements in the state "${state.name}"`, async () => {
      await enter(state);
      for (const theme of themeNames) {
        await page.setTheme(theme);
        assert.deepEqual(await findings(), [], theme);
      }
      await page.page.setViewportSize(narrow);
      assert.deepEqual(await page.page.evaluate(tooWide), []);
    });
  }
});

describe('accessible page of usage and health', () => {
  const show = async (shown: HealthReport, tab: HealthTab = 'usage'): Promise<void> => {
    page = await StaticPage.open(browser, {
      ...{ script: 'health.js', styles: ['health.css'], data: { strings: healthStrings } },
    });
    await page.setTheme(themeNames[0]!);
    await page.post({ type: 'report', report: shown, tab });
  };

  it('has no axe violations without requests', async () => {
    await show(emptyReport);
    await page.page.getByText(healthStrings.empty).waitFor();
    assert.deepEqual(await findings(), []);
  });

  it('shows each amount in one line in an editor of 280 pixels', async () => {
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
    it(`has no axe violations in any theme, and does not scroll sideways in a narrow editor: ${tab}`, async () => {
      await show(shown, tab);
      await page.page.getByRole('tabpanel', { name: healthStrings[tab] }).waitFor();
      const details = page.page.getByText(healthStrings.details).filter({ visible: true });
      for (const each of await details.all()) await each.click();
      for (const theme of themeNames) {
        await page.setTheme(theme);
        assert.deepEqual(await findings(), [], theme);
      }
      for (const width of [220, narrow.width, 511, 1080]) {
        await page.page.setViewportSize({ ...narrow, width });
        assert.equal(await page.page.evaluate(() => document.documentElement.scrollWidth), width);
      }
      assert.deepEqual(await findings(), []);
    });
  }
});
