import { errors, type Locator, type Page } from 'playwright-core';

/** Time, in milliseconds, after which a list that accepts neither text nor a click counts as closed. */
const goneMs = 15_000;

/** Time, in milliseconds, after which the page in a focused webview has missed the message that gives it the focus. */
const focusMs = 3_000;

/** Time, in milliseconds, after which a list that is still open has not received the Escape key. */
const keyMs = 5_000;

/** The widget that VS Code uses for the command palette, quick open, quick picks and input boxes. Only one can be open. */
export class QuickInput {
  readonly #widget: Locator;
  /** Returns the text field. */
  readonly input: Locator;

  constructor(private readonly page: Page) {
    this.#widget = page.locator('.quick-input-widget');
    this.input = this.#widget.locator('.quick-input-box input');
  }

  /** Returns the visible rows with the label. */
  rows(label: string): Locator {
    const labels = this.#widget.locator('.quick-input-list .monaco-list-row .label-name');
    return labels.filter({ hasText: new RegExp(`^\\s*${escape(label)}\\s*$`) });
  }

  /** Opens the palette (`>…`), quick open (a file name) or a line (`:12`), filtered by `text`. */
  async openPalette(text: string): Promise<void> {
    await tryAgain(() => this.#open(text));
  }

  /** Opens the palette or quick open, filtered by a text, and picks the row `label`. */
  async openAndPick(text: string, label: string): Promise<void> {
    await tryAgain(async () => {
      await this.#open(text);
      await this.rows(label).first().click({ timeout: goneMs });
    });
    await this.rows(label).first().waitFor({ state: 'hidden' });
  }

  /** Returns the visible rows that contain the text. */
  rowsWith(text: string): Locator {
    return this.#widget.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });
  }

  /** Presses a button of a row. VS Code shows the buttons while the pointer is over the row. */
  async pressOnRow(text: string, name: string): Promise<void> {
    const row = this.rowsWith(text).first();
    await row.hover();
    await row.locator(`.action-label[aria-label="${name}"]`).click();
  }

  /** Picks a row of the open list and waits until the list has closed or another list has replaced it. */
  async pick(label: string): Promise<void> {
    const row = this.rows(label).first();
    await row.click();
    await row.waitFor({ state: 'hidden' });
  }

  /** Filters the open list by the label of a row and picks the row, because VS Code renders only a part of a long list. */
  async choose(label: string): Promise<void> {
    await this.input.fill(label);
    await this.pick(label);
  }

  /** Fills in and accepts an input box. */
  async fill(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** Fills in and accepts an input box that hides the typed text. Fails for any other input box. */
  async fillPassword(text: string): Promise<void> {
    const input = this.#widget.locator('input[type=password]');
    await input.fill(text);
    await input.press('Enter');
  }

  async dismissPassword(): Promise<void> {
    await this.#widget.locator('input[type=password]').waitFor();
    await this.dismiss();
  }

  async dismiss(): Promise<void> {
    // Waits for the new input, because the hidden input of the previous list would receive a key that is pressed too
    // early.
    await this.input.waitFor();
    // Presses again if needed, because the element that was clicked to open the list may get the focus a moment later
    // and then receives the key.
    await tryAgain(async () => {
      if (await this.#widget.isHidden()) return;
      await this.input.press('Escape', { timeout: keyMs });
      await this.#widget.waitFor({ state: 'hidden', timeout: keyMs });
    });
  }

  async #open(text: string): Promise<void> {
    await this.#focusSettled();
    await this.page.keyboard.press('F1');
    await this.input.waitFor({ timeout: goneMs });
    await this.input.fill(text, { timeout: goneMs });
  }

  /**
   * Waits until the page in a focused webview has the focus too: it gets the focus a moment later, and a list that is open
   * by then closes (https://github.com/microsoft/vscode/issues/75209). Another panel might take the focus in the meantime.
   */
  async #focusSettled(): Promise<void> {
    for (const end = performance.now() + focusMs; performance.now() < end;) {
      const name = await this.page.evaluate(
        "document.activeElement?.matches('iframe.webview') && document.activeElement.name",
      );
      if (typeof name !== 'string') return;
      const page = this.page.frameLocator(`iframe[name="${name}"]`).frameLocator('#active-frame').locator(':root');
      if ((await page.count()) === 0) continue;
      if (await page.evaluate(() => document.hasFocus(), undefined, { timeout: focusMs })) return;
    }
    // When a list closes on a busy machine, VS Code sometimes loses the message that gives the page the focus.
    await this.page.evaluate('document.activeElement.blur()');
  }
}

/** Tries up to four times. When something else takes the focus, a list closes or misses a key. */
async function tryAgain(attempt: () => Promise<void>): Promise<void> {
  for (let triesLeft = 3; ; triesLeft--) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (triesLeft === 0 || !(error instanceof errors.TimeoutError)) throw error;
    }
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
