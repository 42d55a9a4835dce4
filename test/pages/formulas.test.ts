import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

/** The first formula of several lines in the answer with formulas. */
const formulaLines = '$$\n\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}\n$$';

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

  describe('in copied text', () => {
    /** Copies the selection. Returns the content of the clipboard with the given type. */
    const copy = async (type: 'text/plain' | 'text/html' = 'text/plain'): Promise<string> => {
      await panel.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await panel.page.keyboard.press('Control+c');
      return panel.page.evaluate(async (wanted) => {
        const [item] = await navigator.clipboard.read();
        return (await item!.getType(wanted)).text();
      }, type);
    };
    const select = (selector: string): Promise<void> =>
      panel.page.evaluate(
        (within) => getSelection()!.selectAllChildren(document.querySelector(`[data-part="answer"] ${within}`)!),
        selector,
      );

    it('are TeX together with the text around them', async () => {
      await show(800);
      await select('p');
      assert.equal(
        await copy(),
        String.raw`The area of a meadow with the radius $r$ is $A = \pi r^2$, and a sheep costs $5 to $10.`,
      );
    });

    it('keep their line breaks', async () => {
      await show(800);
      await select('p:has(.math-display)');
      assert.equal((await copy()).trim(), formulaLines);
    });

    it('are complete if the selection begins and ends within a formula', async () => {
      await show(800);
      await panel.page.evaluate(() => {
        const [first, second] = document.querySelectorAll('[data-part="answer"] p math');
        getSelection()!.setBaseAndExtent(first!.querySelector('mi')!.firstChild!, 0, second!.querySelector('mo')!, 0);
      });
      assert.equal(await copy(), String.raw`$r$ is $A = \pi r^2$`);
    });

    it('are visible where formatted text is pasted', async () => {
      await show(800);
      await select('p');
      const html = await copy('text/html');
      assert.match(html, /\$r\$/);
      assert.doesNotMatch(html, /font-size: 0/);
    });
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

  it('wrap at their operators if they are wider than their line of text', async () => {
    await show(380);
    const formula = await panel.page.getByText('The sum').locator('math').boundingBox();
    assert.ok(formula && formula.x + formula.width <= 380 && formula.height > 60, JSON.stringify(formula));
  });

  it('scroll within the answer if they are on a line of their own and wider than the panel', async () => {
    await show(380);
    const widths = await panel.page.locator('.math-display').evaluateAll((formulas) => ({
      scroll: formulas.map(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth),
      page: document.documentElement.scrollWidth <= document.documentElement.clientWidth,
    }));
    assert.deepEqual(widths, { scroll: [false, true, false], page: true });
  });
});
