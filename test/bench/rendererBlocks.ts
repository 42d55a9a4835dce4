import type { Browser } from 'playwright-core';
import type { DocumentShape } from './page/documents';
import { secondsOf } from './rendererRounds';
import { limit, ours, streamingMarkdown } from './renderers';
import { none, ratioOf, type Row } from './row';

const characters = 50_000;
const shapes: readonly { readonly shape: DocumentShape; readonly aim: string }[] = [
  { shape: 'fence', aim: '≤ 2' },
  { shape: 'list', aim: '≤ 1.8' },
  { shape: 'table', aim: '≤ 2' },
  { shape: 'paragraph', aim: '≤ 2' },
];

/** Documents of a single block, for which caching by block doesn't help. */
export async function blocks(browser: Browser): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { shape, aim } of shapes) {
    const own = await secondsOf(browser, ours, shape, characters);
    for (const peer of [limit, streamingMarkdown]) {
      const other = await secondsOf(browser, peer, shape, characters);
      rows.push({
        what: `Rendering one ${shape} of 50k characters, main thread`,
        ours: `${own.toFixed(2)} s`,
        peer: `${other.toFixed(2)} s, ${peer.name}`,
        ratio: ratioOf(own, other),
        aim: peer === limit ? aim : none,
      });
    }
  }
  return rows;
}
