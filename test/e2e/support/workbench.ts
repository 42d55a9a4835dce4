import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { PanelLocation } from '../../../src/host/settings/settings';
import { QuickInput } from './quickInput';
import type { Settings } from '../../support/vscode/quietSettings';
import { openSession, viewport, type Session, type SessionOptions } from './session';

const extensionId = 'holysheep.holysheep-prompt';
const extensionFrame = `iframe.webview.ready[src*="extensionId=${extensionId}"]`;
const isView = '[src*="purpose=webviewView"]';
const panelFrame = `${extensionFrame}:not(${isView})`;
const viewFrame = `${extensionFrame}${isView}`;

/** Names of the themes in the theme picker, by id. */
const themes = {
  'Light 2026': 'Light 2026',
  'Dark 2026': 'Dark 2026',
  'Default Light Modern': 'Light Modern',
  'Default Dark Modern': 'Dark Modern',
  'Default High Contrast': 'Dark High Contrast',
  'Default High Contrast Light': 'Light High Contrast',
} as const;

export type ThemeId = keyof typeof themes;

/** Time limit for reading the panel after a test has failed, in milliseconds. */
const reportTimeoutMs = 2_000;

/** Workbenches that are open in the current test. */
export const openWorkbenches = new Set<Workbench>();

/** VS Code with the packaged extension, driven through its user interface. */
export class Workbench {
  readonly quickInput: QuickInput;
  /** Process id of the extension host with which the page was loaded. Undefined once the test has killed it. */
  #loadedHost: number | undefined;

  private constructor(
    readonly page: Page,
    private readonly session: Session,
  ) {
    this.quickInput = new QuickInput(page);
  }

  static async open(options: SessionOptions): Promise<Workbench> {
    const session = await openSession(options);
    const page = session.context.pages()[0] ?? (await session.context.newPage());
    const workbench = new Workbench(page, session);
    openWorkbenches.add(workbench);
    await page.goto(session.server.address({ folder: session.workspace }));
    await workbench.#ready();
    return workbench;
  }

  /** Opens another window of the same VS Code with its own extension host. The window closes with this one. */
  async newWindow({ sameFolder = false } = {}): Promise<Workbench> {
    const { session } = this;
    const page = await session.context.newPage();
    const workbench = new Workbench(page, session);
    await page.goto(session.server.address({ folder: sameFolder ? session.workspace : session.otherWorkspace }));
    await workbench.#ready();
    return workbench;
  }

  /** Kills this window, as a crash of the browser does, and opens a new window of the same folder. */
  async killWindow(): Promise<Workbench> {
    const { session } = this;
    const page = await session.context.newPage();
    await this.page.close({ runBeforeUnload: false });
    openWorkbenches.delete(this);
    const workbench = new Workbench(page, session);
    openWorkbenches.add(workbench);
    await page.goto(session.server.address({ folder: session.workspace }));
    await workbench.#ready();
    return workbench;
  }

  /**
   * Brings the window into the state of a new window with these settings, which takes less than a fifth of the time:
   * restores the files of the workspace, closes editors, other windows and notifications, deletes the conversations of
   * the workspace, and resets the network state. Sets `key` for the base URL, if given. Keys of other gateways, usage data
   * and the stored state of the workspace, such as the chosen model, remain.
   */
  async reset(settings: Settings, key?: string): Promise<void> {
    const others = this.session.context.pages().filter((page) => page !== this.page);
    await Promise.all(others.map((page) => page.close()));
    const message = this.session.prepareReset(settings, key);
    await this.runCommand('Tests: Reset Window');
    await this.page.locator('.statusbar').getByText(message, { exact: true }).waitFor();
  }

  /** Runs a command by its complete palette title, e.g. `HolySheep: Show Log`. */
  async runCommand(title: string): Promise<void> {
    await this.quickInput.openAndPick(`>${title}`, title);
  }

  async fillInput(text: string): Promise<void> {
    await this.quickInput.fill(text);
  }

  async fillPassword(text: string): Promise<void> {
    await this.quickInput.fillPassword(text);
  }

