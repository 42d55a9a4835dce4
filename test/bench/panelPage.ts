import type { Browser, CDPSession, Page } from 'playwright-core';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { translateFaultHelp } from '../../src/host/ui/faultAdvice';
import { webviewHtml } from '../../src/host/ui/webviewPage';
import { panelStrings } from '../../src/shared/panelStrings';
import type { ToWebview } from '../../src/shared/protocol';
import { root } from '../support/paths';
import { snapshot } from './panelMessages';
import { lastWord } from './page/documents';

const origin = 'https://panel.example';
const script = 'dist/webview.js';
const styles = readdirSync(path.join(root, 'media'))
  .filter((name) => name.endsWith('.css'))
  .map((name) => `media/${name}`);

/** Times since the snapshot was sent, in milliseconds. */
export interface Opened {
  readonly last: number;
  readonly all: number;
}

/** The panel of the production build in the page that the host generates. */
export class PanelPage {
  static async open(browser: Browser): Promise<PanelPage> {
    const page = await browser.newPage({ viewport: { width: 600, height: 800 } });
    for (const file of [script, ...styles]) {
      await page.route(`${origin}/${file}`, (route) => route.fulfill({ path: path.join(root, file) }));
    }
    await page.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.addInitScript({ path: path.join(root, 'test/bench/page/panel.mjs') });
    await page.goto(`${origin}/`);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new PanelPage(page, session);
  }

  private constructor(
    readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  async snapshot(message: ToWebview): Promise<Opened> {
    await this.prepare([message]);
    return this.page.evaluate<Opened>(`open('${lastWord}')`);
  }

  /** Replaces the conversation by an empty one. */
  async clear(): Promise<void> {
    await this.page.evaluate(`clear(${JSON.stringify(snapshot([]))})`);
  }

  /** Messages that `answer` sends. The messages of an inner list are sent at the same time. */
  async prepare(messages: readonly (ToWebview | readonly ToWebview[])[]): Promise<void> {
    await this.page.evaluate(`prepare(${JSON.stringify(JSON.stringify(messages))})`);
  }

  /**
   * @param every milliseconds between two messages, or `frame` for one message per frame
   * @returns milliseconds from the last message until the answer is rendered and its turn is done
   */
  answer(every: number | 'frame'): Promise<number> {
    return this.page.evaluate<number>(`answer('${lastWord}', ${JSON.stringify(every)})`);
  }

  async busySeconds(): Promise<number> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  }

  async collectGarbage(): Promise<void> {
    await this.session.send('HeapProfiler.collectGarbage');
  }

  /** Returns the memory, in bytes, of the objects of the page's script, and of its elements with their layout. */
  async heapBytes(): Promise<{ readonly script: number; readonly elements: number }> {
    await this.collectGarbage();
    const { usedSize, embedderHeapUsedSize } = await this.session.send('Runtime.getHeapUsage');
    return { script: usedSize, elements: embedderHeapUsedSize };
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

const html = webviewHtml(
  {
    nonce: 'measured',
    cspSource: origin,
    scriptUri: `${origin}/${script}`,
    styleUris: styles.map((file) => `${origin}/${file}`),
    locale: 'en',
  },
  { strings: panelStrings, help: translateFaultHelp((english) => english, 'en') },
  ['worker-src blob:'],
);
