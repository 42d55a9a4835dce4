import assert from 'node:assert/strict';
import { chromium, type Browser, type Locator } from 'playwright-core';
import { panelStrings } from '../../src/shared/panelStrings';
import { initialTurn, reduceTurn } from '../../src/shared/protocol';
import { findBrowser } from '../support/browser';
import { ev } from '../webview/panel/support/events';
import { countAnswers, panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('layout of a comparison', () => {
  let browser: Browser;
  let panel: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
    panel = await StaticPage.openPanel(browser);
  });
  after(() => browser.close());

  const show = async (name: string, width: number): Promise<void> => {
    await panel.load({ width, height: 700 });
    const { snapshot } = panelStates.find((state) => state.name === name)!;
    await panel.post(snapshot);
    await panel.page
      .locator('article.assistant[data-state]')
      .nth(countAnswers(snapshot) - 1)
      .waitFor();
  };
  /** Returns how many columns of the last comparison stand in each row. */
  const rows = async (): Promise<readonly number[]> => {
    const columns = panel.page.getByRole('group', { name: panelStrings.comparison }).last().locator('.column');
    // Measures all columns at once, because the conversation may still scroll to its end.
    const tops = await columns.evaluateAll((all) => all.map((column) => column.getBoundingClientRect().top));
    return [...Map.groupBy(tops, (top) => top).values()].map(({ length }) => length);
  };

  const cases: readonly (readonly [width: number, three: readonly number[], four: readonly number[]])[] = [
    [380, [1, 1, 1], [1, 1, 1, 1]],
    [680, [1, 1, 1], [1, 1, 1, 1]],
    [700, [3], [2, 2]],
    [1400, [3], [4]],
  ];
  for (const [width, three, four] of cases) {
    it(`puts three answers in rows of ${three.join()} and four in rows of ${four.join()} when the panel is ${width} pixels wide`, async () => {
      await show('comparison-ended', width);
      assert.deepEqual(await rows(), three);
      await show('comparison', width);
      assert.deepEqual(await rows(), four);
      const log = panel.page.getByRole('log');
      assert.equal(await log.evaluate((element) => element.scrollWidth - element.clientWidth), 0);
    });
  }

  const heads = async () =>
    Promise.all(
      (await panel.page.locator('.columns').last().locator('.turn-head').all()).map((head) => head.boundingBox()),
    );

  it('keeps the name of each model in view when the user scrolls to the end', async () => {
    await show('comparison-ended', 900);
    await panel.page.setViewportSize({ width: 900, height: 320 });
    await panel.page.getByRole('log').evaluate((log) => (log.scrollTop = log.scrollHeight));
    const tops = (await heads()).map((box) => box!.y);
    assert.ok(Math.min(...tops) >= 0 && Math.max(...tops) - Math.min(...tops) < 1, String(tops));
  });

  it('gives all answers a header of the same height, with or without a Stop button', async () => {
    await show('comparison', 1400);
    assert.equal(new Set((await heads()).map((box) => box!.height)).size, 1);
  });

  it('shows only the sum above it when the panel is narrow', async () => {
    const costs = [{ amount: 0.0123, currency: 'USD', isEstimate: false }];
    const line = panel.page.locator('.conversation-header');
    for (const [width, title, text] of [
      [220, '', '$0.0123'],
      [400, '', 'Cost of this conversation: $0.0123'],
      [400, 'Sheep', 'Sheep\n\n$0.0123'],
    ] as const) {
      await show('done', width);
      await panel.post({ type: 'conversationCost', costs, unknownAnswers: 0 });
      await panel.post({ type: 'title', title });
      await line.waitFor();
      assert.equal(await line.innerText(), text);
    }
  });

  it('aligns its right edge with the right edge of the cost above it', async () => {
    await show('comparison', 1400);
    const costs = [{ amount: 0.0123, currency: 'USD', isEstimate: false }];
    await panel.post({ type: 'conversationCost', costs, unknownAnswers: 0 });
    const line = panel.page.locator('.conversation-header button');
    await line.waitFor();
    const end = await line.evaluate((text) => {
      const range = document.createRange();
      range.selectNodeContents(text);
      return range.getBoundingClientRect().right;
    });
    const columns = await panel.page.locator('.columns').boundingBox();
    assert.ok(Math.abs(end - columns!.x - columns!.width) < 1);
  });

  /** Returns the height of the answer, and the distances of its head and its buttons from its top and its bottom. */
  const measure = (answer: Locator) =>
    answer.evaluate((element) => {
      const [box, head, row] = [element, element.querySelector('.turn-head')!, element.querySelector('.turn-row')!].map(
        (each) => each.getBoundingClientRect(),
      );
      return { height: box!.height, head: head!.top - box!.top, row: box!.bottom - row!.bottom };
    });
  const answers = (): Locator => panel.page.locator('.columns').last().getByRole('article');

  it('keeps the model name and the buttons of each answer in view while the user scrolls the answer', async () => {
    await show('comparison-ended', 900);
    await panel.page.setViewportSize({ width: 900, height: 320 });
    const answer = answers().nth(1);
    for (const scrollTop of [0, 50]) {
      assert.equal(
        await answer.evaluate((element, top) => ((element.scrollTop = top), element.scrollTop), scrollTop),
        scrollTop,
      );
      const { height, head, row } = await measure(answer);
      assert.ok(height <= 170 && Math.abs(head) <= 1 && Math.abs(row) <= 1, JSON.stringify({ height, head, row }));
    }
  });

  it('puts the buttons of all answers in a row at the end of the columns', async () => {
    await show('comparison-ended', 900);
    const rows = await Promise.all((await answers().all()).map(measure));
    assert.equal(new Set(rows.map(({ height }) => height)).size, 1);
    assert.ok(
      rows.every(({ row }) => Math.abs(row) <= 1),
      JSON.stringify(rows),
    );
  });

  it('names the gateways only if the answers come from different gateways', async () => {
    await show('comparison', 1400);
    const names = answers().locator('.turn-gateway:visible');
    assert.equal(await names.count(), 0);
    const gateway = { id: 'https://other.example/v1', label: 'Other', origin: 'https://other.example' };
    await panel.post({ type: 'events', answerId: 'c0', events: [ev.attempt({ attempt: 2, gateway })] });
    await answers().getByText('Other', { exact: true }).waitFor();
    assert.equal(await names.count(), 4);
  });

  it('keeps the end of a running answer in view', async () => {
    await show('comparison', 900);
    // From the second text on, the answer keeps its height.
    for (const minTop of [1000, 2500]) {
      await panel.post({ type: 'events', answerId: 'c0', events: [ev.text('A long paragraph. '.repeat(200))] });
      await panel.page.waitForFunction((min) => {
        const { scrollTop, scrollHeight, clientHeight } = document.querySelector('.columns article')!;
        return scrollTop > min && scrollHeight - scrollTop - clientHeight < 1;
      }, minTop);
    }
  });

  it('lets the Page Down key scroll the focused answer', async () => {
    await show('comparison-ended', 900);
    const answer = answers().nth(1);
    await answer.evaluate((element) => element.focus());
    await panel.page.keyboard.press('PageDown');
    await panel.page.waitForFunction((element) => element.scrollTop > 0, await answer.elementHandle());
  });

  it('does not let stacked answers scroll', async () => {
    await show('comparison-ended', 380);
    const heights = await answers().evaluateAll((all) =>
      all.map(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight),
    );
    assert.deepEqual(heights, [0, 0, 0]);
  });

  describe('with stacked answers', () => {
    it('leaves a space between a card without a row of buttons below it and the border', async () => {
      await show('comparison', 300);
      for (const name of ['.wait-card', '.failure-card']) {
        const card = panel.page.locator(name);
        const space = await card.evaluate(
          (element) =>
            element.closest('.column')!.getBoundingClientRect().bottom - element.getBoundingClientRect().bottom,
        );
        assert.ok(space >= 6, `${name} ${space}`);
      }
    });

    /** Returns the bottom of the conversation, and the top and the bottom of the buttons of an answer. */
    const measureRow = () =>
      answers()
        .nth(1)
        .evaluate((element) => {
          const row = element.querySelector('.turn-row')!.getBoundingClientRect();
          return { end: element.closest('[role="log"]')!.getBoundingClientRect().bottom, row };
        });

    it('shows the buttons of the answer that is at the lower edge of the page', async () => {
      await show('comparison-ended', 300);
      await answers()
        .nth(1)
        .evaluate((element) => element.scrollIntoView());
      const { end, row } = await measureRow();
      assert.ok(Math.abs(end - row.bottom) < 1, `${end} ${row.bottom}`);
    });

    it('scrolls a focused link above the buttons', async () => {
      await show('comparison-ended', 300);
      const link = answers().nth(1).getByRole('link').first();
      await link.evaluate((element) => {
        const log = element.closest('[role="log"]')!;
        // Scrolls the link below the buttons.
        log.scrollTop += element.getBoundingClientRect().bottom - log.getBoundingClientRect().bottom;
        element.focus();
      });
      const { row } = await measureRow();
      const { y, height } = (await link.boundingBox())!;
      assert.ok(y + height <= row.top, `${y + height} ${row.top}`);
    });
  });

  it('moves the focus between answers side by side with the left and right arrow keys', async () => {
    await show('comparison-ended', 900);
    await answers().nth(0).focus();
    for (const [key, index] of [
      ['ArrowRight', 1],
      ['ArrowRight', 2],
      ['ArrowLeft', 1],
    ] as const) {
      await panel.page.keyboard.press(key);
      assert.equal(
        await answers()
          .nth(index)
          .evaluate((element) => element === document.activeElement),
        true,
      );
    }
  });

  it('gives the rows with the buttons the same height if one answer needed retries', async () => {
    await show('comparison-ended', 700);
    const rowHeights = await answers()
      .locator('.turn-row')
      .evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
    assert.equal(new Set(rowHeights).size, 1, String(rowHeights));
  });

  it('shows the note below a long answer when the user chooses the answer', async () => {
    const { snapshot } = panelStates.find((state) => state.name === 'comparison-ended')!;
    const item = snapshot.items.at(-1);
    assert.ok(item && 'answers' in item);
    const text = 'A long paragraph.\n\n'.repeat(200);
    const state = [ev.attempt(), ev.text(text), ev.done(text)].reduce(reduceTurn, initialTurn);
    const [chosen, ...others] = item.answers.map((answer) => ({ ...answer, state }));
    const comparedWith = others.map(({ model = '' }) => ({ model, laterTurns: 0 }));
    for (const width of [300, 900]) {
      await panel.load({ width, height: 700 });
      await panel.post({ ...snapshot, items: [{ ...item, answers: [chosen!, ...others] }] });
      await answers().first().getByText('A long paragraph.').last().waitFor();
      await answers().first().getByRole('button', { name: panelStrings.useAnswer }).click();
      await panel.post({ type: 'path', items: [{ ...item, answers: [chosen!], selected: chosen!.id, comparedWith }] });
      const note = panel.page.locator('.exchange > .comparison-bar:last-child');
      await note.waitFor();
      const bottoms = await note.evaluate((bar) =>
        [bar, bar.closest('[role="log"]')!].map((each) => each.getBoundingClientRect().bottom),
      );
      assert.ok(bottoms[0]! > 0 && bottoms[0]! <= bottoms[1]! + 1, bottoms.join());
      assert.equal(await panel.page.evaluate(() => document.activeElement?.tagName), 'ARTICLE');
    }
  });

  it('breaks no line within a model name in the note below the chosen answer', async () => {
    await show('comparison-used', 380);
    const lines = await panel.page.locator('.comparison-bar').evaluate((bar) => {
      const name = 'deepseek-v3';
      const texts = document.createTreeWalker(bar, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const start = text.textContent?.indexOf(name) ?? -1;
        if (start < 0) continue;
        range.setStart(text, start);
        range.setEnd(text, start + name.length);
        return range.getClientRects().length;
      }
      return 0;
    });
    assert.equal(lines, 1);
  });

  it('scrolls to the timeline that the user opens in a column', async () => {
    await show('comparison-ended', 900);
    await panel.page.setViewportSize({ width: 900, height: 500 });
    const answer = answers().nth(1);
    await answer.locator('.turn-summary').click();
    const { bottom, row } = await answer.evaluate((element) => ({
      bottom: element.querySelector('.turn-timeline')!.getBoundingClientRect().bottom,
      row: element.querySelector('.turn-row')!.getBoundingClientRect().top,
    }));
    assert.ok(bottom <= row + 1, `${bottom} ${row}`);
  });
});
