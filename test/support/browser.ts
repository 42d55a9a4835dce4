import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Names of Chromium on the PATH of a Linux machine, and its usual locations on other systems. */
const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
];
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

interface BrowserLaunch {
  readonly executablePath: string;
  readonly args: string[];
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Returns the path of a browser: the one that `CHROMIUM` names, otherwise an installed one, otherwise the one from npm.
 */
export async function findBrowser(): Promise<BrowserLaunch> {
  const executablePath = process.env['CHROMIUM'] ?? installedBrowser() ?? (await browserFromNpm());
  return { executablePath, args };
}

function installedBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const candidates = [
    ...(process.platform === 'darwin' ? macApplications : []),
    ...folders.flatMap((folder) => names.map((name) => path.join(folder, name))),
  ];
  return candidates.find((file) => existsSync(file) && starts(file));
}

/**
 * Returns whether the file is a browser. Some distributions install a script that only explains how to install the
 * browser.
 */
function starts(file: string): boolean {
  try {
    execFileSync(file, ['--version'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

async function browserFromNpm(): Promise<string> {
  const { default: chromium } = await import('@sparticuz/chromium');
  return chromium.executablePath();
}