  /** Picks a row of an open quick pick. */
  async pick(label: string): Promise<void> {
    await this.quickInput.pick(label);
  }

  /** Returns the document of the visible conversation panel in an editor tab, or of the view in the side bar. */
  panel(location: PanelLocation = 'editor'): FrameLocator {
    const frame = location === 'editor' ? panelFrame : viewFrame;
    return this.page.frameLocator(frame).frameLocator('#active-frame');
  }

  /** Chooses an action in the title of the view in the side bar, or in its menu. */
  async viewAction(name: string): Promise<void> {
    const title = this.page.locator('.part.auxiliarybar > .title');
    const button = title.getByRole('button', { name, exact: true });
    if (!(await button.isVisible())) {
      await title.getByRole('button', { name: /More Actions/ }).click();
      await this.page.locator('.monaco-menu .action-item').getByText(name, { exact: true }).hover();
      await this.page.keyboard.press('Enter');
    } else await button.click();
  }

  /** Returns the id of the visible panel's frame, which differs for each panel. */
  async panelId(): Promise<string> {
    const source = await this.page.locator(panelFrame).getAttribute('src');
    return new URL(source ?? '', this.page.url()).searchParams.get('id') ?? '';
  }

  /** Waits until another panel has replaced the visible one. */
  async waitForPanelOtherThan(id: string): Promise<void> {
    await this.page.locator(`${panelFrame}:not([src*="${id}"])`).waitFor();
  }

