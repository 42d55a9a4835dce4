import { chromium, type Browser } from 'playwright-core';
import { renameSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { findBrowser } from '../browser';
import { bridgeAutomation } from './automation';
import { parseDesktopArguments, type DesktopArguments } from './desktopArguments';
import { serverEnvironment } from './serverEnvironment';
import { startServerProcess, type ServerProcess } from './serverProcess';

const timeoutMs = 20 * 60_000;

/** Opens a window of VS Code's server that runs the tests; resolves with their exit code. */
export async function runWindow(args: readonly string[]): Promise<number> {
  const window = parseDesktopArguments(args);
  useDesktopSettings(window.userDataFolder);
  const server = startServer(window);
  let browser: Browser | undefined;
  try {
    const [, port = ''] = await server.match(/Web UI available at http:\/\/\S+:(\d+)/);
    browser = await chromium.launch(await findBrowser());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const { exitCode } = await bridgeAutomation(page, server);
    await page.goto(windowUrl(window, port));
    return await Promise.race([exitCode, interrupted(), timedOut(server), crashed(server)]);
  } finally {
    await browser?.close();
    await server.stop();
  }
}

/** The server keeps its user data one folder deeper than the desktop does. */
function useDesktopSettings(userDataFolder: string): void {
  const settings = path.join(userDataFolder, 'User');
  if (existsSync(settings)) {
    mkdirSync(path.join(userDataFolder, 'data'), { recursive: true });
    renameSync(settings, path.join(userDataFolder, 'data/User'));
  }
}

function startServer({ userDataFolder, extensionsFolder, workspaceTrust }: DesktopArguments): ServerProcess {
  const script = process.env['VSCODE_SERVER'];
  if (script === undefined) {
    throw new Error('VSCODE_SERVER must name the server-main.js of an installed VS Code');
  }
  return startServerProcess(
    script,
    [
      ...['--accept-server-license-terms', '--without-connection-token', '--host', '127.0.0.1', '--port', '0'],
      ...['--server-data-dir', userDataFolder, '--extensions-dir', extensionsFolder],
      ...['--telemetry-level', 'off', ...(workspaceTrust ? [] : ['--disable-workspace-trust'])],
      // Without it the workbench ignores the tests' path and waits for ever; below `info` mocha's output is dropped.
      ...['--enable-smoke-test-driver', '--log', 'info'],
    ],
    serverEnvironment(),
  );
}

function windowUrl(window: DesktopArguments, port: string): string {
  const remote = (file: string): string => `vscode-remote://127.0.0.1:${port}${file}`;
  const payload = [
    ...window.extensionDevelopmentPaths.map((folder) => ['extensionDevelopmentPath', remote(folder)]),
    ['extensionTestsPath', remote(window.extensionTestsPath)],
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  const query = new URLSearchParams(opened(window.workspace));
  query.set('payload', JSON.stringify(payload));
  return `http://127.0.0.1:${port}/?${query.toString()}`;
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
