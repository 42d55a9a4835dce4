import { build } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import path from 'node:path';
import { findBrowser } from '../support/browser';
import { root } from '../support/paths';
import { progress } from './progress';
import { none, ratioOf, type Row } from './row';

const pieceLength = 32;

type Renderer = 'ours' | 'markdownIt' | 'textNodes';

interface Comparison {
  readonly characters: number;
  readonly peer?: { readonly renderer: Renderer; readonly name: string };
}

const comparisons: readonly Comparison[] = [
  { characters: 25_000, peer: { renderer: 'markdownIt', name: 'markdown-it and innerHTML' } },
  { characters: 50_000, peer: { renderer: 'textNodes', name: 'plain text nodes' } },
  { characters: 200_000 },
];

/** Main-thread time, which is script, style, layout and paint, of mixed Markdown that streams into Chromium. */
export async function renderer(): Promise<readonly Row[]> {
  const { executablePath, args } = await findBrowser();
  // Frames follow one another as fast as they can: what counts is their work, not their number a second.
  const browser = await chromium.launch({ executablePath, args: [...args, '--disable-frame-rate-limit'] });
  try {
    const script = await pageScript();
    const measure = (name: Renderer, characters: number) => mainThreadSeconds(browser, script, name, characters);
    // Peers get what they can show in reasonable time: they do all of it again with each frame.
    const rows: Row[] = [];
    for (const { characters, peer } of comparisons) {
      const ours = await measure('ours', characters);
      rows.push(row(characters, ours, peer && { seconds: await measure(peer.renderer, characters), name: peer.name }));
    }
    return rows;
  } finally {
    await browser.close();
  }
}

function row(characters: number, ours: number, peer?: { readonly seconds: number; readonly name: string }): Row {
  return {
    what: `Rendering ${characters / 1000}k characters, main thread`,
    ours: `${ours.toFixed(1)} s`,
    peer: peer ? `${peer.seconds.toFixed(1)} s, ${peer.name}` : none,
    ratio: peer ? ratioOf(ours, peer.seconds) : none,
    aim: none,
  };
}

async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, 'test/bench/page/renderers.mjs')],
    ...{ bundle: true, minify: true, write: false, platform: 'browser', format: 'iife', logLevel: 'warning' },
  });
  return outputFiles[0]?.text ?? '';
}

/** In a page of its own, with the panel's own style sheet. */
async function mainThreadSeconds(
  browser: Browser,
  script: string,
  name: Renderer,
  characters: number,
): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 600, height: 800 } });
  await page.addStyleTag({ path: path.join(root, 'media/markdown.css') });
  await page.addScriptTag({ content: script });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? NaN;
  };
  const start = await busy();
  const shown = await page.evaluate<number>(`stream('${name}', ${characters}, ${pieceLength})`);
  const seconds = (await busy()) - start;
  progress(`renderer ${name}: ${shown} characters on the page, ${seconds.toFixed(2)} s`);
  await page.close();
  return seconds;
}
