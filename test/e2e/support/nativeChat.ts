import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench';

/** VS Code's chat view. */
export class NativeChat {
  constructor(private readonly workbench: Workbench) {}

  /** Sets up the chat as a user who has not signed in: turns the setting that disables it on and off again. */
  async setUp(): Promise<void> {
    const { page } = this.workbench;
    await this.workbench.runCommand('HolySheep: Set Up VS Code Chat');
    await this.workbench
      .toast('VS Code keeps its chat disabled')
      .getByRole('button', { name: 'Open settings' })
      .click();
    const editor = page.locator('.settings-editor');
    const checkbox = (checked: boolean): Locator =>
      editor.getByRole('checkbox', { name: /disableAIFeatures/i, checked });
    // VS Code saves a setting a moment after the click. Only then it marks the setting as configured, or no longer.
    const configured = editor.locator('.setting-item-contents.is-configured');
    await checkbox(false).click();
    await configured.waitFor();
    await checkbox(true).click();
    await configured.waitFor({ state: 'detached' });
    await page
      .locator('.command-center .action-label.codicon-chat-sparkle, .command-center [aria-label*="Chat"]')
      .first()
      .waitFor();
    // Newer versions of VS Code show the settings in a modal editor.
    await page.keyboard.press('Escape');
    await this.workbench.runCommand('HolySheep: Set Up VS Code Chat');
    await this.input.waitFor();
  }

  private get view(): Locator {
    return this.workbench.page.locator('.interactive-session');
  }

  get input(): Locator {
    return this.view.locator('.interactive-input-part .monaco-editor').first();
  }

  /** Returns the name of the selected model. */
  model(name: string): Locator {
    return this.view.locator(`.chat-input-toolbars .action-item [aria-label*="${name}"]`).first();
  }

  /** Returns the last answer. */
  get answer(): Locator {
    return this.view.locator('.interactive-response').last();
  }

  /** Returns the follow-ups that VS Code offers below the last answer. */
  followup(label: string): Locator {
    return this.view.locator('.interactive-session-followups').getByText(label, { exact: true });
  }

  async ask(prompt: string): Promise<void> {
    await this.input.click();
    // Inserts the text in one step: while typing, a space would accept a suggestion of VS Code.
    await this.workbench.page.keyboard.insertText(prompt);
    await this.workbench.page.keyboard.press('Enter');
  }
}
