import { chromium, type Browser } from 'playwright-core';
import { renameSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { findBrowser } from '../browser';
import { bridgeAutomation } from './automation';
import { linkBuiltInExtensions } from './builtInExtensions';
import { parseDesktopArguments, type DesktopArguments } from './desktopArguments';
import { startGuardedServer, type GuardedServer } from './guardedServer';
import { serverEnvironment } from './serverEnvironment';
import type { ServerProcess } from './serverProcess';

const timeoutMs = 20 * 60_000;

/** Opens a window of VS Code's server that runs the tests, and resolves with their exit code. */
export async function runWindow(args: readonly string[]): Promise<number> {
  const window = parseDesktopArguments(args);
  useDesktopSettings(window.userDataFolder);
  const script = process.env['VSCODE_SERVER'];
  if (script === undefined) {
    throw new Error('VSCODE_SERVER must name the server-main.js of an installed VS Code');
  }
  const server = await startTestServer(script, window);
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch(await findBrowser());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const { exitCode } = await bridgeAutomation(page, server.process);
    await page.goto(windowUrl(window, server));
    return await Promise.race([exitCode, interrupted(), timedOut(server.process), crashed(server.process)]);
  } finally {
    await browser?.close();
    await server.process.stop();
  }
}

/** Folder of the user data, which the server stores one level deeper than the desktop. */
function useDesktopSettings(userDataFolder: string): void {
  const settings = path.join(userDataFolder, 'User');
  if (existsSync(settings)) {
    mkdirSync(path.join(userDataFolder, 'data'), { recursive: true });
    renameSync(settings, path.join(userDataFolder, 'data/User'));
  }
}

/** Starts the bare server, which also understands the options for tests. */
export function startTestServer(
  script: string,
  window: Pick<DesktopArguments, 'userDataFolder' | 'extensionsFolder' | 'workspaceTrust'>,
): Promise<GuardedServer> {
  const builtInExtensionsFolder = path.join(window.userDataFolder, 'built-in-extensions');
  linkBuiltInExtensions({ server: script }, builtInExtensionsFolder);
  return startGuardedServer({
    script,
    args: (socketPath) => [
      '--accept-server-license-terms',
      '--without-connection-token',
      '--socket-path',
      socketPath,
      '--server-data-dir',
      window.userDataFolder,
      '--extensions-dir',
      window.extensionsFolder,
      '--builtin-extensions-dir',
      builtInExtensionsFolder,
      '--telemetry-level',
      'off',
      ...(window.workspaceTrust ? [] : ['--disable-workspace-trust']),
      // Without this option the workbench ignores the path of the tests. Below `info`, mocha's output is dropped.
      '--enable-smoke-test-driver',
      '--log',
      'info',
    ],
    env: serverEnvironment(),
    ready: /Extension host agent listening on/,
  });
}

function windowUrl(window: DesktopArguments, server: GuardedServer): string {
  const remote = (file: string): string => `vscode-remote://${new URL(server.url).host}${file}`;
  const payload = [
    ...window.extensionDevelopmentPaths.map((folder) => ['extensionDevelopmentPath', remote(folder)]),
    ['extensionTestsPath', remote(window.extensionTestsPath)],
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  return server.address({ ...opened(window.workspace), payload: JSON.stringify(payload) });
}

function opened(workspace: string | undefined): Record<string, string> {
  if (workspace === undefined) return { ew: 'true' };
  return workspace.endsWith('.code-workspace') ? { workspace } : { folder: workspace };
}

function interrupted(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(130));
    process.once('SIGTERM', () => resolve(143));
  });
}

function timedOut(server: ServerProcess): Promise<number> {
  return new Promise((resolve) => {
    setTimeout(() => {
      console.error(`The tests have not ended after ${timeoutMs / 1000} s.\n${server.log().slice(-3000)}`);
      resolve(124);
    }, timeoutMs).unref();
  });
}

async function crashed(server: ServerProcess): Promise<number> {
  await server.ended;
  console.error(`The server has ended before the tests.\n${server.log().slice(-3000)}`);
  return 1;
}
