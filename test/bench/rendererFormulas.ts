import type { Browser } from 'playwright-core';
import type { DocumentShape } from './page/documents';
import { RendererPage } from './rendererPage';
import { limit, ours, oursWithoutFormulas, type Renderer } from './renderers';
import { none, ratioOf, type Row } from './row';
import { median } from './statistics';

const characters = 10_000;
const rounds = 9;
const documents: readonly { readonly shape: DocumentShape; readonly what: string; readonly aim: string }[] = [
  { shape: 'mixed', what: 'text without formulas', aim: '≤ 1.05' },
  { shape: 'formulas', what: 'text with three formulas in each paragraph', aim: none },
];

/** Measures what the typesetting of formulas costs. */
export async function formulas(browser: Browser): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { shape, what, aim } of documents) {
    const times = new Map<Renderer, number[]>([
      [ours, []],
      [oursWithoutFormulas, []],
      [limit, []],
    ]);
    // The renderers take turns, so that a change in the speed of the machine affects all of them.
    for (let round = 0; round < rounds; round++) {
      for (const [renderer, found] of times) found.push(await secondsOf(browser, renderer, shape));
    }
    const [own = NaN, ...others] = [...times.values()].map(median);
    for (const [index, peer] of [oursWithoutFormulas, limit].entries()) {
      const other = others[index] ?? NaN;
      rows.push({
        what: `Rendering 10k characters, ${what}, main thread`,
        ours: `${own.toFixed(3)} s`,
        peer: `${other.toFixed(3)} s, ${peer.name}`,
        ratio: ratioOf(own, other),
        aim: peer === limit ? none : aim,
      });
    }
  }
  return rows;
}

async function secondsOf(browser: Browser, renderer: Renderer, shape: DocumentShape): Promise<number> {
  const page = await RendererPage.open(browser, renderer);
  const { seconds } = await page.stream(shape, characters);
  await page.close();
  return seconds;
}
