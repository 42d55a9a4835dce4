import { cpSync } from 'node:fs';
import path from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { findBrowser } from '../../support/browser';
import { sampleWorkspace } from '../../support/paths';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { startCodeServer } from '../../support/vscode/codeServer';
import type { GuardedServer } from '../../support/vscode/guardedServer';
import { quietSettings, writeUserSettings, type Settings } from '../../support/vscode/quietSettings';
import { extensionsFolder } from './extensionsFolder';

export interface SessionOptions {
  /** User settings in addition to the quiet settings. */
  readonly settings?: Settings | undefined;
  /** Folder of which a copy is opened, so that a test may change its files. The default is the sample workspace. */
  readonly folder?: string | undefined;
  /** Environment variables of the server and the extension host. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Display language, e.g. `zh-cn`; English by default. */
  readonly locale?: string | undefined;
  /** Folder of a second extension to install beside the packaged one. */
  readonly otherExtension?: string | undefined;
  readonly viewport?: { readonly width: number; readonly height: number } | undefined;
}

/** A VS Code server and a browser with its own profile. `close` ends both. */
export interface Session {
  readonly server: GuardedServer;
  readonly context: BrowserContext;
  /** Path of the open copy of the workspace. */
  readonly workspace: string;
  /** Replaces the settings and the copy of the workspace for the next window. */
  renew(settings: Settings): void;
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
    cpSync(options.folder ?? sampleWorkspace, copy, { recursive: true });
    return copy;
  };
  const writeSettings = (settings?: Settings): void => {
    writeUserSettings(userDataFolder, { ...quietSettings, ...settings });
  };
  let workspace = copyWorkspace();
  const otherWorkspace = copyWorkspace();
  writeSettings(options.settings);
  const { env, locale, otherExtension } = options;
  const extensions = otherExtension === undefined ? extensionsFolder : path.join(folder, 'extensions');
  if (otherExtension !== undefined) putTogether(extensions, otherExtension);
  const server = await startCodeServer({ userDataFolder, extensionsFolder: extensions, env, locale });
  const { executablePath, args } = await findBrowser();
  // The profile is on disk, because secrets are in the browser's storage and must survive a reload.
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath,
    args,
    viewport: options.viewport ?? { width: 1280, height: 800 },
    // Reduced motion saves the processor from rendering thousands of frames.
    reducedMotion: 'reduce',
  });
  // The timeout is long enough for a busy machine.
  context.setDefaultTimeout(60_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  return {
    server,
    context,
    get workspace() {
      return workspace;
    },
    renew: (settings) => {
      workspace = copyWorkspace();
      writeSettings(settings);
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

/** Removes the index of installed extensions, so that VS Code scans the folder. */
function putTogether(extensions: string, otherExtension: string): void {
  cpSync(extensionsFolder, extensions, {
    recursive: true,
    filter: (file) => path.basename(file) !== 'extensions.json',
  });
  cpSync(otherExtension, path.join(extensions, path.basename(otherExtension)), { recursive: true });
}
