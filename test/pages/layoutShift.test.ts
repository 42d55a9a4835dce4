import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import type { StreamEvent } from '../../src/engine/events/events';
import type { ShownExchange } from '../../src/shared/exchanges';
import { initialTurn, reduceTurn, type ToWebview } from '../../src/shared/protocol';
import { sampleTexts } from '../e2e/support/sampleTexts';
import { findBrowser } from '../support/browser';
import { ev } from '../webview/panel/support/events';
import { answer as compared, comparison, connected, exchange, startOfTime } from '../webview/panel/support/panelPage';
import { StaticPage } from './staticPage';

/** Maximum sum of the layout shifts of an answer. Users notice a sum of 0.1 (https://web.dev/cls). */
const maxSum = 0.02;

const { answer } = sampleTexts.en;
const half = answer.slice(0, answer.length / 2);
const chunkChars = 12;

const narrow = { width: 380, height: 500 };

/** A paragraph that is long enough to be a section of its own. */
const paragraph = `${'Words of a long answer. '.repeat(90)}\n\n`;
/** More sections than are near the viewport, so that the first ones are not rendered while the answer streams. */
const paragraphCount = 8;

/** More turns than are near the viewport. */
const earlierTurns = Array.from({ length: 60 }, (_, index): ShownExchange => {
  const text = 'An answer. '.repeat(10 + index);
  const state = [ev.attempt(), ev.text(text), ev.done(text)].reduce(reduceTurn, initialTurn);
  return exchange(`earlier-${index}`, { state });
});

/** Adds the layout shifts of the page to the attribute `data-shifts` of its root. */
function observeShifts(): void {
  const { dataset } = document.documentElement;
  const values: number[] = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) values.push((entry as PerformanceEntry & { readonly value: number }).value);
    dataset['shifts'] = values.join();
  }).observe({ type: 'layout-shift' });
}

/**
 * Returns the height of the turn after the browser has painted the changes of a message. The page draws in an animation
 * frame, which the fixed clock of the test runs as a timer. Only a `ResizeObserver` shows that a real frame was painted.
 */
async function heightAfterPaint(): Promise<number> {
  await new Promise<void>((resolve) => setTimeout(() => requestAnimationFrame(() => resolve())));
  await new Promise<void>((resolve) => {
    new ResizeObserver((_, observer) => {
      observer.disconnect();
      setTimeout(resolve);
    }).observe(document.body);
  });
  return document.querySelector<HTMLElement>('article.assistant')?.offsetHeight ?? 0;
}

const isCutOff = (line: Element): boolean => line.scrollWidth > line.clientWidth;

