import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { turnsInPage } from './rendererTurns';
import { blocks } from './rendererBlocks';
import { itself } from './rendererItself';
import { sizes } from './rendererSizes';
import type { Row } from './row';

/** Main-thread time, which is script, style, layout and paint, of Markdown that streams into Chromium. */
export async function renderer(): Promise<readonly Row[]> {
  const browser = await launch();
  try {
    return [
      ...(await sizes(browser)),
      ...(await blocks(browser)),
      ...(await itself(browser)),
      ...(await turnsInPage(browser)),
    ];
  } finally {
    await browser.close();
  }
}

/** Frames follow one another as fast as they can: what counts is their work, not their number a second. */
async function launch(): Promise<Browser> {
  const { executablePath, args } = await findBrowser();
  return chromium.launch({ executablePath, args: [...args, '--disable-frame-rate-limit'] });
}
