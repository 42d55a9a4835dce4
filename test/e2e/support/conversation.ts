import type { FrameLocator, Locator } from 'playwright-core';
import { baseUrlWithKey, startGateway, type Gateway, type GatewayOptions } from '../../support/testGateway';
import type { Settings } from '../../support/vscode/quietSettings';
import { sharedWindow } from './sharedWindow';
import type { Workbench } from './workbench';

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

export async function ask(workbench: Workbench, prompt: string): Promise<ConversationPanel> {
  await workbench.runCommand('HolySheep: Ask…');
  await workbench.fillInput(prompt);
  return new ConversationPanel(workbench);
}

/** A gateway, a workbench with its base URL and a key for it, and the panel. */
interface OpenedWorkbench {
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
  /** Whether the suite needs a newly started VS Code with new user data. */
  readonly needsNewVSCode?: true;
  /** Whether the suite tests VS Code's chat, so that it needs a VS Code of its own. */
  readonly hasChat?: true;
}

/**
 * Prepares a window with a gateway, a key and a new conversation before the tests of the enclosing suite. All suites of
 * this process share the window, because VS Code starts slowly: see {@link sharedWindow}.
 */
export function useWorkbench(
  { script, settings, withoutKey, needsKey = withoutKey, needsNewVSCode, hasChat }: WorkbenchOptions,
  onOpened: (opened: OpenedWorkbench) => void,
): void {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway({ ...(script && { script }) });
    const workbench = await sharedWindow({
      settings: { 'holysheep.baseUrl': needsKey ? baseUrlWithKey(gateway) : gateway.baseUrl, ...settings },
      hasKey: !withoutKey,
      needsNewVSCode: needsNewVSCode === true,
      hasChat: hasChat === true,
    });
    onOpened({ gateway, workbench, panel: new ConversationPanel(workbench) });
  });
  after(() => gateway.close());
}
