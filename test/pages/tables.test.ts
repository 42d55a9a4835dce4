import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('table in an answer', () => {
  let browser: Browser;
  let page: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
    page = await StaticPage.openPanel(browser);
  });
  after(() => browser.close());

  const open = async (name: string): Promise<void> => {
    await page.load();
    await page.post(panelStates.find((state) => state.name === name)!.snapshot);
    await page.page.locator('.table-scroll').waitFor();
  };
  /** Waits until the edge is faded: the mask of the table is then as wide as its visible part, and not wider. */
  const waitUntilFaded = (isFaded: boolean): Promise<unknown> =>
    page.page.waitForFunction((expected) => {
      const table = document.querySelector('.table-scroll');
      return table && window.getComputedStyle(table).maskSize.startsWith('100%') === expected;
    }, isFaded);

  it('has a faded edge if it is wider than the panel', async () => {
    await open('wide-table');
    await waitUntilFaded(true);
  });

  it('has no faded edge after the user has scrolled to its last column', async () => {
    await open('wide-table');
    await page.page.locator('.table-scroll').evaluate((table) => table.scrollTo(table.scrollWidth, 0));
    await waitUntilFaded(false);
  });

  it('has no faded edge if it fits into the panel', async () => {
    await open('right-to-left');
    await waitUntilFaded(false);
  });

  /** Returns the number of lines of each header that the selector matches. */
  const linesOf = (selector: string): Promise<readonly number[]> =>
    page.page.locator(selector).evaluateAll((headers) =>
      headers.map((each) => {
        const range = document.createRange();
        range.selectNodeContents(each);
        return range.getClientRects().length;
      }),
    );

  it('has each short header on one line', async () => {
    await open('wide-table');
    const lines = await linesOf('th[data-short]');
    assert.deepEqual(new Set(lines), new Set([1]));
  });

  it('has a long header on at most three lines if its cells are narrow', async () => {
    await open('wide-table');
    const [lines = 0] = await linesOf('th:not([data-short])');
    assert.ok(lines > 1 && lines <= 3, String(lines));
  });
});
