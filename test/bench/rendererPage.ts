import type { Browser, CDPSession, Page } from 'playwright-core';
import path from 'node:path';
import { root } from '../support/paths';
import { bundleForPage } from './build';
import { markdownOf, type DocumentShape } from './page/documents';
import { progress } from './progress';
import type { Renderer } from './renderers';
import { visibleLetters } from './visibleText';

/** Characters per frame. */
const pieceLength = 32;
const warmUp = { shape: 'mixed', characters: 5_000 } as const;

interface Streamed {
  /** Main-thread time for script, style, layout and paint, in seconds. */
  readonly seconds: number;
  /** Script time of each piece, in milliseconds. */
  readonly flushes: readonly number[];
}

interface Shown {
  readonly flushes: readonly number[];
  readonly complete: boolean;
  readonly letters: number;
}

/** A page with one renderer and the style sheet of the panel. */
export class RendererPage {
  static async open(browser: Browser, renderer: Renderer): Promise<RendererPage> {
    const page = await browser.newPage({ viewport: { width: 600, height: 800 } });
    await page.addStyleTag({ path: path.join(root, 'media/markdown.css') });
    await page.addScriptTag({ content: await rendererScript(renderer) });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const opened = new RendererPage(renderer, page, session);
    // Warms up the code, as in a panel that has already rendered an answer.
    await opened.show(warmUp.shape, warmUp.characters);
    await page.evaluate('clear()');
    await opened.collectGarbage();
    return opened;
  }

  private constructor(
    private readonly renderer: Renderer,
    private readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  /** Streams a document. @throws if text is missing on the page at the end */
  async stream(shape: DocumentShape, characters: number): Promise<Streamed> {
    const start = await this.busySeconds();
    const { flushes } = await this.show(shape, characters);
    const seconds = (await this.busySeconds()) - start;
    progress(`${this.renderer.name}, ${shape}, ${characters / 1000}k: ${seconds.toFixed(2)} s`);
    return { seconds, flushes };
  }

  /** Returns the size of the JavaScript heap, without the browser's memory for elements, in bytes. */
  async heapBytes(): Promise<number> {
    await this.collectGarbage();
    return (await this.session.send('Runtime.getHeapUsage')).usedSize;
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  private async show(shape: DocumentShape, characters: number): Promise<Shown> {
    const shown = await this.page.evaluate<Shown>(`stream('${shape}', ${characters}, ${pieceLength})`);
    const share = shown.letters / visibleLetters(markdownOf(shape, characters));
    if (!shown.complete || share < 0.98) {
      throw new Error(`${this.renderer.name} has shown ${(share * 100).toFixed(0)} % of ${shape}.`);
    }
    return shown;
  }

  private async busySeconds(): Promise<number> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  }

  private async collectGarbage(): Promise<void> {
    await this.session.send('HeapProfiler.collectGarbage');
  }
}

/**
 * Returns the script of a page with one renderer.
 * @param external packages that are not installed
 */
export function rendererScript({ file }: Renderer, external: readonly string[] = []): Promise<string> {
  return bundleForPage(
    `import renderer from './${file}'; import { provide } from './page/stream.mjs'; provide(renderer);`,
    // incremark loads these modules when it renders a diagram, a formula or highlighted code.
    ['mermaid', 'katex', 'shiki', ...external],
  );
}
