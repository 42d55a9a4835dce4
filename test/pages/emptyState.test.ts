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
});
