import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { startGateway, type Gateway } from '../../src/demo/gateway';
import { answer, rateLimited, replySequence } from '../../src/demo/replies';
import { originOf } from '../../src/engine/gateway/baseUrl';
import type { Conversation } from '../../src/host/conversation/conversation';
import { Conversations } from '../../src/host/conversation/conversations';
import { Log } from '../../src/host/util/log';
import { createHostEngine } from '../../src/host/engine/hostEngine';
import { Journal } from '../../src/host/journal/journal';
import { PanelRegistry } from '../../src/host/panel/panelRegistry';
import { PanelRestoration } from '../../src/host/panel/panelRestoration';
import { retryNow } from '../../src/host/panel/panelCommands';
import type { PanelServices } from '../../src/host/panel/panelServices';
import { createScheduler } from '../../src/host/schedule/createScheduler';
import { scheduleFolder, ScheduleStore } from '../../src/host/schedule/scheduleStore';
import type { Scheduler } from '../../src/host/schedule/scheduler';
import { systemClock } from '../../src/host/util/systemClock';
import type { TurnPhase } from '../../src/engine/state/turnState';
import { defaultSettings } from '../support/engineRun';
import { testKey } from '../support/extensionHost';
import { storeIn } from '../support/storeIn';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporaryFolder';
import { FakePanel } from './support/fakePanel';

/** A window with the real engine, its conversations, its panels and its scheduler. */
class Window {
  readonly errors: unknown[] = [];
  readonly conversations: Conversations;
  readonly scheduler: Scheduler;
  readonly services: PanelServices;
  private readonly log = new Log();
  private readonly panels: PanelRegistry;

  constructor(storage: string, gateway: Gateway) {
    const onError = (error: unknown): void => void this.errors.push(error);
    const { baseUrl } = gateway;
    const connection = () => Promise.resolve({ baseUrl, apiKey: testKey });
    const engine = createHostEngine({ log: this.log, version: 'test', settings: () => defaultSettings, connection });
    const folder = join(storage, 'conversations');
    this.conversations = new Conversations({
      engine: () => engine,
      clock: systemClock,
      journal: new Journal({ folder, clock: systemClock, limit: () => 100, onProblem: onError }),
      defaults: () => ({ model: 'gpt-4o', systemPrompt: '', temperature: 1, maxTokens: 100 }),
      connection,
      resumeSetting: () => 'auto',
      workspaceState: storeIn(new Map()),
      onEvent: () => undefined,
      onError,
    });
    const origin = originOf(baseUrl);
    this.scheduler = createScheduler({
      conversations: this.conversations,
      connections: {
        configured: () => Promise.resolve({ baseUrl, origin, host: origin, apiKey: testKey, demo: false }),
      },
      log: this.log,
      onError,
      store: new ScheduleStore(scheduleFolder(storage), (problem) => this.log.warn(problem)),
      workspace: vscode.workspace.workspaceFolders?.[0]?.uri,
    });
    this.scheduler.update();
    this.services = {
      conversations: this.conversations,
      connections: {
        view: () => Promise.resolve({ model: 'gpt-4o', host: origin, hasKey: true, demo: false }),
        onDidChange: () => new vscode.Disposable(() => undefined),
      },
      backupNotices: { onDidChange: () => new vscode.Disposable(() => undefined) },
      demo: { answers: () => false },
      tour: { suggestions: () => [], currentStep: () => undefined },
      promptHistory: { list: () => [], deletedConversations: () => [], add: () => Promise.resolve() },
      contextSource: {},
      schedule: this.scheduler,
      log: this.log,
      onError,
    } as unknown as PanelServices;
    const extension = vscode.extensions.getExtension('holysheep.holysheep-prompt');
    assert.ok(extension);
    const restoration = new PanelRestoration(storeIn(new Map()), 'session', onError);
    this.panels = new PanelRegistry(extension.extensionUri, restoration, this.services);
  }

