import * as vscode from 'vscode';
import { createAsk } from './api';
import { registerChat } from './chat/chatCommands';
import { EditorTarget } from './code/editorTarget';
import { createCommandRunner } from './commands';
import { registerConnection } from './connection/connectionCommands';
import { GatewaySets } from './connection/gatewaySet';
import { KeyStore } from './connection/keyStore';
import { ModelEfforts } from './connection/modelEfforts';
import { GatewayNotices } from './connection/gatewayNotices';
import { UserGateways } from './connection/userGateways';
import { createOwnSet } from './connection/ownSet';
import { ContextSource } from './context/contextSource';
import { chatViewId, healthViewType, viewType } from './contributions';
import { Conversations } from './conversation/conversations';
import { PromptHistory } from './conversation/promptHistoryStore';
import { registerCopyAsCode } from './copyAsCode/copyAsCode';
import { registerDemo } from './demo/demoCommands';
import { DemoGateways } from './demo/demoGateways';
import { registerDiagnostics } from './diagnostics/diagnosticsCommands';
import { logTurnEvent, type TurnLogEvent } from './diagnostics/turnLog';
import { createHostEngine, registerEngine } from './engine/hostEngine';
import { registerGateways } from './gateways/manageGateways';
import { createHealth, registerHealth } from './health/healthPanel';
import { registerHistory } from './history/historyCommands';
import { createHostWindow } from './hostWindow';
import { createJournal } from './journal/journalProblemReport';
import { ModelCatalog, registerModels } from './models/modelCatalog';
import { registerPanels, reopenPanels } from './panel/panelCommands';
import { Drafts } from './panel/drafts';
import { PanelRegistry } from './panel/panelRegistry';
import { PanelRestoration } from './panel/panelRestoration';
import { Suggestions } from './panel/suggestions';
import { Tour } from './panel/tour';
import { CustomPrompts } from './prompts/customPrompts';
import { registerPrompts } from './prompts/promptCommands';
import { createScheduler, registerSchedule } from './schedule/scheduleCommands';
import { scheduleFolder, ScheduleStore } from './schedule/scheduleStore';
import { Settings } from './settings/settings';
import { registerStatus } from './status/registerStatus';
import { localize } from './util/localization';
import { systemClock } from './util/systemClock';
import { registerWalkthrough } from './walkthrough/walkthroughCommands';

/** The part of the extension that is loaded after startup. */
export type App = Awaited<ReturnType<typeof createApp>>;

/**
 * Creates the services in the order of their dependencies, and registers the features. Each feature declares which
 * services it needs.
 */
