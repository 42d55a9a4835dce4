import assert from 'node:assert/strict';
import { chromium, type Browser, type Locator } from 'playwright-core';
import { panelStrings } from '../../src/shared/panelStrings';
import { findBrowser } from '../support/browser';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('narrow panel', () => {
  let browser: Browser;
  let panel: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
    panel = await StaticPage.openPanel(browser, 'sideBar');
  });
  after(() => browser.close());

  const show = async (name: string, width: number): Promise<void> => {
    await panel.load({ width, height: 860 });
    const { snapshot, act } = panelStates.find((state) => state.name === name)!;
    await panel.post(snapshot);
    await act?.(panel.page);
  };
  const boxOf = async (locator: Locator) => (await locator.boundingBox()) ?? assert.fail();

  it('shows the button that closes a failed summary within its border and beside its heading', async () => {
    await show('summary-failed', 300);
    const summary = panel.page.locator('.summary');
    const [button, box] = [await boxOf(summary.getByRole('button', { name: 'Dismiss' })), await boxOf(summary)];
    assert.ok(button.y >= box.y + 6, `${button.y} ${box.y}`);
    const right = await summary.locator('h2').evaluate((heading) => {
      const range = document.createRange();
      range.selectNodeContents(heading);
      return range.getBoundingClientRect().right;
    });
    assert.ok(right <= button.x, `${right} ${button.x}`);
  });

  it('shows the details of an earlier failure below its text', async () => {
    await show('notice-limit-failed', 220);
    const card = panel.page.locator('.failure-card.past').first();
    const [text, details] = [await boxOf(card.locator('.card-message')), await boxOf(card.locator('summary'))];
    assert.ok(details.y >= text.y + text.height, `${details.y} ${text.y + text.height}`);
  });

  it('hides the gateway if only a few letters of it fit, instead of shortening the name of the model', async () => {
    const name = panel.page.locator('.model-name');
    const shortened = () => name.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
    const isInLine = async () => (await boxOf(panel.page.locator('.model-gateway'))).y === (await boxOf(name)).y;
    for (const [width, shown] of [
      [300, false],
      [340, true],
    ] as const) {
      await show('gateway', width);
      assert.deepEqual([await shortened(), await isInLine()], [false, shown], `${width} pixels`);
    }
  });

  it('wraps the buttons of a card in a narrow column as in a narrow panel', async () => {
    const { snapshot } = panelStates.find((state) => state.name === 'comparison')!;
    const items = snapshot.items.map((item) =>
      'answers' in item ? { ...item, answers: item.answers.slice(1) } : item,
    );
    await panel.load({ width: 720, height: 860 });
    await panel.post({ ...snapshot, items });
    const card = panel.page.locator('.failure-card');
    await card.waitFor();
    const menu = await boxOf(card.getByRole('button', { name: panelStrings.moreActions }));
    const details = await boxOf(card.locator('summary'));
    assert.ok(details.y < menu.y + menu.height && menu.y < details.y + details.height);
  });
});
