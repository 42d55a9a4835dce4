import { format } from 'node:util';
import type { Page } from 'playwright-core';
import type { ServerProcess } from './serverProcess';

/** Matches lines that the workbench logs. All other lines are output of the tests. */
const workbenchNoise = new RegExp(
  `^(${[
    'Ignoring fetching',
    'Creating a socket',
    'Resolv(ing|ed) connection',
    'Updating additional builtin',
    '\\[(Service Worker|AgentHost|AccountPolicyGate|ChatModelSelection|reconnection)',
    '.*_initializeExtensionUsageCache',
    // VS Code logs this for a virtual workspace before the tests provide its files.
    '.*(ENOPRO|CodeExpectedError)',
  ].join('|')})`,
);

/** Maximum time in which the extension host must end after the tests, in milliseconds. If it hangs, the run fails. */
const hostExitMs = 60_000;

interface Automation {
  /** Resolves when the tests have ended and the extension host has exited. */
  readonly exitCode: Promise<number>;
}

/** Handles the workbench's automation calls, and the one request that the bare server can't handle. */
export async function bridgeAutomation(page: Page, server: ServerProcess): Promise<Automation> {
  // Half of the key for secrets, which the complete product generates: see code-server's src/node/routes/vscode.ts.
  await page.route('**/mint-key', (route) => route.fulfill({ body: Buffer.alloc(32, 7) }));
  let ended = false;
  await page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
    const line = format(...args);
    // A window that closes logs errors for everything that was open.
    if (!ended && !workbenchNoise.test(line)) {
      process[type === 'error' ? 'stderr' : 'stdout'].write(`${line}\n`);
    }
  });
  const reported = new Promise<number>((resolve) => {
    void page.exposeFunction('codeAutomationExit', (code: number) => {
      ended = true;
      resolve(code);
    });
  });
  return { exitCode: reported.then((code) => (code === 0 ? hostExitCode(server) : code)) };
}

/** Reads the exit code from the server's log, because the workbench reports 0 even for a killed extension host. */
async function hostExitCode(server: ServerProcess): Promise<number> {
  const slow = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), hostExitMs).unref());
  const found = await Promise.race([server.match(/Extension Host Process exited with code: (\w+), signal: \w+/), slow]);
  if (found?.[1] === '0') {
    return 0;
  }
  console.error(found?.[0] ?? 'The extension host has not ended.');
  return 1;
}
