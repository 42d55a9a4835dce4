import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench';

/** VS Code's chat view. */
export class NativeChat {
  constructor(private readonly workbench: Workbench) {}

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

  async cancel(): Promise<void> {
    await this.view.getByRole('button', { name: /^Cancel/ }).click();
  }
}
