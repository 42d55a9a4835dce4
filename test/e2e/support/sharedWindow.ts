import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../../support/vscode/quietSettings';
import { openWorkbenches, Workbench } from './workbench';

export const testKey = 'hsa-e2e-key-0123456789';

/** Maximum time in which a window is reset, in milliseconds. It usually takes a second. */
const resetTimeoutMs = 45_000;

interface WindowOptions {
  readonly settings: Settings;
  /** Whether the user has set a key for the base URL. */
  readonly hasKey: boolean;
  /** Whether the suite needs a newly started VS Code with new user data. */
  readonly needsNewVSCode: boolean;
}

/** Whether a test has failed or a suite could not be prepared, so that other tests in the window might fail, too. */
let hasFailed = false;

/**
 * Returns the window that all suites of this process share, reset for the next suite. Starts VS Code again if the window
 * can't be reset, if a test has failed in it, or if the suite needs a new VS Code.
 */
export async function sharedWindow({ settings, hasKey, needsNewVSCode }: WindowOptions): Promise<Workbench> {
  const [open] = openWorkbenches;
  if (open && !needsNewVSCode && !hasFailed && (await tryToReset(open, settings, hasKey))) return open;
  await closeSharedWindow();
  const workbench = await Workbench.open({ settings });
  if (hasKey) await setKey(workbench);
  return workbench;
}

/** Makes the next suite start VS Code again. */
export function replaceWindowBeforeNextSuite(): void {
  hasFailed = true;
}

export async function closeSharedWindow(): Promise<void> {
  hasFailed = false;
  await Promise.all([...openWorkbenches].map((workbench) => workbench.close()));
}

/** Sets the key through the palette, as a new user does. */
async function setKey(workbench: Workbench): Promise<void> {
  await workbench.runCommand('HolySheep: Set API Key');
  await workbench.fillPassword(testKey);
  await workbench.page.locator('.statusbar').getByText('works and was saved').waitFor();
}

async function tryToReset(workbench: Workbench, settings: Settings, hasKey: boolean): Promise<boolean> {
  const timeout = delay(resetTimeoutMs, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${resetTimeoutMs} ms`);
  });
  try {
    await Promise.race([workbench.reset(settings, hasKey ? testKey : undefined), timeout]);
    return true;
  } catch (error) {
    console.error(`VS Code is started again, because its window could not be reset: ${String(error)}`);
    return false;
  }
}
