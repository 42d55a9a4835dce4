import type { Browser } from 'playwright-core';
import type { DocumentShape } from './page/documents';
import { RendererPage } from './rendererPage';
import { limit, ours, type Renderer } from './renderers';
import { median } from './statistics';

/** Returns the number of rounds. Short measurements are repeated more often. */
const roundsOf = (characters: number): number => (characters <= 10_000 ? 9 : 5);

/** Returns the median main-thread time of several rounds, each in a new page, in seconds. */
export async function secondsOf(
  browser: Browser,
  renderer: Renderer,
  shape: DocumentShape,
  characters: number,
): Promise<number> {
  const isCompared = [ours.file, limit.file].includes(renderer.file);
  const found: number[] = [];
  for (let round = 0; round < (isCompared ? roundsOf(characters) : 1); round++) {
    const page = await RendererPage.open(browser, renderer);
    found.push((await page.stream(shape, characters)).seconds);
    await page.close();
  }
  return median(found);
}
