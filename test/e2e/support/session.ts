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
  /** On top of the quiet ones. */
  readonly settings?: Settings | undefined;
  /** Copied, so that a test may change its files; the sample workspace by default. */
  readonly folder?: string | undefined;
  /** For the server, and so for the extension host. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Display language, e.g. `zh-cn`; English by default. */
  readonly locale?: string | undefined;
  /** Folder of one more extension, installed beside the packaged one. */
  readonly otherExtension?: string | undefined;
  readonly viewport?: { readonly width: number; readonly height: number } | undefined;
}

/** A server and a browser with a profile of its own, both gone after `close`. */
export interface Session {
  readonly server: GuardedServer;
  readonly context: BrowserContext;
  /** The copy that is open. */
  readonly workspace: string;
  /** A folder of its own for one more window. */
  readonly otherWorkspace: string;
  readonly userDataFolder: string;
  close(): Promise<void>;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const folder = temporaryFolder();
  const userDataFolder = path.join(folder, 'user-data');
  const workspace = path.join(folder, 'workspace');
  const otherWorkspace = path.join(folder, 'other-workspace');
  for (const copy of [workspace, otherWorkspace]) {
    cpSync(options.folder ?? sampleWorkspace, copy, { recursive: true });
  }
  writeUserSettings(userDataFolder, { ...quietSettings, ...options.settings });
  const { env, locale, otherExtension } = options;
  const extensions = otherExtension === undefined ? extensionsFolder : path.join(folder, 'extensions');
  if (otherExtension !== undefined) putTogether(extensions, otherExtension);
  const server = await startCodeServer({ userDataFolder, extensionsFolder: extensions, env, locale });
  const { executablePath, args } = await findBrowser();
  // A profile on disk: secrets are in the browser's storage and have to survive a reload.
  const context = await chromium.launchPersistentContext(path.join(folder, 'profile'), {
    executablePath,
    args,
    viewport: options.viewport ?? { width: 1280, height: 800 },
    // Spares the processor thousands of frames.
    reducedMotion: 'reduce',
  });
  // Everything takes long where other things run.
  context.setDefaultTimeout(60_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  return {
    server,
    context,
    workspace,
    otherWorkspace,
    userDataFolder,
    close: async () => {
      await context.close();
      await server.process.stop();
      removeTemporaryFolder(folder);
    },
  };
}

/** Without the index of what was installed: a folder that has none is looked through. */
function putTogether(extensions: string, otherExtension: string): void {
  cpSync(extensionsFolder, extensions, {
    recursive: true,
    filter: (file) => path.basename(file) !== 'extensions.json',
  });
  cpSync(otherExtension, path.join(extensions, path.basename(otherExtension)), { recursive: true });
}
