import assert from 'node:assert/strict';
import { chromium, type Browser, type Locator } from 'playwright-core';
import { panelStrings } from '../../src/shared/panelStrings';
import { findBrowser } from '../support/browser';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('turn in a side bar that is 300 pixels wide', () => {
  let browser: Browser;
  let page: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
  });
  after(() => browser.close());

  const show = async (name: string): Promise<void> => {
    page = await StaticPage.openPanel(browser, 'sideBar');
    await page.page.setViewportSize({ width: 300, height: 860 });
    await page.post(panelStates.find((state) => state.name === name)!.snapshot);
  };
  afterEach(() => page.page.close());

  const button = (name: string): Locator => page.page.getByRole('button', { name }).last();
  const boxOf = async (locator: Locator) => (await locator.boundingBox()) ?? assert.fail();

  it('has its menu beside the name of the model if the menu is its only button', async () => {
    await show('scheduled');
    const menu = await boxOf(button(panelStrings.answerActions));
    const head = await boxOf(page.page.locator('.turn-head').last());
    assert.ok(menu.y + menu.height / 2 > head.y && menu.y + menu.height / 2 < head.y + head.height);
  });

  it('has only one menu if it has failed and its card has a menu', async () => {
    await show('failed');
    assert.equal(await page.page.locator('article.assistant [aria-haspopup]:visible').count(), 1);
  });

  it('hides whole figures instead of cutting one off', async () => {
    await show('paid');
    const { box, lines } = await page.page.locator('.turn-summary > .short-text').evaluate((text) => {
      const range = document.createRange();
      range.selectNodeContents(text);
      return { box: text.getBoundingClientRect(), lines: [...range.getClientRects()] };
    });
    const [first, ...hidden] = lines;
    assert.ok(first && first.left >= box.left - 1 && first.right <= box.right + 1 && hidden.length > 0);
    assert.ok(hidden.every((line) => line.top >= box.bottom - 1));
  });

  it("has the buttons of its card in a row with *Details* if they don't fit into the first row", async () => {
    await show('notice-limit-failed');
    const menu = await boxOf(button(panelStrings.moreActions));
    const details = await boxOf(page.page.locator('.card-details > summary').last());
    assert.ok(details.y < menu.y + menu.height && menu.y < details.y + details.height);
  });

  it('has captions of buttons on one line below a summary', async () => {
    await show('summary');
    const edit = page.page.locator('.summary-tools').getByRole('button', { name: panelStrings.editPrompt });
    const [one, other] = [await boxOf(edit), await boxOf(button(panelStrings.newFromSummary))];
    assert.equal(other.height, one.height);
  });
});
