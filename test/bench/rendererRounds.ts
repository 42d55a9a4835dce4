import type { Browser } from 'playwright-core';
import type { DocumentShape } from './page/documents';
import { RendererPage } from './rendererPage';
import { limit, ours, type Renderer } from './renderers';
import { median } from './statistics';

/** Short texts take nine rounds. Longer texts take five rounds for our renderer and plain text, and one for other peers. */
function roundsOf({ file }: Renderer, characters: number): number {
  if (characters <= 10_000) return 9;
  return file === ours.file || file === limit.file ? 5 : 1;
}

/** Returns the median main-thread time of several rounds, each in a new page, in seconds. */
export async function secondsOf(
  browser: Browser,
  renderer: Renderer,
  shape: DocumentShape,
  characters: number,
): Promise<number> {
  const found: number[] = [];
  for (let round = 0; round < roundsOf(renderer, characters); round++) {
    const page = await RendererPage.open(browser, renderer);
    found.push((await page.stream(shape, characters)).seconds);
    await page.close();
  }
  return median(found);
}
