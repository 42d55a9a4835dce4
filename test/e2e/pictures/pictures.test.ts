import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { out } from '../../support/paths';
import { encodeGif, recordScreen } from '../support/animation';
import { ConversationPanel } from '../support/conversationPanel';
import { panelStates, type PanelState, type PanelStateName } from '../support/panelStates';
import { playReadmeScene } from '../support/readmeScene';
import type { Language } from '../support/words';
import type { ThemeId } from '../support/workbench';

const pictures = path.join(out, 'pictures');
/** The pictures that the READMEs show. CONTRIBUTING.md contains the command that copies them to docs/. */
const readmePictures = path.join(pictures, 'readme');
/** Parts of the file names, as in README.md and README.zh-CN.md. */
const readmeSuffixes: Readonly<Record<Language, string>> = { en: '', 'zh-cn': '.zh-CN' };

const languages: readonly Language[] = ['en', 'zh-cn'];
const animationSize = { width: 960, height: 640 };
const animationColors = 63;
const maxAnimationBytes = 400 * 1024;

const themes = {
  light: 'Light 2026',
  dark: 'Dark 2026',
  contrast: 'Default High Contrast',
  'contrast-light': 'Default High Contrast Light',
} as const satisfies Readonly<Record<string, ThemeId>>;

interface Look {
  readonly theme: keyof typeof themes;
  /** Width of the panel, in pixels. */
  readonly width: number;
}

const wide = 900;
const narrow = 380;
const lightAndDark: readonly Look[] = [
  { theme: 'light', width: wide },
  { theme: 'light', width: narrow },
  { theme: 'dark', width: wide },
];
const everyTheme: readonly Look[] = [
  ...lightAndDark,
  { theme: 'contrast', width: wide },
  { theme: 'contrast-light', width: wide },
];
const darkAndNarrow: readonly Look[] = [
  { theme: 'dark', width: wide },
  { theme: 'dark', width: narrow },
];

/** The looks in which each state is pictured. */
const looksOf: Readonly<Record<Language, Partial<Record<PanelStateName, readonly Look[]>>>> = {
  en: {
    'no-key': lightAndDark,
    empty: everyTheme,
    streaming: everyTheme,
    waiting: everyTheme,
    resuming: lightAndDark,
    failed: everyTheme,
    'failed-partial': lightAndDark,
    'failed-details': [...everyTheme, { theme: 'dark', width: narrow }],
    stopped: lightAndDark,
    done: everyTheme,
    code: everyTheme,
    versions: lightAndDark,
    attached: lightAndDark,
    'long-prompt': [...everyTheme, { theme: 'dark', width: narrow }],
    editing: lightAndDark,
    chips: everyTheme,
    suggestions: everyTheme,
    history: everyTheme,
    interrupted: lightAndDark,
  },
  'zh-cn': {
    'no-key': darkAndNarrow,
    empty: darkAndNarrow,
    streaming: darkAndNarrow,
    quiet: darkAndNarrow,
    waiting: darkAndNarrow,
    resuming: darkAndNarrow,
    failed: darkAndNarrow,
    'failed-partial': darkAndNarrow,
    'failed-details': darkAndNarrow,
    stopped: darkAndNarrow,
    done: darkAndNarrow,
    code: darkAndNarrow,
    'long-prompt': darkAndNarrow,
    chips: darkAndNarrow,
    history: darkAndNarrow,
    interrupted: darkAndNarrow,
  },
};

/** Takes pictures for people to look at, in several themes, widths and languages. */
describe('pictures of the panel', () => {
  let panel: ConversationPanel;

  before(() => mkdirSync(readmePictures, { recursive: true }));

  const openPanel = async (language: Language): Promise<void> => {
    panel = await ConversationPanel.open(language);
    await panel.setKey();
    await panel.newConversation();
    // The warning that the gateway uses plain HTTP is a notification, or a notice in the panel.
    await panel.workbench.runCommand('Notifications: Clear All Notifications');
    for (const dismiss of await panel.button(panel.words.panel.dismiss).all()) await dismiss.click();
  };
  /** Takes a screenshot without hover effects. */
  const screenshot = async (file: string): Promise<void> => {
    await panel.workbench.page.mouse.move(0, 0);
    await panel.waitForDrawing();
    await panel.workbench.screenshot(path.join(pictures, file));
  };
  const hideSideBar = async (): Promise<void> => {
    const sideBar = panel.workbench.page.locator('.part.sidebar');
    if (!(await sideBar.isVisible())) return;
    await panel.workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await sideBar.waitFor({ state: 'hidden' });
  };
  const setLook = async ({ theme, width }: Look): Promise<void> => {
    const { page } = panel.workbench;
    await panel.workbench.setTheme(themes[theme]);
    await hideSideBar();
    const windowWidth = await page.evaluate<number>('innerWidth');
    const panelWidth = (await panel.inPage('innerWidth')) as number;
    await page.setViewportSize({ width: width + windowWidth - panelWidth, height: 860 });
    await panel.inPage(`new Promise((resolve) => {
      const check = () => (innerWidth === ${width} ? resolve() : requestAnimationFrame(check));
      check();
    })`);
  };

  for (const language of languages) {
    describe(`for the README in ${language}`, () => {
      before(async () => {
        await openPanel(language);
        await panel.workbench.openFile('sample.ts');
      });
      after(() => panel.close());

      it(`include an animation of at most ${maxAnimationBytes / 1024} KB`, async () => {
        const { workbench } = panel;
        await hideSideBar();
        await workbench.runCommand('View: Toggle Minimap');
        await panel.replaceConversation();
        await workbench.setTheme(themes.dark);
        await workbench.page.setViewportSize(animationSize);
        // The message about the new key contains the address of the gateway.
        await workbench.page
          .locator('.statusbar')
          .getByText(/127\.0\.0\.1|0\.0\.0\.0/)
          .waitFor({ state: 'hidden' });
        const recording = await recordScreen(workbench.page, () => playReadmeScene(panel));
        const gif = encodeGif(recording, { colors: animationColors });
        writeFileSync(path.join(readmePictures, `retry-and-resume${readmeSuffixes[language]}.gif`), gif);
        assert.ok(gif.length <= maxAnimationBytes, `${(gif.length / 1024).toFixed(1)} KB`);
      });

      it('show a countdown in a panel beside an editor', async () => {
        await panel.replaceConversation();
        await panelStates.waiting.enter(panel);
        await screenshot(`${language}-beside-editor.png`);
        await panelStates.waiting.leave(panel);
      });
    });

    describe(`in ${language}`, () => {
      before(() => openPanel(language));
      after(() => panel.close());

      const takePicture = async (name: string, { theme, width }: Look): Promise<void> => {
        const file = `${language}-${theme}-${width}-${name}.png`;
        await screenshot(file);
        if (name === 'done' && theme === 'dark' && width === wide) {
          const readmePicture = `timeline${readmeSuffixes[language]}.png`;
          copyFileSync(path.join(pictures, file), path.join(readmePictures, readmePicture));
        }
      };

      for (const [name, looks] of Object.entries(looksOf[language]) as [PanelStateName, readonly Look[]][]) {
        it(`show the state "${name}"`, async function () {
          this.timeout(120_000);
          const { isFleeting, enter, leave }: PanelState = panelStates[name];
          await panel.replaceConversation();
          if (!isFleeting) await enter(panel);
          for (const look of looks) {
            await setLook(look);
            if (isFleeting) await enter(panel);
            await takePicture(name, look);
            if (isFleeting) await leave?.(panel);
          }
          if (!isFleeting) await leave?.(panel);
        });
      }
    });
  }
});