  /** Sends a prompt in a panel and waits until its turn has reached a phase. */
  async send(
    prompt: string,
    phase: TurnPhase,
  ): Promise<{ readonly panel: FakePanel; readonly conversation: Conversation }> {
    const panel = new FakePanel();
    await this.panels.deserializeWebviewPanel(panel, { conversationId: '00000000-0000-4000-8000-000000000000' });
    panel.send({ type: 'ready' });
    panel.send({ type: 'send', prompt });
    const conversation = this.conversations.current;
    assert.ok(conversation);
    await reaches(conversation, phase);
    return { panel, conversation };
  }

  close(): void {
    this.panels.dispose();
    this.scheduler.dispose();
    this.conversations.flushSync();
    this.log.dispose();
  }
}

/** Resolves when the last turn of a conversation has reached a phase. */
async function reaches(conversation: Conversation, phase: TurnPhase): Promise<void> {
  const hasReached = (): boolean => conversation.lastExchange?.state.phase === phase;
  await new Promise<void>((resolve) => {
    const subscription = conversation.onDidChange(() => {
      if (!hasReached()) return;
      subscription.dispose();
      resolve();
    });
    if (hasReached()) {
      subscription.dispose();
      resolve();
    }
  });
}

describe('scheduled prompts', () => {
  let storage: string;
  let gateway: Gateway;
  let window: Window;
  const chatRequests = (): number => gateway.requests.length;

  beforeEach(async () => {
    storage = temporaryFolder();
    const script = replySequence(
      () => rateLimited(7200),
      () => answer('after the limit'),
    );
    gateway = await startGateway({ script });
    window = new Window(storage, gateway);
  });
  afterEach(async () => {
    assert.deepEqual(window.errors, []);
    window.close();
    await gateway.close();
    removeTemporaryFolder(storage);
  });

  /** Resolves when the list of scheduled prompts has a length. */
  const listHas = async (length: number): Promise<void> => {
    const { scheduler } = window;
    while (scheduler.list().length !== length) {
      await new Promise<void>((resolve) => {
        const subscription = scheduler.onDidChange(() => {
          subscription.dispose();
          resolve();
        });
      });
    }
  };

  /** Sends a prompt that the gateway refuses for two hours, and presses *Send at*. */
  const schedule = async () => {
    const { panel, conversation } = await window.send('what waits for the limit', 'failed');
    const exchangeId = conversation.lastExchange?.id ?? '';
    assert.equal(conversation.lastExchange?.state.failure?.actions[0], 'sendLater');
    panel.send({ type: 'action', exchangeId, action: 'sendLater' });
    await reaches(conversation, 'scheduled');
    return { panel, conversation, exchangeId };
  };

  it('are sent once with *Send now* although the limit has not reset', async () => {
    const { panel, conversation, exchangeId } = await schedule();
    const { dueAt = 0 } = conversation.lastExchange?.state.schedule ?? {};
    assert.ok(dueAt > Date.now() + 7_000_000);
    assert.equal(chatRequests(), 1);
    panel.send({ type: 'action', exchangeId, action: 'retryNow' });
    await reaches(conversation, 'done');
    assert.deepEqual([chatRequests(), conversation.lastExchange?.state.text], [2, 'after the limit']);
    await listHas(0);
  });

  it('are sent once with the command *Retry Now*', async () => {
    const { conversation } = await schedule();
    await retryNow(window.services);
    await reaches(conversation, 'done');
    await listHas(0);
    assert.equal(chatRequests(), 2);
  });

  it('are never sent after *Cancel*', async () => {
    const { panel, conversation, exchangeId } = await schedule();
    await listHas(1);
    panel.send({ type: 'stop', exchangeId });
    await listHas(0);
    assert.deepEqual([conversation.lastExchange?.state.phase, chatRequests()], ['stopped', 1]);
  });

  it('appear again after a reload, with the time at which they are sent', async () => {
    const { conversation } = await schedule();
    const { schedule: before } = conversation.lastExchange?.state ?? {};
    window.close();
    window = new Window(storage, gateway);
    const reopened = await window.conversations.open(conversation.id);
    assert.deepEqual(reopened?.lastExchange?.state.schedule, before);
    assert.equal(reopened?.lastExchange?.state.phase, 'scheduled');
    assert.equal(chatRequests(), 1);
  });

  it('are listed by HolySheep: Scheduled Prompts', async () => {
    await vscode.commands.executeCommand('holysheep.openScheduled');
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });
});
