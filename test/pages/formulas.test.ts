import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('formulas on the page', () => {
  let browser: Browser;
  let panel: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
    panel = await StaticPage.openPanel(browser);
  });
  after(() => browser.close());

  const show = async (width: number): Promise<void> => {
    await panel.load({ width, height: 860 });
    const { snapshot, act } = panelStates.find(({ name }) => name === 'formulas')!;
    await panel.post(snapshot);
    await act?.(panel.page);
  };

  it('are copied as TeX together with the text around them', async () => {
    await show(800);
    const copied = await panel.page.evaluate(() => {
      getSelection()?.selectAllChildren(document.querySelector('[data-part="answer"] p')!);
      // The browser copies this text after the event, if it has a clipboard.
      document.dispatchEvent(new ClipboardEvent('copy', { bubbles: true }));
      return getSelection()?.toString();
    });
    assert.equal(
      copied,
      String.raw`The area of a meadow with the radius $r$ is $A = \pi r^2$, and a sheep costs $5 to $10.`,
    );
  });

  it('are exposed to screen readers as MathML, without their source', async () => {
    await show(800);
    const tree = await panel.page.locator('[data-part="answer"]').first().ariaSnapshot();
    assert.ok(!tree.includes('\\pi'), tree);
  });

  for (const [name, selector, property] of [
    ['around a boxed result', '.tml-border', 'borderTopWidth'],
    ['between the columns of an array', 'mtd.tml-borderRight', 'borderRightWidth'],
    ['between the rows of an array', 'mtd.tml-borderBottom', 'borderBottomWidth'],
    ['across a crossed-out term', '.tml-cancel', 'width'],
  ] as const) {
    it(`have a line ${name}`, async () => {
      await show(800);
      const styles = await panel.page
        .locator(selector)
        .evaluateAll(
          (elements, key) => elements.map((element) => parseFloat(getComputedStyle(element)[key])),
          property,
        );
      assert.ok(styles.length > 0 && styles.every((width) => width > 0), JSON.stringify(styles));
    });
  }

  it('scroll within the answer if they are wider than the panel', async () => {
    await show(380);
    const widths = await panel.page.locator('.math-display').evaluateAll((formulas) => ({
      scroll: formulas.map(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth),
      page: document.documentElement.scrollWidth <= document.documentElement.clientWidth,
    }));
    assert.deepEqual(widths, { scroll: [false, true, false], page: true });
  });
});
