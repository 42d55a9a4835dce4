import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { longestTask } from './longestTask';
import { answerMessages, earlierTurns, snapshot } from './panelMessages';
import { PanelPage, type Opened } from './panelPage';
import { progress } from './progress';
import { none, type Row } from './row';
import { median } from './statistics';

const rounds = 5;
const turns = 200;
const turnLength = 2000;
const answerLength = 100_000;
/** Characters per message. With one message per frame, the complete answer takes less than half a second. */
const messageLength = 4000;
const frameMs = 16;

/** Measures the delays that a user notices in the panel of the production build. */
export async function panel(): Promise<readonly Row[]> {
  const { executablePath, args } = await findBrowser();
  const browser = await chromium.launch({ executablePath, args });
  try {
    return [await opening(browser), ...(await fullSpeed(browser))];
  } finally {
    await browser.close();
  }
}

async function opening(browser: Browser): Promise<Row> {
  const message = snapshot(earlierTurns(turns, turnLength));
  const opened: Opened[] = [];
  for (let round = 0; round < rounds; round++) {
    const page = await PanelPage.open(browser);
    const times = await page.snapshot(message);
    progress(`panel, ${turns} turns: the last after ${times.last.toFixed(0)} ms, all ${times.all.toFixed(0)} ms`);
    opened.push(times);
    await page.close();
  }
  const last = median(opened.map((times) => times.last));
  const all = median(opened.map((times) => times.all));
  return {
    what: `Opening ${turns} turns of ${turnLength} characters, median of ${rounds}`,
    ours: `${last.toFixed(0)} ms, all drawn ${all.toFixed(0)} ms`,
    peer: none,
    ratio: none,
    aim: '< 1,000 ms',
  };
}

async function fullSpeed(browser: Browser): Promise<readonly Row[]> {
  const messages = answerMessages(answerLength, messageLength);
  const longest: number[] = [];
  const done: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const page = await PanelPage.open(browser);
    await page.snapshot(snapshot(earlierTurns(1, turnLength)));
    await page.prepare(messages);
    longest.push(
      await longestTask(browser, page.page, async () => {
        done.push(await page.answer(frameMs));
      }),
    );
    progress(
      `panel, full speed: longest task ${longest.at(-1)?.toFixed(1)} ms, done after ${done.at(-1)?.toFixed(0)} ms`,
    );
    await page.close();
  }
  const what = `A ${answerLength.toLocaleString('en')}-character answer at full speed`;
  const row = (detail: string, values: readonly number[], aim: string): Row => ({
    what: `${what}: ${detail}, median of ${rounds}`,
    ours: `${median(values).toFixed(0)} ms`,
    peer: none,
    ratio: none,
    aim,
  });
  return [row('longest task', longest, '< 50 ms'), row('done after the last event', done, '< 500 ms')];
}
