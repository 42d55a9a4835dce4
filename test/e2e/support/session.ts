import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { findBrowser } from '../../support/browser';
import { extensionsFolder, root, sampleWorkspace } from '../../support/paths';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { linkBuiltInExtensions } from '../../support/vscode/builtInExtensions';
import { startCodeServer } from '../../support/vscode/codeServer';
import type { GuardedServer } from '../../support/vscode/guardedServer';
import { ensureVSCode } from '../../support/vscode/install';
import { quietSettings, userSettingsFile, writeUserSettings, type Settings } from '../../support/vscode/quietSettings';

const testExtension = path.join(root, 'test/e2e/support/testExtension');

/** Size of a window in pixels. */
export const viewport = { width: 1280, height: 800 };

export interface SessionOptions {
  /** User settings in addition to the quiet settings. */
  readonly settings?: Settings | undefined;
  /** Display language, e.g. `zh-cn`; English by default. */
  readonly locale?: string | undefined;
  /** Whether VS Code needs its chat. */
  readonly hasChat?: boolean | undefined;
}

/** A VS Code server and a browser with its own profile. `close` ends both. */
export interface Session {
  readonly server: GuardedServer;
  readonly context: BrowserContext;
  /** Path of the open copy of the workspace. */
  readonly workspace: string;
  /**
   * Restores the files of the workspace and prepares the next run of the command *Tests: Reset Window*.
   * @returns the text that the status bar shows when the window has been reset
   */
  prepareReset(settings: Settings, key?: string): string;
  /** Creates a folder for another window. */
  readonly otherWorkspace: string;
  readonly userDataFolder: string;
  close(): Promise<void>;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const folder = temporaryFolder();
  const userDataFolder = path.join(folder, 'user-data');
  let copies = 0;
  const copyWorkspace = (): string => {
    const copy = path.join(folder, `workspace-${++copies}`);
    cpSync(sampleWorkspace, copy, { recursive: true });
    return copy;
  };
  const workspace = copyWorkspace();
  const otherWorkspace = copyWorkspace();
  writeUserSettings(userDataFolder, { ...quietSettings, ...options.settings });
  const builtInExtensionsFolder = path.join(folder, 'built-in-extensions');
  linkBuiltInExtensions(await ensureVSCode(), builtInExtensionsFolder, {
    hasChat: options.hasChat,
    others: [testExtension],
  });
  const resetFile = path.join(folder, 'reset.json');
  let resets = 0;
  const server = await startCodeServer({
    userDataFolder,
    extensionsFolder,
    builtInExtensionsFolder,
    locale: options.locale,
    env: { TESTS_RESET_FILE: resetFile },
  });
  const { executablePath, args } = await findBrowser();
  // The profile is on disk, because secrets are in the browser's storage and must survive a reload.
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath,
    args,
    viewport,
    // Reduced motion saves the processor from rendering thousands of frames.
    reducedMotion: 'reduce',
  });
  // The timeout is long enough for a busy machine.
  context.setDefaultTimeout(60_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  return {
    server,
    context,
    workspace,
    prepareReset: (settings, key) => {
      for (const name of readdirSync(workspace)) {
        if (!existsSync(path.join(sampleWorkspace, name))) rmSync(path.join(workspace, name), { recursive: true });
      }
      cpSync(sampleWorkspace, workspace, { recursive: true });
      const message = `Window reset: ${++resets}`;
      const settingsFile = userSettingsFile(userDataFolder);
      const request = { settingsFile, settings: { ...quietSettings, ...settings }, key, message };
      writeFileSync(resetFile, JSON.stringify(request));
      return message;
    },
    otherWorkspace,
    userDataFolder,
    close: async () => {
      await context.close();
      await server.process.stop();
      removeTemporaryFolder(folder);
    },
  };
}
