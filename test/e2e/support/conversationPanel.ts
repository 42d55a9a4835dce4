import type { FrameLocator, Locator } from 'playwright-core';
import type { PanelLocation } from '../../../src/host/settings/settings';
import { deltas, replySequence, type Reply } from '../../support/replies';
import { baseUrlWithKey, startGateway, type Gateway } from '../../support/testGateway';
import { sampleTexts, type SampleTexts } from './sampleTexts';
import { patternOf, wordsOf, type Language, type Words } from './words';
import { Workbench } from './workbench';

export const testKey = 'hsa-e2e-key-0123456789';

/**
 * The panel of a window and the gateway that answers its prompts. Tests find the elements of the panel by role and name,
 * as a person or a screen reader does.
 */
export class ConversationPanel {
  readonly words: Words;
  readonly texts: SampleTexts;

  constructor(
    readonly workbench: Workbench,
    readonly gateway: Gateway,
    readonly language: Language = 'en',
    readonly location: PanelLocation = 'editor',
  ) {
    this.words = wordsOf(language);
    this.texts = sampleTexts[language];
  }

  /** Starts a gateway and a VS Code of its own in the display language. `close` ends both. */
  static async open(language: Language = 'en'): Promise<ConversationPanel> {
    const gateway = await startGateway();
    const settings = { 'holysheep.baseUrl': baseUrlWithKey(gateway) };
    const workbench = await Workbench.open({ settings, locale: language === 'en' ? undefined : language });
    return new ConversationPanel(workbench, gateway, language);
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.gateway.close();
  }

  get frame(): FrameLocator {
    return this.workbench.panel(this.location);
  }

  /** Returns the conversation in the side bar of the same window. */
  get inSideBar(): ConversationPanel {
    return new ConversationPanel(this.workbench, this.gateway, this.language, 'sideBar');
  }

  get prompt(): Locator {
    return this.frame.getByRole('textbox', { name: this.words.panel.prompt, exact: true });
  }

  /** *Send* is enabled only while the composer contains a prompt. */
  get enabledSend(): Locator {
    return this.frame.getByRole('button', { name: this.words.panel.send, exact: true, disabled: false });
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  get assistants(): Locator {
    return this.frame.getByRole('article', { name: this.words.panel.assistant, exact: true });
  }

  /** Returns the entry of the last answer, which contains the answer, its state and its buttons. */
  get assistant(): Locator {
    return this.assistants.last();
  }

  /** Returns the text of the last answer. */
  get answer(): Locator {
    return this.assistant.locator('[data-part="answer"]');
  }

  get timer(): Locator {
    return this.frame.getByRole('timer');
  }

  /** Returns the entry of the last answer if its turn is in the state. */
  inState(state: string): Locator {
    return this.assistant.and(this.frame.locator(`[data-state="${state}"]`));
  }

  /** Runs a command of the extension by its id without the prefix. */
  run(command: string): Promise<void> {
    return this.workbench.runCommand(this.words.command(command));
  }

  /** Sets the key through the palette, as a new user does. */
  async setKey(): Promise<void> {
    await this.run('setApiKey');
    await this.workbench.fillPassword(testKey);
    const saved = patternOf(this.words.host('The API key for {0} works and was saved. Models available: {1}.'));
    await this.workbench.page.locator('.statusbar').getByText(saved).waitFor();
  }

  /** Runs *New Conversation* and waits until the new panel has replaced the panel in view. */
  async newConversation(): Promise<void> {
    await this.run('newConversation');
    await this.frame.getByRole('heading', { name: this.words.panel.emptyTitle }).waitFor();
  }

  /** Opens a new conversation and closes the other editors of its group. */
  async replaceConversation(): Promise<void> {
    await this.newConversation();
    await this.workbench.runCommand('View: Close Other Editors in Group');
    await this.prompt.click();
  }

  async send(prompt: string): Promise<void> {
    await this.prompt.fill(prompt);
    await this.prompt.press('Enter');
  }

  async askFromPalette(prompt: string): Promise<void> {
    await this.run('ask');
    await this.workbench.fillInput(prompt);
  }

  /** Sends a prompt and waits for its entry. The gateway gives the n-th request of the turn the n-th reply. */
  async ask(prompt: string, ...replies: readonly Reply[]): Promise<void> {
    this.gateway.reset();
    this.gateway.script = replySequence(...replies);
    const count = await this.assistants.count();
    await this.send(prompt);
    await this.assistants.nth(count).waitFor();
  }

  /** Sends a prompt like {@link ask} and waits until its turn is in the state. */
  async askUntil(state: string, prompt: string, ...replies: readonly Reply[]): Promise<void> {
    await this.ask(prompt, ...replies);
    await this.inState(state).waitFor();
  }

  /** Sends a prompt and waits for the beginning of an answer, after which the gateway sends nothing more. */
  async askForBeginning(prompt: string, beginning: string): Promise<void> {
    await this.ask(prompt, [...deltas(beginning), { end: 'stall' }]);
    const ending = beginning.slice(-6);
    await this.inState('streaming').filter({ hasText: ending }).waitFor();
  }

  async stop(): Promise<void> {
    await this.button(this.words.panel.stop).last().click();
    await this.inState('stopped').waitFor();
  }

  /** Returns the value of an expression in the panel's page. A function would not be called. */
  inPage(expression: string): Promise<unknown> {
    return this.frame.locator('html').evaluate(expression);
  }

  /** Waits until the page has drawn two frames, so that a change before the call is visible. */
  async waitForDrawing(): Promise<void> {
    await this.inPage('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  }
}