  /** Returns the tab of an editor or a conversation. */
  tab(title: string): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: title });
  }

  /** Returns all visible notifications, or the one that contains `text`. */
  toast(text?: string): Locator {
    const toasts = this.page.locator('.notifications-toasts .notification-list-item');
    return text === undefined ? toasts : toasts.filter({ hasText: text });
  }

  /** Returns the notice above the composer that contains `text`. */
  notice(text: string): Locator {
    return this.panel().locator('.notice-area', { hasText: text });
  }

  /** Returns a status bar item by its id, e.g. `holysheep.model`. */
  statusBarItem(id: string): Locator {
    return this.page.locator(`[id="${extensionId}.${id}"]`);
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.quickInput.openAndPick(name, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.editorLine().first().waitFor();
  }

  /** Returns the visible editor lines with the text. `hasText` treats VS Code's non-breaking spaces as ordinary spaces. */
  editorLine(text?: string): Locator {
    const lines = this.page.locator('.monaco-editor .view-line');
    return text === undefined ? lines : lines.filter({ hasText: text });
  }

  /** Selects complete lines of the active editor, from 1, including both ends. */
  async selectLines(first: number, last: number): Promise<void> {
    await this.quickInput.openPalette(`:${first}`);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    for (let line = first; line <= last; line++) {
      await this.page.keyboard.press('Shift+ArrowDown');
    }
    await this.page.locator('.monaco-editor .selected-text').first().waitFor();
  }

  /** Right-clicks the editor line with `text`, then chooses the labels one after the other, submenus first. */
  async contextMenu(text: string, ...labels: readonly string[]): Promise<void> {
    await this.editorLine(text).first().locator('span span').first().click({ button: 'right' });
    for (const label of labels) {
      await this.page.locator('.monaco-menu .action-item').getByText(label, { exact: true }).hover();
    }
    // A new menu ignores clicks for a moment, so that the click that opened it can't choose an item. It accepts keys immediately.
    await this.page.keyboard.press('Enter');
  }

  /**
   * Changes the theme with the theme picker, because a running window does not notice a replaced settings file. Waits
   * until the panel has the theme.
   */
  async setTheme(theme: ThemeId): Promise<void> {
    // VS Code has removed "Default" from the ids of the older themes.
    const themed = this.panel().locator(`body[data-vscode-theme-id$="${theme.replace('Default ', '')}"]`);
    if (await themed.isVisible()) return;
    // In a narrow window, keybindings cover the labels of the palette's rows.
    await this.page.setViewportSize(viewport);
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput.choose(themes[theme]);
    await themed.waitFor();
  }

  /** Waits until the clipboard contains `text`, because a webview copies through the extension host. */
  async waitForCopy(text: string): Promise<void> {
    await this.page.waitForFunction(`navigator.clipboard.readText().then((held) => held === ${JSON.stringify(text)})`);
  }

  /** Returns the content of a workspace file on disk. */
  workspaceFile(name: string): string {
    return path.join(this.session.workspace, name);
  }

  /** Returns the folder of the data that all windows share. */
  globalStorageFolder(): string {
    return path.join(this.session.userDataFolder, 'User/globalStorage', extensionId);
  }

  /** Returns the folder of the workspace's conversations. @throws when there is no conversation yet */
  conversationsFolder(): string {
    const storages = path.join(this.globalStorageFolder(), 'workspaces');
    const folders = readdirSync(storages).map((name) => path.join(storages, name, 'conversations'));
    const folder = folders.find((each) => existsSync(each));
    if (folder === undefined) throw new Error(`No conversations in ${storages}.`);
    return folder;
  }

  /** Returns the paths of the extension's logs, one for each extension host that the server has started. */
  extensionLogs(): readonly string[] {
    const { userDataFolder } = this.session;
    const files = readdirSync(userDataFolder, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('HolySheep Prompt.log')).map((file) => path.join(userDataFolder, file));
  }

  /** Reloads the window: VS Code restarts the extension host and keeps secrets and storage. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.#ready();
  }

  /**
   * Kills the extension host, as a crash or a lack of memory does. Resolves when the process is gone.
   * @returns epoch milliseconds of the kill
   */
  async killExtensionHost(): Promise<number> {
    const { server } = this.session;
    const pid = this.#extensionHost();
    this.#loadedHost = undefined;
    const killedAt = Date.now();
    process.kill(pid, 'SIGKILL');
    await server.process.match(new RegExp(`<${pid}> Extension Host Process exited`));
    return killedAt;
  }

  /** Suspends the process of the extension host. @returns a function that resumes it */
  pauseExtensionHost(): () => void {
    const pid = this.#extensionHost();
    process.kill(pid, 'SIGSTOP');
    return () => process.kill(pid, 'SIGCONT');
  }

  /** Opens the quick input with the mouse, because a webview that is still loading swallows every key. */
  async clickCommandCenter(): Promise<void> {
    await this.page.locator('.command-center .action-item').last().click();
    await this.quickInput.input.waitFor();
  }

  /** Waits until VS Code has given the focus to the frame of the conversation panel, whose page may still be loading. */
  async waitForPanelFocus(): Promise<void> {
    await this.page.waitForFunction(`document.activeElement?.matches(${JSON.stringify(panelFrame)})`);
    const frame = this.page.frameLocator(panelFrame).locator(':root');
    await frame.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))',
    );
  }

  /** Returns the text of the visible panel, and when extension hosts have started and ended. */
  async report(): Promise<string> {
    const text = await this.panel()
      .locator('body')
      .innerText({ timeout: reportTimeoutMs })
      .catch(() => 'no panel');
    const hosts = this.session.server.process
      .log()
      .split('\n')
      .filter((line) => /Launched Extension Host|Extension Host Process exited/.test(line));
    return `${hosts.join('\n')}\n${text}`;
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  async close(): Promise<void> {
    openWorkbenches.delete(this);
    await this.session.close();
  }

  /** Waits until the extension is active, because a palette that was opened before does not show its commands. */
  async #ready(): Promise<void> {
    await this.statusBarItem('holysheep.model').waitFor({ timeout: 120_000 });
    this.#loadedHost = lastExtensionHost(this.session.server.process.log());
  }

  /** Returns the process id of this window's extension host. The hosts of closed windows live on for a while. */
  #extensionHost(): number {
    return this.#loadedHost ?? lastExtensionHost(this.session.server.process.log());
  }
}

/** Returns the process id of the extension host that was started last. */
function lastExtensionHost(log: string): number {
  const pid = [...log.matchAll(/<(\d+)> Launched Extension Host Process/g)].at(-1)?.[1];
  if (pid === undefined) throw new Error(`No extension host in the server's log:\n${log}`);
  return Number(pid);
}
