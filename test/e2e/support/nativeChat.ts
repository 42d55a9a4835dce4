import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench';

/** VS Code's own chat view. */
export class NativeChat {
  constructor(private readonly workbench: Workbench) {}

  private get view(): Locator {
    return this.workbench.page.locator('.interactive-session');
  }

  get input(): Locator {
    return this.view.locator('.interactive-input-part .monaco-editor').first();
  }

  /** The chosen one, by its name. */
  model(name: string): Locator {
    return this.view.locator('.chat-input-toolbars .action-item', { hasText: name });
  }

  /** The last one. */
  get answer(): Locator {
    return this.view.locator('.interactive-response').last();
  }

  /** What VS Code offers below the last answer. */
  followup(label: string): Locator {
    return this.view.locator('.interactive-session-followups').getByText(label, { exact: true });
  }

  async ask(prompt: string): Promise<void> {
    await this.input.click();
    // At once: what VS Code suggests to half a word would be taken with a space.
    await this.workbench.page.keyboard.insertText(prompt);
    await this.workbench.page.keyboard.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.view.getByRole('button', { name: /^Cancel/ }).click();
  }
}
