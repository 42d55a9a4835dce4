import type { Browser } from 'playwright-core';
import { answerMessages, earlierTurns, snapshot } from './panelMessages';
import { PanelPage } from './panelPage';
import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median } from './statistics';

const turns = 200;
const turnLength = 2000;
const characters = 10_000;
const pieceLength = 32;
const rounds = 3;

/** Measures, in the panel of the production build, whether previous turns slow down the frames of an answer. */
export async function turnsInPage(browser: Browser): Promise<readonly Row[]> {
  const few: number[] = [];
  const many: number[] = [];
  for (let round = 0; round < rounds; round++) {
    few.push(await frameMilliseconds(browser, 1));
    many.push(await frameMilliseconds(browser, turns));
    progress(`panel, a frame: ${few.at(-1)?.toFixed(2)} ms, with ${turns} turns ${many.at(-1)?.toFixed(2)} ms`);
  }
  return [
    {
      what: `A frame of the panel with ${turns} earlier turns in the page`,
      ours: `${median(many).toFixed(2)} ms`,
      peer: `${median(few).toFixed(2)} ms, with one`,
      ratio: ratioOf(median(many), median(few)),
      aim: '≤ 1.5',
    },
  ];
}

async function frameMilliseconds(browser: Browser, earlier: number): Promise<number> {
  const page = await PanelPage.open(browser);
  await page.snapshot(snapshot(earlierTurns(earlier, turnLength)));
  const messages = answerMessages(characters, pieceLength);
  await page.prepare(messages);
  // Otherwise, the frames would also pay for the garbage of the opening.
  await page.collectGarbage();
  const start = await page.busySeconds();
  await page.answer('frame');
  const seconds = (await page.busySeconds()) - start;
  await page.close();
  return (seconds / messages.length) * 1000;
}
