import assert from 'node:assert/strict';
import type { Webview, WebviewPanel } from 'vscode';
import { fakeSets } from '../../support/host/fakeSets';
import type { ToHost } from '../../../src/shared/pageMessages';
import type { Conversation } from '../../../src/host/conversation/conversation';
import type { ConversationPanel } from '../../../src/host/panel/conversationPanel';
import type { Draft } from '../../../src/host/panel/draft';
import type { PanelFrame } from '../../../src/host/panel/panelFrame';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import type { RecentModels, ToWebview } from '../../../src/shared/protocol';
import { fake } from '../../support/fake';
import { waitForEvents } from '../../support/host/scriptedEngine';

export const noSubscription = () => ({ dispose: () => undefined });

/** A frame whose page can be hidden. VS Code destroys a hidden page. */
export class FakePanel implements PanelFrame {
  readonly posted: ToWebview[] = [];
  readonly location = 'editor';
  visible = true;
  readonly onDidDispose = noSubscription;
  readonly container = fake<WebviewPanel>(this);
  private receive: (message: ToHost) => void = () => assert.fail('There is no listener.');
  private readonly stateListeners: ((change?: unknown) => unknown)[] = [];
  readonly webview = fake<Webview>({
    postMessage: (message: ToWebview) => {
      this.posted.push(message);
      return Promise.resolve(true);
    },
    onDidReceiveMessage: (listener: (message: ToHost) => void) => {
      this.receive = listener;
      return noSubscription();
    },
  });
  onDidChangeState = (listener: (change: unknown) => unknown) => {
    this.stateListeners.push(listener);
    return noSubscription();
  };

  setVisible(visible: boolean): void {
    this.visible = visible;
    for (const listener of this.stateListeners) listener();
  }

  showTitle(): void {}

  reveal(): Promise<void> {
    return Promise.resolve();
  }

  async send(message: ToHost): Promise<void> {
    this.receive(message);
    await waitForEvents();
  }
}

/** Conversations that are open all the time. */
export const openConversations = {
  activate: () => undefined,
  keepOpen: noSubscription,
  withOpen: (_conversation: unknown, work: () => Promise<unknown>) => work(),
};

const noRecentModels: RecentModels = { used: [], compared: [] };

/** Services of a panel without suggestions and without a prompt history. */
export const idleServices = {
  gatewaySets: fakeSets().gatewaySets,
  budget: { mayStart: () => Promise.resolve(true) },
  tour: { currentStep: () => undefined },
  suggestions: { list: () => Promise.resolve([]), onDidChange: noSubscription },
  promptHistory: { list: () => [], deletedConversations: () => [], add: () => Promise.resolve() },
  log: { info: () => undefined },
  catalog: { factsOf: () => undefined, recent: () => Promise.resolve(noRecentModels) },
  efforts: { viewOf: () => undefined, onDidChange: noSubscription },
};

/** Shows a conversation in a frame. */
export async function openPanel(
  frame: FakePanel,
  conversation: Conversation,
  services: PanelServices,
): Promise<{ readonly panel: ConversationPanel; readonly draft: Draft }> {
  const { ConversationPanel } = await import('../../../src/host/panel/conversationPanel');
  const { Draft } = await import('../../../src/host/panel/draft');
  const draft = new Draft(services, () => undefined);
  return { panel: new ConversationPanel(frame, conversation, services, draft), draft };
}

/** Returns the services of a panel, of which a test uses only the given ones. */
export function fakeServices(used: {
  readonly [Name in keyof PanelServices]?: PanelServices[Name] extends (...args: never) => unknown
    ? PanelServices[Name]
    : Partial<PanelServices[Name]>;
}): PanelServices {
  return used as PanelServices;
}
