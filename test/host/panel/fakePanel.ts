import assert from 'node:assert/strict';
import type { WebviewPanel } from 'vscode';
import { fakeSets } from '../../support/host/fakeSets';
import type { ToHost } from '../../../src/shared/pageMessages';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import type { RecentModels, ToWebview } from '../../../src/shared/protocol';
import { waitForEvents } from '../../support/host/scriptedEngine';

export const noSubscription = () => ({ dispose: () => undefined });

/** A panel whose page can be hidden. VS Code destroys a hidden page. */
export class FakePanel {
  readonly posted: ToWebview[] = [];
  title = '';
  visible = true;
  readonly asPanel = this as unknown as WebviewPanel;
  private receive: (message: ToHost) => void = () => assert.fail('There is no listener.');
  private changeViewState: () => void = () => undefined;
  readonly webview = {
    postMessage: (message: ToWebview) => Promise.resolve(this.posted.push(message)),
    onDidReceiveMessage: (listener: (message: ToHost) => void) => {
      this.receive = listener;
      return noSubscription();
    },
  };
  onDidChangeViewState = (listener: () => void) => {
    this.changeViewState = listener;
    return noSubscription();
  };

  setVisible(visible: boolean): void {
    this.visible = visible;
    this.changeViewState();
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

/** Returns the services of a panel, of which a test uses only the given ones. */
export function fakeServices(used: {
  readonly [Name in keyof PanelServices]?: PanelServices[Name] extends (...args: never) => unknown
    ? PanelServices[Name]
    : Partial<PanelServices[Name]>;
}): PanelServices {
  return used as PanelServices;
}
