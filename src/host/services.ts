import { join } from 'node:path';
import * as vscode from 'vscode';
import { EditorTarget } from './code/editorTarget';
import { createErrorBoundary } from './commands';
import { BackupNotices } from './connection/backupNotices';
import { Connections } from './connection/connections';
import { demoEngine, DemoMode } from './connection/demoMode';
import { KeyStore } from './connection/keyStore';
import { RouteNotices } from './connection/routeNotices';
import { ContextSource } from './context/contextSource';
import { Conversations } from './conversation/conversations';
import { PromptHistory } from './conversation/promptHistoryStore';
import { DemoTour } from './demo/demoTour';
import { Log } from './util/log';
import { logTurnEvent, type TurnLogEvent } from './diagnostics/turnLog';
import { createHostEngine } from './engine/hostEngine';
import { HealthBook } from './health/healthBook';
import { HealthPanel } from './health/healthPanel';
import { Journal } from './journal/journal';
import { conversationsFolder } from './journal/journalFolder';
import { reportJournalProblem } from './journal/journalProblemReport';
import { ModelCatalog } from './models/modelCatalog';
import { PanelRegistry } from './panel/panelRegistry';
import { PanelRestoration } from './panel/panelRestoration';
import { CustomPrompts } from './prompts/customPrompts';
import { createScheduler } from './schedule/scheduleCommands';
import { scheduleFolder, ScheduleStore } from './schedule/scheduleStore';
import { Settings, type SettingsManifest } from './settings/settings';
import { localize } from './util/localization';
import { systemClock } from './util/systemClock';

/** The services that all features share. */
export type Services = ReturnType<typeof createServices>;

/**
 * Creates the services that the features share, in order of dependency. VS Code disposes of them with the extension.
 * @param modelsChanged tells VS Code that the models of the gateway may have changed
 */
export function createServices(context: vscode.ExtensionContext, modelsChanged: () => void) {
  const { globalState, globalStorageUri, secrets, workspaceState } = context;
  const register = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const log = register(new Log());
  const onError = createErrorBoundary(log);
  const setContext = (key: string, value: boolean): void => {
    vscode.commands.executeCommand('setContext', key, value).then(undefined, onError);
  };
  const manifest = context.extension.packageJSON as SettingsManifest & { readonly version: string };
  const { version } = manifest;
  const settings = register(new Settings(manifest));
  const keys = register(new KeyStore(secrets, log));
  const demo = register(new DemoMode());
  const connections = register(new Connections({ settings, keys, demo, log }));
  register(new RouteNotices({ settings, keys, demo, log, memory: globalState }));
  const backupNotices = register(new BackupNotices({ settings, memory: globalState, log }));

  const storage = globalStorageUri.fsPath;
  const health = new HealthBook({
    folder: join(storage, 'health'),
    clock: systemClock,
    redact: (text) => log.keys.redact(text),
    // Only logs errors, because answers don't depend on the health book.
    onError: (error) => log.error(error),
  });
  const healthPanel = register(new HealthPanel({ extensionUri: context.extensionUri, book: health, onError }));
  const engine = createHostEngine({
    log,
    version,
    storage,
    settings: () => settings.engineSettings(),
    connection: () => connections.configured(),
    isWindowFocused: () => vscode.window.state.focused,
    onTurnEnd: (record) => {
      health.record(record);
      backupNotices.recordTurn(record);
    },
    facts: (model) => catalog.factsOf(model),
  });
  const catalog = register(new ModelCatalog({ settings, connections, keys, engine, log, health }));
  const embeddedEngine = demoEngine({ log, version, connection: (model) => connections.embedded(model) });
  const logEvent = (...event: TurnLogEvent): void => logTurnEvent(log, ...event);

  const workspace = vscode.workspace.workspaceFile ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const folder = conversationsFolder(storage, workspace?.toString());
  const limit = () => settings.historyLimit();
  const scheduleStore = new ScheduleStore(scheduleFolder(storage), (problem) => log.warn(problem));
  const keptIds = () => scheduleStore.conversationIds();
  const journal = new Journal({ folder, clock: systemClock, limit, keptIds, onProblem: reportJournalProblem(log) });
  const conversations = new Conversations({
    engine: (inDemo) => (inDemo ? embeddedEngine : engine),
    clock: systemClock,
    defaults: (inDemo) => connections.requestDefaults(inDemo),
    connection: (inDemo) => connections.connectionFor(inDemo),
    resumeSetting: () => settings.engineSettings().resume,
    journal,
    workspaceState,
    onError,
    onEvent: logEvent,
  });
  const schedule = register(
    createScheduler({ conversations, connections, log, onError, store: scheduleStore, workspace }),
  );
  const promptHistory = new PromptHistory(workspaceState);
  const customPrompts = new CustomPrompts(settings, workspaceState, () => vscode.workspace.isTrusted);

  const tour = new DemoTour({ models: () => demo.models(), localize });
  const target = register(new EditorTarget());
  const contextSource = new ContextSource({ editor: () => target.editor(), onError });
  const prompting = { conversations, schedule, promptHistory, tour, target, contextSource };
  const shared = { connections, backupNotices, catalog, settings, demo, ...prompting };
  const restoration = register(new PanelRestoration(workspaceState, vscode.env.sessionId, onError));
  const panels = register(new PanelRegistry(context.extensionUri, restoration, { ...shared, log, onError }));

  const host = { context, register, log, onError, setContext, version, storage, workspace, modelsChanged };
  return { ...host, ...shared, keys, engine, logEvent, customPrompts, panels, health, healthPanel };
}
