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
  /** Whether the suite tests VS Code's chat. */
  readonly hasChat: boolean;
}

/** Whether the window can't be shared any more, because a test has failed in it, or because it has VS Code's chat. */
let mustReplace = false;

/**
 * Returns the window that all suites of this process share, reset for the next suite. Starts VS Code again if the window
 * can't be reset, if a test has failed in it, or if the suite needs a new VS Code, as suites with and after the chat do.
 */
export async function sharedWindow({ settings, hasKey, needsNewVSCode, hasChat }: WindowOptions): Promise<Workbench> {
  const [open] = openWorkbenches;
  const canShare = !needsNewVSCode && !hasChat && !mustReplace;
  if (open && canShare && (await tryToReset(open, settings, hasKey))) return open;
  await closeSharedWindow();
  mustReplace = hasChat;
  const workbench = await Workbench.open({ settings, hasChat });
  if (hasKey) await setKey(workbench);
  return workbench;
}

/** Makes the next suite start VS Code again. */
export function replaceWindowBeforeNextSuite(): void {
  mustReplace = true;
}

export async function closeSharedWindow(): Promise<void> {
  mustReplace = false;
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
