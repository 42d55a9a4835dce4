import type { FrameLocator, Locator } from 'playwright-core';
import { baseUrlWithKey, startGateway, type Gateway, type GatewayOptions } from '../../support/testGateway';
import type { Settings } from '../../support/vscode/quietSettings';
import { Workbench } from './workbench';

export const testKey = 'hsa-e2e-key-0123456789';

/** The panel, whose elements are found by role and name, as by a person or a screen reader. */
export class ConversationPanel {
  constructor(private readonly workbench: Workbench) {}

  get frame(): FrameLocator {
    return this.workbench.panel();
  }

  get prompt(): Locator {
    return this.frame.getByRole('textbox', { name: 'Prompt' });
  }

  /** *Send* is enabled only while the composer contains a prompt. */
  get enabledSend(): Locator {
    return this.frame.getByRole('button', { name: 'Send', exact: true, disabled: false });
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  /** Returns the last answer. */
  get assistant(): Locator {
    return this.frame.getByRole('article', { name: 'Assistant' }).last();
  }

  get answer(): Locator {
    return this.assistant.locator('[data-part="answer"]');
  }

  get timer(): Locator {
    return this.frame.getByRole('timer');
  }

  /** Returns the last answer if its turn is in the state. */
  inState(state: string): Locator {
    return this.frame.locator(`article[data-state="${state}"]`).last();
  }

  /** Runs *New Conversation* and waits until the new panel has replaced the one in view. */
  async newConversation(): Promise<void> {
    await this.workbench.runCommand('HolySheep: New Conversation');
    await this.frame.getByRole('heading', { name: 'Ask HolySheep' }).waitFor();
  }

  async send(prompt: string): Promise<void> {
    await this.prompt.fill(prompt);
    await this.prompt.press('Enter');
  }
}

/** Sets the key through the palette, as a new user does. */
export async function setKey(workbench: Workbench): Promise<void> {
  await workbench.runCommand('HolySheep: Set API Key');
  await workbench.fillPassword(testKey);
  await workbench.page.locator('.statusbar').getByText('works and was saved').waitFor();
}

export async function ask(workbench: Workbench, prompt: string): Promise<ConversationPanel> {
  await workbench.runCommand('HolySheep: Ask…');
  await workbench.fillInput(prompt);
  return new ConversationPanel(workbench);
}

/** A gateway, a workbench with its base URL and a key for it, and the panel. */
export interface OpenedWorkbench {
  readonly gateway: Gateway;
  readonly workbench: Workbench;
  readonly panel: ConversationPanel;
}

interface WorkbenchOptions extends Pick<GatewayOptions, 'script'> {
  /** User settings in addition to the base URL. */
  readonly settings?: Settings;
  /** Whether the user has not set a key yet. */
  readonly withoutKey?: true;
  /** Whether the gateway needs a key, because it is not at the loopback address. */
  readonly needsKey?: true;
}

/** The workbench that all suites of this process share, because VS Code starts slowly. */
let shared: Workbench | undefined;

/**
 * Opens a window with a key before the tests of the enclosing suite. The window has its own gateway, settings and folder,
 * and so its own conversations.
 */
export function useWorkbench(
  { script, settings, withoutKey, needsKey = withoutKey }: WorkbenchOptions,
  onOpened: (opened: OpenedWorkbench) => void,
): void {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway({ anyHost: true, ...(script && { script }) });
    const all = { ...settings, 'holysheep.baseUrl': needsKey ? baseUrlWithKey(gateway) : gateway.baseUrl };
    const workbench = (shared = await (shared?.renew(all) ?? Workbench.open({ settings: all })));
    if (!withoutKey) await setKey(workbench);
    onOpened({ gateway, workbench, panel: new ConversationPanel(workbench) });
  });
  after(() => gateway.close());
}

export async function closeSharedWorkbench(): Promise<void> {
  await shared?.close();
}
