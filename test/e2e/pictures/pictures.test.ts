import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { out } from '../../support/paths';
import { encodeGif, recordScreen } from '../support/animation';
import * as states from '../support/panelStates';
import { playReadmeScene } from '../support/readmeScene';
import { Stage } from '../support/stage';
import type { Language } from '../support/words';
import type { ThemeId } from '../support/workbench';

const pictures = path.join(out, 'pictures');
/** The pictures that the READMEs show. CONTRIBUTING.md tells how to copy them to docs/. */
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

interface Shot {
  readonly state: states.PanelState;
  readonly looks: readonly Look[];
}

const all: Readonly<Record<Language, readonly Shot[]>> = {
  en: [
    { state: states.noKey, looks: lightAndDark },
    { state: states.empty, looks: everyTheme },
    { state: states.streaming, looks: everyTheme },
    { state: states.waiting, looks: everyTheme },
    { state: states.resuming, looks: lightAndDark },
    { state: states.failed, looks: everyTheme },
    { state: states.failedPartial, looks: lightAndDark },
    { state: states.failedDetails, looks: [...everyTheme, { theme: 'dark', width: narrow }] },
    { state: states.stopped, looks: lightAndDark },
    { state: states.done, looks: everyTheme },
    { state: states.code, looks: everyTheme },
    { state: states.versions, looks: lightAndDark },
    { state: states.attached, looks: lightAndDark },
    { state: states.longPrompt, looks: [...everyTheme, { theme: 'dark', width: narrow }] },
    { state: states.editing, looks: lightAndDark },
    { state: states.chips, looks: everyTheme },
    { state: states.suggestions, looks: everyTheme },
    { state: states.history, looks: everyTheme },
    { state: states.interrupted, looks: lightAndDark },
  ],
  'zh-cn': [
    states.noKey,
    states.empty,
    states.streaming,
    states.quiet,
    states.waiting,
    states.resuming,
    states.failed,
    states.failedPartial,
    states.failedDetails,
    states.stopped,
    states.done,
    states.code,
    states.longPrompt,
    states.chips,
    states.history,
    states.interrupted,
  ].map((state) => ({ state, looks: darkAndNarrow })),
};

/** Takes pictures for people to look at, in several themes, widths and languages. */
describe('pictures of the panel', () => {
  before(() => mkdirSync(readmePictures, { recursive: true }));

  for (const language of languages) {
    describe(`for the README in ${language}`, () => {
      let stage: Stage;

      before(async () => {
        stage = await Stage.open(language);
        await stage.setKey();
        await stage.workbench.openFile('sample.ts');
      });
      after(() => stage.close());

      it(`include an animation of at most ${maxAnimationBytes / 1024} KB`, async () => {
        const { workbench } = stage;
        await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
        await workbench.runCommand('View: Toggle Minimap');
        await stage.newConversation();
        await stage.setTheme(themes.dark);
        await workbench.page.setViewportSize(animationSize);
        // The message about the new key contains the address of the gateway.
        await workbench.page.locator('.statusbar').getByText('127.0.0.1').waitFor({ state: 'hidden' });
        const recording = await recordScreen(workbench.page, () => playReadmeScene(stage));
        const gif = encodeGif(recording, { colors: animationColors });
        writeFileSync(path.join(readmePictures, `retry-and-resume${readmeSuffixes[language]}.gif`), gif);
        assert.ok(gif.length <= maxAnimationBytes, `${(gif.length / 1024).toFixed(1)} KB`);
      });

      it('show a countdown beside an editor', async () => {
        await stage.newConversation();
        const leave = await states.waiting.enter(stage);
        await stage.screenshot(path.join(pictures, `${language}-beside-editor.png`));
        await leave();
      });
    });
  }

  for (const [language, shots] of Object.entries(all) as [Language, readonly Shot[]][]) {
    describe(`in ${language}`, () => {
      let stage: Stage;

      before(async () => {
        stage = await Stage.open(language);
        await stage.setKey();
        await stage.newConversation();
      });
      after(() => stage.close());

      const takePicture = async (state: states.PanelState, { theme, width }: Look): Promise<void> => {
        const file = `${language}-${theme}-${width}-${state.name}.png`;
        await stage.screenshot(path.join(pictures, file));
        if (state === states.done && theme === 'dark' && width === wide) {
          const readmePicture = `timeline${readmeSuffixes[language]}.png`;
          copyFileSync(path.join(pictures, file), path.join(readmePictures, readmePicture));
        }
      };
      const dress = async ({ theme, width }: Look): Promise<void> => {
        await stage.setTheme(themes[theme]);
        await stage.setPanelWidth(width);
      };

      for (const { state, looks } of shots) {
        it(`show the state "${state.name}"`, async function () {
          this.timeout(120_000);
          await stage.newConversation();
          const enter = (): Promise<states.Leave> => state.enter(stage);
          let leave = state.fleeting ? undefined : await enter();
          for (const look of looks) {
            await dress(look);
            leave ??= await enter();
            await takePicture(state, look);
            if (!state.fleeting) continue;
            await leave();
            leave = undefined;
          }
          await leave?.();
        });
      }
    });
  }
});