describe('layout of a streaming answer', () => {
  let browser: Browser;
  let page: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
    page = await StaticPage.openPanel(browser);
  });
  after(() => browser.close());

  const post = async (message: ToWebview): Promise<number> => {
    await page.post(message);
    return page.page.evaluate(heightAfterPaint);
  };
  const emit = (...events: readonly StreamEvent[]): Promise<number> => post({ type: 'events', answerId: 'a', events });
  const stream = async (text: string, attempt: number): Promise<void> => {
    for (let from = 0; from < text.length; from += chunkChars)
      await emit({ type: 'text', attempt, at: 2000, text: text.slice(from, from + chunkChars) });
  };

  const open = async (
    size: { readonly width: number; readonly height: number },
    items: readonly ShownExchange[] = [exchange('a')],
  ): Promise<void> => {
    await page.load(size);
    const lists = { suggestions: [], promptHistory: [], context: [] };
    await post({ type: 'snapshot', conversationId: 'c', items, connection: connected, ...lists });
    await page.page.evaluate(observeShifts);
  };
  const assertFewShifts = async (): Promise<void> => {
    const shifts = (await page.page.locator('html').getAttribute('data-shifts')) ?? '';
    const sum = shifts.split(',').reduce((total, value) => total + Number(value), 0);
    assert.ok(sum <= maxSum, `The sum of the layout shifts is ${sum}.`);
  };

  for (const [name, size] of [
    ['a tall panel', { width: 800, height: 1400 }],
    ['a narrow panel that scrolls', narrow],
  ] as const) {
    it(`neither moves text nor shrinks after a wait in ${name}`, async () => {
      await open(size);
      await emit(ev.attempt(), ev.headers(429));
      const waiting = await emit(ev.waiting({ source: 'server' }));
      await page.page.getByRole('timer').waitFor();
      assert.equal(await emit(ev.attempt({ attempt: 2, why: 'retry' })), waiting);
      await stream(half, 2);
      const waitingAgain = await emit(ev.cut(), ev.waiting({ attempt: 3 }));
      assert.equal(await emit(ev.attempt({ attempt: 3, why: 'resume', how: 'continue' })), waitingAgain);
      assert.equal(await emit(ev.resumed({ attempt: 3, resumePoint: half.length })), waitingAgain);
      await stream(answer.slice(half.length), 3);
      await emit(ev.usage(), ev.done(answer));
      await assertFewShifts();
    });

    it(`neither moves nor cuts off text when a slow response makes it offer another gateway in ${name}`, async () => {
      await open(size);
      const connecting = await emit(ev.attempt({ hasOtherGateway: true }));
      await page.page.clock.setFixedTime(startOfTime + 90_000);
      await page.page.getByRole('button', { name: 'Switch gateway' }).waitFor();
      assert.equal(await emit(), connecting);
      assert.equal(await page.page.locator('.progress').evaluate(isCutOff), false);
      assert.equal(await emit(ev.headers()), connecting);
      await assertFewShifts();
    });
  }

  it('moves no text while answers of different lengths arrive side by side', async () => {
    const ids = ['a', 'b', 'c'];
    await open({ width: 900, height: 700 }, [comparison(ids.map((id) => compared(id, { model: id })))]);
    const each = (events: (index: number) => readonly StreamEvent[]): Promise<unknown[]> =>
      Promise.all(ids.map((id, index) => post({ type: 'events', answerId: id, events: events(index) })));
    await each(() => [ev.attempt(), ev.headers()]);
    for (let from = 0; from < answer.length; from += chunkChars)
      await each((index) => (from % (index + 1) === 0 ? [ev.text(answer.slice(from, from + chunkChars))] : []));
    await each(() => [ev.usage(), ev.done(answer)]);
    await assertFewShifts();
  });

  const streamParagraph = async (): Promise<void> => {
    const middle = paragraph.length / 2;
    for (const part of [paragraph.slice(0, middle), paragraph.slice(middle)]) await emit(ev.text(part));
  };
  const heights = (selector: string): Promise<readonly number[]> =>
    page.page.locator(selector).evaluateAll((boxes) => boxes.map((box) => box.getBoundingClientRect().height));

  it('keeps the height of sections far from the viewport when the answer ends', async () => {
    await open(narrow);
    await emit(ev.attempt());
    for (let count = 0; count < paragraphCount; count++) await streamParagraph();
    const streaming = await heights('.md-section');
    assert.equal(streaming.length, paragraphCount);
    await emit(ev.done(paragraph.repeat(paragraphCount)));
    assert.deepEqual(await heights('.md-section'), streaming);
  });

  it('keeps the height of sections far from the viewport when a broken stream is resumed', async () => {
    await open(narrow);
    await emit(ev.attempt());
    for (let count = 0; count < paragraphCount; count++) await streamParagraph();
    await emit(ev.cut());
    const cut = await heights('.md-section');
    await emit(ev.attempt({ attempt: 2, why: 'resume' }), ev.resumed(), ev.text(paragraph));
    await emit();
    assert.deepEqual((await heights('.md-section')).slice(0, cut.length - 1), cut.slice(0, -1));
  });

  it('keeps the height of earlier turns that have left the viewport', async () => {
    await open(narrow, earlierTurns);
    await page.page.locator('.exchange').evaluateAll(async (exchanges) => {
      for (const each of exchanges) {
        each.scrollIntoView();
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
      }
    });
    const before = await heights('.exchange');
    assert.ok(new Set(before).size > 10);
    await post({ type: 'exchange', exchange: exchange('a') });
    await emit(ev.attempt(), ev.text(answer));
    assert.deepEqual((await heights('.exchange')).slice(0, before.length), before);
  });

  it('draws an earlier answer that comes near the viewport even if the browser is never idle', async () => {
    await open(narrow, [exchange('z')]);
    await page.page.evaluate(() => (window.requestIdleCallback = () => 0));
    const lists = { suggestions: [], promptHistory: [], context: [] };
    await post({ type: 'snapshot', conversationId: 'c', items: earlierTurns, connection: connected, ...lists });
    const distant = page.page.locator('.exchange').nth(earlierTurns.length / 2);
    const drawn = distant.locator('article.assistant[data-state="done"]');
    assert.equal(await drawn.count(), 0);
    await distant.evaluate((exchange) => exchange.scrollIntoView());
    await drawn.waitFor();
  });
});
