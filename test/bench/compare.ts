import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { longestTask } from './longestTask';
import { comparisonMessages, earlierTurns, snapshot } from './panelMessages';
import { PanelPage } from './panelPage';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const rounds = 3;
const characters = 3000;
const tokensPerSecond = 60;
/** Wide enough for four columns side by side. */
const viewport = { width: 1400, height: 800 };

/** Measures the page of the production build while it shows four answers at the same time, and for comparison one. */
export async function compare(): Promise<readonly Row[]> {
  const { executablePath, args } = await findBrowser();
  const browser = await chromium.launch({ executablePath, args });
  try {
    const four = await stream(browser, 4);
    const one = await stream(browser, 1);
    const what = `Four answers at ${tokensPerSecond} tokens/s each in the page`;
    const row = (detail: string, unit: string, aim: string, index: 0 | 1): Row => ({
      what: `${what}: ${detail}, median of ${rounds}`,
      ours: `${four[index].toFixed(1)} ${unit}, one answer ${one[index].toFixed(1)} ${unit}`,
      peer: none,
      ratio: none,
      aim,
    });
    return [row('longest task', 'ms', '< 50 ms', 0), row('processor time', '%', none, 1)];
  } finally {
    await browser.close();
  }
}

async function stream(browser: Browser, columns: number): Promise<readonly [longestMs: number, busyPercent: number]> {
  const messages = comparisonMessages(columns, characters);
  const longest: number[] = [];
  const busy: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const page = await PanelPage.open(browser);
    await page.page.setViewportSize(viewport);
    await page.snapshot(snapshot(earlierTurns(1, characters)));
    await page.prepare(messages);
    const [start, busyBefore] = [performance.now(), await page.busySeconds()];
    longest.push(await longestTask(browser, page.page, () => page.answer(1000 / tokensPerSecond)));
    busy.push(((await page.busySeconds()) - busyBefore) / ((performance.now() - start) / 100_000));
    progress(`compare, ${columns}: longest task ${longest.at(-1)?.toFixed(1)} ms, busy ${busy.at(-1)?.toFixed(1)} %`);
    await page.close();
  }
  return [median(longest), median(busy)];
}
