import { chromium } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { earlierTurns, snapshot } from './panelMessages';
import { PanelPage } from './panelPage';
import { none, type Row } from './row';

const turns = 200;
const turnLength = 2000;

/**
 * Measures the memory that a long conversation takes in the panel of the production build, and the memory that is left
 * after an empty conversation has replaced it. Closing the panel also frees this memory, because its page ends.
 */
export async function pageHeap(): Promise<readonly Row[]> {
  const { executablePath, args } = await findBrowser();
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await PanelPage.open(browser);
    // The first conversation of a page also compiles its code.
    await page.snapshot(snapshot(earlierTurns(1, turnLength)));
    await page.clear();
    const before = await page.heapBytes();
    await page.snapshot(snapshot(earlierTurns(turns, turnLength)));
    const full = await page.heapBytes();
    await page.clear();
    const left = await page.heapBytes();
    const cell = ({ script, elements }: typeof before): string =>
      `${megabytes(script - before.script)} MB + ${megabytes(elements - before.elements)} MB for elements`;
    return [
      {
        what: `Heap of the page with ${turns} turns of ${turnLength} characters, over an empty panel`,
        ours: cell(full),
        peer: none,
        ratio: none,
        aim: '≤ 40 MB',
      },
      {
        what: 'The same, after an empty conversation has replaced the turns',
        ours: cell(left),
        peer: none,
        ratio: none,
        aim: '≤ 1 MB',
      },
    ];
  } finally {
    await browser.close();
  }
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
