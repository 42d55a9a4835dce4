import type { FrameLocator, Locator } from 'playwright-core';
import { startGateway, type Gateway, type GatewayOptions } from '../../support/testGateway';
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
    await this.frame.getByText('What do you want to know?').waitFor();
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
  await workbench.runCommand('HolySheep: Ask');
  await workbench.fillInput(prompt);
  return new ConversationPanel(workbench);
}

/** A gateway, a workbench with its base URL and a key for it, and the panel. */
export interface OpenedWorkbench {
  readonly gateway: Gateway;
  readonly workbench: Workbench;
  readonly panel: ConversationPanel;
}

/** Opens a workbench with a key before the tests of the enclosing suite, and closes it after them. */
export function useWorkbench(options: GatewayOptions, onOpened: (opened: OpenedWorkbench) => void): void {
  let gateway: Gateway;
  let workbench: Workbench;
  before(async () => {
    gateway = await startGateway(options);
    workbench = await Workbench.open({ settings: { 'holysheep.baseUrl': gateway.baseUrl } });
    await setKey(workbench);
    onOpened({ gateway, workbench, panel: new ConversationPanel(workbench) });
  });
  after(async () => {
    await workbench.close();
    await gateway.close();
  });
}