export async function createApp(context: vscode.ExtensionContext, modelsChanged: () => void) {
  const host = createHostWindow(context);
  const { register, log, onError, version, storage } = host;
  const { globalState: memory, workspaceState } = context;
  const settings = register(new Settings(host.manifest, workspaceState));
  const keys = register(new KeyStore(context.secrets, log));
  const efforts = register(new ModelEfforts({ settings, memory, facts: (model) => catalog.factsOf(model) }));
  const userGateways = register(
    new UserGateways({
      settings,
      keys,
      log,
      memory,
      lists: (...name) => catalog.lists(...name),
      listsSettled: () => catalog.listsLoaded,
    }),
  );
  const { health, healthPanel, budget } = createHealth(host, settings, userGateways, () => engine.report().turns);
  const engine = createHostEngine({
    log,
    version,
    storage,
    settings: (model) => settings.engineSettings(model),
    gateways: () => userGateways.gateways(),
    isWindowFocused: () => vscode.window.state.focused,
    onAttemptEnd: (...end) => health.recordAttempt(...end),
    onGatewayChange: () => userGateways.refresh(),
    onTurnEnd: (record) => {
      health.recordTurn(record);
      userGateways.recordTurn(record);
      for (const learned of [catalog.refreshFacts(record), catalog.rememberContextWindow(record)])
        learned.catch(log.error);
    },
    onProbe: (baseUrl, result) => userGateways.recordProbe(baseUrl, result),
    facts: ({ model, sentModel, baseUrl }) => catalog.factsOf(sentModel, baseUrl, model),
  });
  const ownSet = createOwnSet({ userGateways, engine, settings, efforts, log });
  const demo = register(new DemoGateways({ log, version, defaults: (choice) => ownSet.defaults(choice) }));
  const gatewaySets = register(new GatewaySets(ownSet, demo, log));
  register(new GatewayNotices({ settings, keys, gatewaySets, userGateways, engine, log, memory }));
  const catalog: ModelCatalog = register(
    new ModelCatalog({ settings, gatewaySets, userGateways, keys, engine, log, health, memory }),
  );
  const logEvent = (...event: TurnLogEvent): void => logTurnEvent(log, ...event);
  const store = new ScheduleStore(scheduleFolder(storage), (problem) => log.warn(problem));
  const journal = createJournal({ ...host, settings, keptIds: () => store.conversationIds() });
  const { images } = journal.files;
  const conversations = new Conversations({
    gatewaySets,
    clock: systemClock,
    resumeSetting: () => settings.engineSettings().resume,
    budget,
    journal,
    workspaceState,
    onError,
    onEvent: logEvent,
  });
  const schedule = register(createScheduler({ ...host, conversations, budget, userGateways, store }));
  const promptHistory = new PromptHistory(workspaceState);
  const customPrompts = new CustomPrompts(settings, workspaceState, () => vscode.workspace.isTrusted);
  const tour = new Tour({ gatewaySets, models: () => demo.models(), localize });
  const target = register(new EditorTarget());
  const contextSource = new ContextSource(target, images, onError);
  const suggestions = register(new Suggestions({ conversations, target, tour }));
  const shared = {
    ...host,
    images,
    budget,
    settings,
    keys,
    demo,
    gatewaySets,
    efforts,
    userGateways,
    catalog,
    engine,
    conversations,
    schedule,
    promptHistory,
    customPrompts,
    tour,
    suggestions,
    target,
    contextSource,
  };
  const restoration = register(new PanelRestoration(workspaceState, vscode.env.sessionId, onError));
  const drafts = new Drafts(workspaceState, systemClock, shared);
  const panels = register(new PanelRegistry(context.extensionUri, restoration, drafts, shared));
  const features = { ...shared, panels, health, healthPanel, logEvent, modelsChanged };
  const chat = registerChat(features);
  const commands = {
    ...registerPanels(features),
    ...registerPrompts(features),
    ...registerHistory(features),
    ...registerSchedule(features),
    ...registerCopyAsCode(features),
    ...registerConnection(features),
    ...registerGateways(features),
    ...registerModels(features),
    ...registerEngine(features),
    ...registerDemo(features),
    ...registerDiagnostics(features),
    ...registerHealth(features),
    ...registerWalkthrough(features),
    ...chat.commands,
  };
  registerStatus(features);
  reopenPanels(features).catch(onError);
  if (demo.staysOpen) await demo.open().catch(onError);
  // VS Code restores panels as soon as their serializer is registered. Serializers are therefore registered last, after
  // everything that a panel needs.
  register(vscode.window.registerWebviewPanelSerializer(viewType, panels));
  register(vscode.window.registerWebviewPanelSerializer(healthViewType, healthPanel));
  // If the view was visible when the window was loaded, VS Code waits until its provider is registered.
  register(vscode.window.registerWebviewViewProvider(chatViewId, panels));
  return {
    ...chat,
    execute: createCommandRunner(commands, onError),
    ask: createAsk(engine, budget, (choice) => ownSet.defaults(choice)),
    /**
     * Saves all conversations, drafts and health records when the window closes. Otherwise, a reload of the window during an
     * answer would lose the text received so far.
     */
    flush: async () => {
      conversations.flushSync();
      health.recordInterrupted(engine.report().turns);
      await Promise.all([health.flush(), drafts.flush()]);
    },
  };
}
