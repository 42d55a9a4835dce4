import { setTimeout as delay } from 'node:timers/promises';
import { baseUrlWithKey, startGateway, type Gateway, type GatewayOptions } from '../../support/testGateway';
import type { Settings } from '../../support/vscode/quietSettings';
import { ConversationPanel, testKey } from './conversationPanel';
import { openWorkbenches, Workbench } from './workbench';

/** Maximum time in which a window is reset, in milliseconds. It usually takes a second. */
const resetTimeoutMs = 45_000;

interface WorkbenchOptions extends Pick<GatewayOptions, 'script'> {
  /** User settings in addition to the base URL. */
  readonly settings?: Settings;
  /** Whether the user has not set a key yet. */
  readonly withoutKey?: true;
  /** Whether the gateway needs a key, because it is not at the loopback address. */
  readonly needsKey?: true;
  /** Whether the suite needs a newly started VS Code with new user data. */
  readonly needsNewVSCode?: true;
  /** Whether the suite tests VS Code's chat, so that it needs a VS Code of its own. */
  readonly hasChat?: true;
}

/** A gateway, a window with its base URL and a key for it, and the panel of the window. */
interface OpenedWorkbench {
  readonly gateway: Gateway;
  readonly workbench: Workbench;
  readonly panel: ConversationPanel;
}

/** Whether the window can't be shared any more, because a test has failed in it, or because it has VS Code's chat. */
let mustReplace = false;

/**
 * Opens a window with a gateway and a key before the tests of the enclosing suite. All suites of this process share the
 * window, which is reset for each suite, because VS Code starts slowly. VS Code starts again if the window can't be reset,
 * if a test has failed in it, or if the suite needs a new VS Code, as suites with the chat and after the chat do.
 */
export function useWorkbench(options: WorkbenchOptions, onOpened: (opened: OpenedWorkbench) => void): void {
  const { script, withoutKey, needsKey = withoutKey, needsNewVSCode, hasChat } = options;
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway({ ...(script && { script }) });
    const baseUrl = needsKey ? baseUrlWithKey(gateway) : gateway.baseUrl;
    const settings = { 'holysheep.baseUrl': baseUrl, ...options.settings };
    const resetWindow = needsNewVSCode || hasChat ? undefined : await resetSharedWindow(settings, !withoutKey);
    const workbench = resetWindow ?? (await replaceSharedWindow(settings, hasChat));
    const panel = new ConversationPanel(workbench, gateway);
    if (!withoutKey && !resetWindow) await panel.setKey();
    onOpened({ gateway, workbench, panel });
  });
  after(() => gateway.close());
}

/** Makes the next suite start VS Code again. */
export function replaceWindowBeforeNextSuite(): void {
  mustReplace = true;
}

export async function closeSharedWindow(): Promise<void> {
  mustReplace = false;
  await Promise.all([...openWorkbenches].map((workbench) => workbench.close()));
}

async function replaceSharedWindow(settings: Settings, hasChat = false): Promise<Workbench> {
  await closeSharedWindow();
  mustReplace = hasChat;
  return Workbench.open({ settings, hasChat });
}

/** Returns undefined if there is no window that can be reset. */
async function resetSharedWindow(settings: Settings, hasKey: boolean): Promise<Workbench | undefined> {
  const [workbench] = openWorkbenches;
  if (!workbench || mustReplace) return undefined;
  const timeout = delay(resetTimeoutMs, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${resetTimeoutMs} ms`);
  });
  try {
    await Promise.race([workbench.reset(settings, hasKey ? testKey : undefined), timeout]);
    return workbench;
  } catch (error) {
    console.error(`VS Code is started again, because its window could not be reset: ${String(error)}`);
    return undefined;
  }
}
