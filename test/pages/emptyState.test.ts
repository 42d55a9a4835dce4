import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { panelStrings } from '../../src/shared/panelStrings';
import { findBrowser } from '../support/browser';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('empty conversation', () => {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
  });
  after(() => browser.close());

  it('keeps its heading in place while the user types', async () => {
    const panel = await StaticPage.openPanel(browser);
    await panel.post(panelStates.find(({ name }) => name === 'empty')!.snapshot);
    const heading = panel.page.getByRole('heading', { name: panelStrings.emptyTitle });
    const before = await heading.boundingBox();
    await panel.page.getByRole('textbox').fill('one\ntwo\nthree\nfour\nfive');
    assert.deepEqual(await heading.boundingBox(), before);
  });

  it('shortens its placeholder with an ellipsis while the text field has the focus', async () => {
    const panel = await StaticPage.openPanel(browser);
    await panel.page.setViewportSize({ width: 220, height: 600 });
    await panel.post(panelStates.find(({ name }) => name === 'empty')!.snapshot);
    await panel.page.getByRole('textbox').focus();
    const placeholder = panel.page.locator('.composer-placeholder');
    const isShortened = await placeholder.evaluate(
      (text) => getComputedStyle(text).textOverflow === 'ellipsis' && text.scrollWidth > text.clientWidth,
    );
    assert.deepEqual([isShortened, await placeholder.isVisible()], [true, true]);
    await panel.page.getByRole('textbox').fill('Why?');
    assert.equal(await placeholder.isVisible(), false);
  });

  it('is below the lines of the deleted turns and does not scroll', async () => {
    const panel = await StaticPage.openPanel(browser);
    await panel.post(panelStates.find(({ name }) => name === 'all-deleted')!.snapshot);
    const boxOf = async (selector: string) => (await panel.page.locator(selector).last().boundingBox())!;
    await panel.page.getByRole('button', { name: panelStrings.undo }).last().waitFor();
    const [line, content] = [await boxOf('.deleted-turn'), await boxOf('.empty-state')];
    assert.ok(line.y + line.height <= content.y);
    const scrolls = await panel.page.locator('.conversation').evaluate((log) => log.scrollHeight > log.clientHeight);
    assert.equal(scrolls, false);
  });

  for (const { width, isVisible } of [
    { width: 300, isVisible: false },
    { width: 360, isVisible: true },
  ]) {
    it(`${isVisible ? 'shows the whole badge' : 'has no badge'} of the offline demo if it is ${width} pixels wide`, async () => {
      const panel = await StaticPage.openPanel(browser);
      await panel.page.setViewportSize({ width, height: 600 });
      await panel.post(panelStates.find(({ name }) => name === 'demo')!.snapshot);
      await panel.page.locator('.model-name').filter({ hasText: /./ }).waitFor();
      const badge = panel.page.locator('.gateway-badge');
      assert.equal(await badge.isVisible(), isVisible);
      assert.ok(await badge.evaluate((text) => text.scrollWidth <= text.clientWidth));
    });
  }
});
