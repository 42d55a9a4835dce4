import type { Browser } from 'playwright-core';
import { RendererPage } from './rendererPage';
import { limit, ours, type Renderer } from './renderers';
import { none, ratioOf, type Row } from './row';
import { percentile } from './statistics';

const characters = 200_000;

/** Measures script time per frame and heap of an answer of 200,000 characters. */
export async function itself(browser: Browser): Promise<readonly Row[]> {
  const own = await inMemory(browser, ours);
  const text = await inMemory(browser, limit);
  return [
    {
      what: 'Script of one piece of 32 characters, p99, 200k characters',
      ours: `${own.p99.toFixed(2)} ms`,
      peer: `${text.p99.toFixed(2)} ms, ${limit.name}`,
      ratio: none,
      aim: '≤ 1.5 ms',
    },
    {
      what: 'Heap of an answer of 200k characters',
      ours: `${(own.heapBytes / 2 ** 20).toFixed(1)} MB`,
      peer: `${(text.heapBytes / 2 ** 20).toFixed(1)} MB, ${limit.name}`,
      ratio: ratioOf(own.heapBytes, text.heapBytes),
      aim: '≤ 5 MB',
    },
  ];
}

interface Footprint {
  /** Duration in milliseconds. */
  readonly p99: number;
  readonly heapBytes: number;
}

async function inMemory(browser: Browser, renderer: Renderer): Promise<Footprint> {
  const page = await RendererPage.open(browser, renderer);
  const before = await page.heapBytes();
  const { flushes } = await page.stream('mixed', characters);
  const heapBytes = (await page.heapBytes()) - before;
  await page.close();
  return { p99: percentile(flushes, 99), heapBytes };
}
