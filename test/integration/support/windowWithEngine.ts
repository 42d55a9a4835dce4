import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Engine } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import type { Connection } from '../../../src/engine/request';
import type { TurnState } from '../../../src/engine/state/turnState';
import { createAsk, type Ask } from '../../../src/host/api';
import { ChatParticipant } from '../../../src/host/chat/participant/chatParticipant';
import { Conversations } from '../../../src/host/conversation/conversations';
import type { Exchange } from '../../../src/host/journal/exchange';
import { createHostEngine } from '../../../src/host/engine/hostEngine';
import { Journal } from '../../../src/host/journal/journal';
import { PanelRegistry } from '../../../src/host/panel/panelRegistry';
import { PanelRestoration } from '../../../src/host/panel/panelRestoration';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { Settings, type SettingsManifest } from '../../../src/host/settings/settings';
import { systemClock } from '../../../src/host/util/systemClock';
import type { ToHost } from '../../../src/shared/protocol';
import { waitForEvents } from '../../host/conversation/scriptedEngine';
import { storeIn } from '../../support/storeIn';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { FakePanel } from './fakePanel';

const defaults = { model: 'gpt-4o', systemPrompt: '', temperature: 1, maxTokens: 100 };

/** A window with an engine of its own, which sends real requests, and with a panel whose page is replaced by a test. */
export class WindowWithEngine {
  readonly ask: (prompt: string) => AsyncIterable<StreamEvent>;
  readonly panel: EnginePanel;
  private readonly engine: Engine;
  private readonly participant: ChatParticipant;
  private readonly errors: unknown[] = [];
  private readonly disposables: readonly { dispose(): unknown }[];

  /** @param storage folder that all windows share */
  constructor(
    connection: Connection,
    readonly storage = temporaryFolder(),
  ) {
    const extension = vscode.extensions.getExtension('holysheep.holysheep-prompt');
    assert.ok(extension);
    const onError = (error: unknown): void => void this.errors.push(error);
    const ignore = (): void => undefined;
    const log = { debug: ignore, info: ignore, warn: ignore, error: onError, keys: new KeyRedactor() };
    const settings = new Settings(extension.packageJSON as SettingsManifest);
    const connect = (): Promise<Connection> => Promise.resolve(connection);
    const engine = createHostEngine({
      ...{ log, version: 'test', storage, connection: connect },
      settings: () => settings.engineSettings(),
    });
    this.engine = engine;
    const ask: Ask = createAsk(engine, () => defaults);
    this.ask = (prompt) => ask(prompt, {});
    this.participant = new ChatParticipant({
      ...{ engine, log, connection: connect, onEvent: ignore },
      defaults: () => defaults,
      editor: () => undefined,
      pickModel: () => Promise.resolve(undefined),
      setModel: () => Promise.resolve(),
      origin: () => Promise.resolve(new URL(connection.baseUrl).origin),
    });
    const conversations = new Conversations({
      engine: () => engine,
      clock: systemClock,
      journal: new Journal({ folder: `${storage}/journal`, clock: systemClock, limit: () => 100, onProblem: onError }),
      defaults: () => defaults,
      connection: connect,
      resumeSetting: () => 'auto',
      workspaceState: storeIn(new Map()),
      onEvent: ignore,
      onError,
    });
    const services = {
      conversations,
      connections: {
        view: () => Promise.resolve({ model: 'gpt-4o', host: 'gateway.test', hasKey: true, demo: false }),
        onDidChange: () => new vscode.Disposable(ignore),
      },
      backupNotices: { onDidChange: () => new vscode.Disposable(ignore) },
      demo: { answers: () => false },
      tour: { suggestions: () => [], currentStep: ignore },
      promptHistory: { list: () => [], deletedConversations: () => [], add: () => Promise.resolve() },
      contextSource: { resolve: () => Promise.resolve([]) },
      log,
      onError,
    } as unknown as PanelServices;
    const restoration = new PanelRestoration(storeIn(new Map()), 'session', onError);
    const panels = new PanelRegistry(extension.extensionUri, restoration, services);
    this.panel = new EnginePanel(panels, conversations);
    this.disposables = [panels, settings, { dispose: () => conversations.flushSync() }];
  }

  /** Returns the text that the chat participant shows for a prompt in VS Code's chat. */
  async askParticipant(prompt: string): Promise<string> {
    let shown = '';
    const request = { prompt, command: undefined, references: [] } as unknown as vscode.ChatRequest;
    const stream = { markdown: (text: string) => void (shown += text), progress: () => undefined };
    const { token } = new vscode.CancellationTokenSource();
    const chat = { history: [] } as unknown as vscode.ChatContext;
    await this.participant.handle(request, chat, stream as unknown as vscode.ChatResponseStream, token);
    return shown;
  }

  async close(): Promise<void> {
    // Otherwise the engine would probe its routes during later tests.
    await this.engine.resetNetworkState();
    for (const disposable of this.disposables) disposable.dispose();
    assert.deepEqual(this.errors, []);
    removeTemporaryFolder(this.storage);
  }
}

/** The panel of a conversation whose messages a test sends. */
class EnginePanel {
  private readonly page = new FakePanel();
  private readonly opened: Promise<void>;

  constructor(
    panels: PanelRegistry,
    private readonly conversations: Conversations,
  ) {
    const { id } = conversations.startNew();
    this.opened = panels.deserializeWebviewPanel(this.page, { conversationId: id });
  }

  async ask(prompt: string): Promise<void> {
    await this.opened;
    this.send({ type: 'ready' });
    await waitForEvents();
    this.send({ type: 'send', prompt });
  }

  send(message: ToHost): void {
    this.page.send(message);
  }

  /** Returns the exchange of the last prompt as soon as its state fulfills the condition. */
  async until(isReached: (state: TurnState) => boolean): Promise<Exchange> {
    for (;;) {
      const exchange = this.conversations.current?.exchanges().at(-1);
      if (exchange && isReached(exchange.state)) return exchange;
      await waitForEvents();
    }
  }
}
