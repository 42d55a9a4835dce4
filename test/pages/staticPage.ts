import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { PanelLocation } from '../../src/host/settings/settings';
import { translateFaultHelp } from '../../src/host/ui/faultAdvice';
import { webviewHtml } from '../../src/host/ui/webviewPage';
import type { ToHost } from '../../src/shared/pageMessages';
import { panelStrings } from '../../src/shared/panelStrings';
import { root } from '../support/paths';
import { vsixFile } from '../support/vscode/package';
import { zipEntries } from '../support/vscode/zipEntries';
import { startOfTime } from '../webview/panel/support/panelPage';
import themes from './themes.json';

type ThemeName = keyof typeof themes;
export const themeNames = Object.keys(themes) as readonly ThemeName[];

const origin = 'https://panel.example';

/** Hash of an image whose file is missing. All other image files exist and show the icon of the extension. */
export const missingImage = '0'.repeat(64);

/** Returns the address of a file of the extension. */
const urlOf = (name: string): string => `${origin}/extension/${name}`;

/** VS Code adds a script without a nonce to the start of each page. */
const vsCodeHead = '<head><script id="_vscodeApiScript"></script>';

interface PageContent {
  readonly script: string;
  readonly styles: readonly string[];
  /** Values of the attributes `data-<name>` of the body. */
  readonly data: Readonly<Record<string, unknown>>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const defaultSize: Size = { width: 900, height: 860 };

let packagedFiles: ReadonlyMap<string, Buffer> | undefined;

/** A page of the packaged extension in a browser, with the styles and the theme colors that VS Code gives it. */
export class StaticPage {
  static async open(browser: Browser, { script, styles, data }: PageContent): Promise<StaticPage> {
    const page = await browser.newPage({ viewport: defaultSize, reducedMotion: 'reduce' });
    const html = webviewHtml(
      {
        nonce: 'tested',
        cspSource: origin,
        locale: 'en',
        scriptUri: urlOf(`dist/${script}`),
        styleUris: [`${origin}/vscode.css`, ...styles.map((name) => urlOf(`media/${name}`))],
      },
      data,
      ['worker-src blob:'],
    );
    const files = (packagedFiles ??= zipEntries(readFileSync(vsixFile)));
    await page.route(`${origin}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/')
        return route.fulfill({ contentType: 'text/html', body: html.replace('<head>', vsCodeHead) });
      if (pathname.endsWith(`/${missingImage}.png`)) return route.fulfill({ status: 404 });
      if (pathname.startsWith('/images/'))
        return route.fulfill({ contentType: 'image/png', body: packagedImage(files) });
      if (pathname === '/vscode.css') return route.fulfill({ path: path.join(root, 'test/pages/vscode.css') });
      const contentType = pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
      const body = files.get(pathname.slice(1));
      if (!body) throw new Error(`The VSIX does not contain ${pathname}.`);
      return route.fulfill({ contentType, body });
    });
    await page.addInitScript(
      'acquireVsCodeApi = () => ({ postMessage: (message) => posted.push(message), getState() {}, setState() {} })',
    );
    await page.addInitScript('posted = []');
    // Removes the unsent text of the page that was loaded before.
    await page.addInitScript('localStorage.clear()');
    const opened = new StaticPage(page);
    await opened.load();
    return opened;
  }

  /** Opens the page of a conversation. */
  static async openPanel(browser: Browser, location: PanelLocation = 'editor'): Promise<StaticPage> {
    return StaticPage.open(browser, {
      script: 'webview.js',
      styles: ['markdown.css', 'panel.css', 'network.css', 'timeline.css', 'composer.css'],
      data: {
        location,
        strings: panelStrings,
        help: translateFaultHelp((english) => english, 'en'),
        images: `${origin}/images`,
        math: urlOf('dist/math.js'),
      },
    });
  }

  private constructor(readonly page: Page) {}

  /**
   * Loads the page in its first state, with the first theme, in a viewport of the given size. This takes half as long
   * as opening another page. A page that is resized after it has loaded reports the change as layout shifts.
   */
  async load(size: Size = defaultSize): Promise<void> {
    await this.page.clock.setFixedTime(startOfTime);
    await this.page.mouse.move(0, 0);
    await this.page.setViewportSize(size);
    await this.page.goto(`${origin}/`);
    await this.setTheme(themeNames[0]!);
  }

  async setTheme(name: ThemeName): Promise<void> {
    await this.page.evaluate(({ className, variables }) => {
      document.body.className = className;
      document.documentElement.removeAttribute('style');
      for (const [variable, value] of Object.entries(variables)) {
        document.documentElement.style.setProperty(variable, value);
      }
    }, themes[name]);
  }

  /** Returns the messages of the given types that the page has sent to the host since it was loaded. */
  async postedMessages(...types: readonly ToHost['type'][]): Promise<readonly ToHost[]> {
    const messages = await this.page.evaluate<readonly ToHost[]>('posted');
    return messages.filter(({ type }) => types.includes(type));
  }

  /** Passes a message to the page, as VS Code does for the host. */
  async post(message: object): Promise<void> {
    await this.page.evaluate((posted) => window.postMessage(posted, '*'), message);
  }
}

function packagedImage(files: ReadonlyMap<string, Buffer>): Buffer {
  const image = files.get('media/icon.png');
  if (!image) throw new Error('The VSIX contains no icon.');
  return image;
}
