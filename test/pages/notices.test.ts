import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { panelStrings } from '../../src/shared/panelStrings';
import { findBrowser } from '../support/browser';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('notice in a panel that is 260 pixels wide', () => {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
  });
  after(() => browser.close());

  it('has its two buttons in one row, below the button that closes it', async () => {
    const panel = await StaticPage.openPanel(browser);
    await panel.page.setViewportSize({ width: 260, height: 600 });
    await panel.post(panelStates.find(({ name }) => name === 'notice-limit')!.snapshot);
    const boxOf = async (name: string) =>
      (await panel.page.locator('.notice-area').getByRole('button', { name }).boundingBox())!;
    const [one, other] = [await boxOf('Use OpenRouter'), await boxOf(panelStrings.switchModel)];
    const close = await boxOf(panelStrings.dismiss);
    assert.equal(other.y, one.y);
    assert.ok(close.y + close.height <= one.y);
  });
});
