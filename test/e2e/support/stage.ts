import type { FrameLocator, Locator } from 'playwright-core';
import { baseUrlWithKey, startGateway, type Gateway, type Script } from '../../support/testGateway';
import { answer, deltas } from '../../support/replies';
import { testKey } from './sharedWindow';
import { pausedAnswer } from './pausedAnswer';
import { stageTexts, type StageTexts } from './stageTexts';
import { Workbench, type ThemeId } from './workbench';
import { patternOf, wordsOf, type Language, type Words } from './words';

/** A workbench, a scripted gateway and the panel, in one display language. */
export class Stage {
  readonly words: Words;
  readonly texts: StageTexts;
  #theme: ThemeId | undefined;

  constructor(
    readonly language: Language,
    readonly gateway: Gateway,
    readonly workbench: Workbench,
  ) {
    this.words = wordsOf(language);
    this.texts = stageTexts[language];
  }

  static async open(language: Language = 'en'): Promise<Stage> {
    const gateway = await startGateway();
    const settings = { 'holysheep.baseUrl': baseUrlWithKey(gateway) };
    const workbench = await Workbench.open({ settings, ...(language === 'en' ? {} : { locale: language }) });
    return new Stage(language, gateway, workbench);
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.gateway.close();
  }

  get panel(): FrameLocator {
    return this.workbench.panel();
  }

  get prompt(): Locator {
    return this.panel.getByRole('textbox', { name: this.words.panel.prompt, exact: true });
  }

  /** Returns the latest answer. */
  get assistant(): Locator {
    return this.panel.locator('article.assistant').last();
  }

  button(name: string): Locator {
    return this.panel.getByRole('button', { name, exact: true });
  }

  inState(state: string): Locator {
    return this.assistant.and(this.panel.locator(`[data-state="${state}"]`));
  }

  run(command: string): Promise<void> {
    return this.workbench.runCommand(this.words.command(command));
  }

  async setKey(): Promise<void> {
    await this.run('setApiKey');
    await this.workbench.fillPassword(testKey);
    const stored = patternOf(this.words.host('The API key for {0} works and was saved. Models available: {1}.'));
    await this.workbench.page.locator('.statusbar').getByText(stored).waitFor();
  }

  async removeKey(): Promise<void> {
    await this.run('removeApiKey');
    await this.button(this.words.panel.tour).waitFor();
    await this.workbench.runCommand('Notifications: Clear All Notifications');
  }

  /** Opens a new conversation as the only open editor. */
  async newConversation(): Promise<void> {
    await this.run('newConversation');
    await this.panel.getByRole('heading', { name: this.words.panel.emptyTitle }).waitFor();
    await this.workbench.runCommand('View: Close Other Editors in Group');
    await this.prompt.click();
  }

  /** Sends a prompt to which the gateway replies with the script. */
  async ask(prompt: string, script: Script): Promise<void> {
    this.gateway.reset();
    this.gateway.script = script;
    const answers = this.panel.locator('article.assistant');
    const before = await answers.count();
    await this.prompt.fill(prompt);
    await this.prompt.press('Enter');
    await answers.nth(before).waitFor();
  }

  /** Streams the first `length` characters of the answer. The returned function streams the remaining characters. */
  async askAndHold(prompt: string, text: string, length: number): Promise<() => Promise<void>> {
    const first = text.slice(0, length);
    const paused = pausedAnswer(deltas(first), answer(text.slice(length)));
    await this.ask(prompt, paused.script);
    await this.inState('streaming')
      .filter({ hasText: first.slice(-6) })
      .waitFor();
    return async () => {
      paused.release();
      await this.inState('done').waitFor();
    };
  }

  async stop(): Promise<void> {
    await this.button(this.words.panel.stop).last().click();
    await this.inState('stopped').waitFor();
  }

  async setTheme(theme: ThemeId): Promise<void> {
    if (theme === this.#theme) return;
    // In a narrow window, keybindings cover the labels of the palette's rows.
    await this.workbench.page.setViewportSize({ width: 1280, height: 800 });
    await this.workbench.setTheme(theme);
    // VS Code has removed "Default" from the names of the older themes.
    const id = theme.replace('Default ', '');
    await this.panel.locator(`body[data-vscode-theme-id$="${id}"]`).waitFor();
    this.#theme = theme;
  }

  /** Takes a screenshot without hover effects. */
  async screenshot(file: string): Promise<void> {
    await this.workbench.page.mouse.move(0, 0);
    await this.inPage('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    await this.workbench.screenshot(file);
  }

  /** Returns the value of an expression in the panel's page. A function would not be called. */
  inPage(expression: string): Promise<unknown> {
    return this.panel.locator('html').evaluate(expression);
  }

  /** Closes all editors but the panel. */
  async setPanelWidth(width: number): Promise<void> {
    const { page } = this.workbench;
    await this.#hideSideBar();
    const around = await page.evaluate<number>('innerWidth');
    const inner = (await this.inPage('innerWidth')) as number;
    await page.setViewportSize({ width: width + around - inner, height: 860 });
    await this.inPage(`new Promise((resolve) => {
      const look = () => (innerWidth === ${width} ? resolve() : requestAnimationFrame(look));
      look();
    })`);
  }

  async #hideSideBar(): Promise<void> {
    const { page } = this.workbench;
    if (!(await page.locator('.part.sidebar').isVisible())) return;
    await this.workbench.runCommand('View: Toggle Primary Side Bar Visibility');
    await page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  }
}
