import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../support/browser';
import { blocks } from './rendererBlocks';
import { formulas } from './rendererFormulas';
import { itself } from './rendererItself';
import { sizes } from './rendererSizes';
import { turnsInPage } from './rendererTurns';
import type { Row } from './row';

/** Measures the main-thread time (script, style, layout and paint) of Markdown that streams into Chromium. */
export async function renderer(): Promise<readonly Row[]> {
  const browser = await launch();
  try {
    return [
      ...(await sizes(browser)),
      ...(await blocks(browser)),
      ...(await formulas(browser)),
      ...(await itself(browser)),
      ...(await turnsInPage(browser)),
    ];
  } finally {
    await browser.close();
  }
}

/** Starts Chromium without its frame rate limit, because the work of a frame is measured and not the frame rate. */
async function launch(): Promise<Browser> {
  const { executablePath, args } = await findBrowser();
  return chromium.launch({ executablePath, args: [...args, '--disable-frame-rate-limit'] });
}
