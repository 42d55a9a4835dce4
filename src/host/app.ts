import { join } from 'node:path';
import * as vscode from 'vscode';
import { askOn, type Ask } from './api';
import { registerCodeActions } from './code/codeActions';
import { askCommand } from './panel/ask';
import { codeCommands } from './code/codeCommands';
import { chatActionCommand } from './chat/chatAction';
import { removeApiKeyCommand, setApiKeyCommand, testConnectionCommand } from './connection/connectionCommands';
import { copyRequestCommand } from './copyAsCode/copyRequest';
import {
  deleteConversationCommand,
  exportConversationCommand,
  openHistoryCommand,
  renameConversationCommand,
} from './history/historyCommands';
import { exportDiagnosticsCommand } from './diagnostics/exportDiagnostics';
import { newConversationCommand, startConversation } from './panel/newConversation';
import { openDemoCommand } from './demo/openDemo';
import { openWalkthroughCommand } from './walkthrough/openWalkthrough';
import type { CommandId } from './commandIds';
import { commandTable, createErrorBoundary } from './commands';
import { clearPromptHistoryCommand } from './prompts/clearPromptHistory';
import { resetNetworkStateCommand } from './engine/resetNetworkState';
import { retryNowCommand } from './panel/retryNow';
import { runPromptCommand } from './prompts/runPrompt';
import { selectModelCommand } from './models/selectModel';
import { showLogCommand } from './diagnostics/showLog';
import { setUpChatCommand } from './chat/setUpChat';
import { showPanelCommand } from './panel/showPanel';
import { stopCommand } from './panel/stop';
import { Connections } from './connection/connections';
import { ContextDraft } from './context/contextDraft';
import { ContextSource } from './context/contextSource';
import { conversationsFolder, moveConversations } from './journal/conversationsFolder';
import type { RequestDefaults } from './conversation/chatRequest';
import type { Conversation } from './conversation/conversation';
import type { Exchange } from './conversation/exchange';
import { Conversations } from './conversation/conversations';
import { Journal } from './journal/journal';
import { makePrivate } from './journal/privateFiles';
import { PromptHistory, removeFormerPrompts } from './conversation/promptHistoryStore';
import { turnLogLine } from './diagnostics/turnLog';
import { demoEngine } from './demo/demoEngine';
import { DemoMode } from './demo/demoMode';
import { DemoTour, isOfDemo } from './demo/demoTour';
import { hostEngine } from './engine/hostEngine';
import { reportJournalProblem } from './journal/journalProblemReport';
import { KeyStore } from './connection/keyStore';
import { ModelProvider } from './chat/provider/modelProvider';
import { localize } from './util/localization';
import { createLog } from './diagnostics/log';
import { ImportedKeys } from './connection/importedKeys';
import { ModelCatalog } from './models/modelCatalog';
import { registerTurnNotices } from './status/turnNotices';
import { ConversationPanels } from './panel/conversationPanels';
import { failureAction } from './panel/failureActions';
import { PromptSender } from './panel/promptSender';
import { PanelRestoration } from './panel/panelRestoration';
import { TextTarget } from './code/editorTarget';
import { CustomPrompts } from './prompts/customPrompts';
import { registerPromptsKey } from './prompts/promptsKey';
import { ChatParticipant } from './chat/participant/chatParticipant';
import { Settings } from './settings/settings';
import { StatusBar } from './status/statusBar';
import { systemClock } from './util/systemClock';
import { registerTurnIndicators, type TurnIndicators } from './status/turnIndicators';
import { copyAsCode } from './copyAsCode/copyAsCode';
import { followWalkthroughSteps } from './walkthrough/walkthroughProgress';

/** What the extension does once it is asked for anything. */
export interface App {
  readonly panels: vscode.WebviewPanelSerializer;
  readonly ask: Ask;
  readonly participant: ChatParticipant;
  /** For VS Code's own chat and other extensions. */
  readonly models: vscode.LanguageModelChatProvider;
  /** Never rejects but with an `ArgumentError`: everything else is told by the one error boundary. */
  execute(command: CommandId, ...args: readonly unknown[]): Promise<unknown>;
  /** A window that reloads in mid-answer loses nothing that has arrived. */
  flush(): void;
}

/**
 * The object graph: constructs and connects, nothing else. What it owns ends with the extension.
 * @param modelsChanged tells VS Code that the gateway's models may be others
 */
export async function createApp(context: vscode.ExtensionContext, modelsChanged: () => void): Promise<App> {
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const log = own(createLog());
  const onError = createErrorBoundary(log);
  const settings = own(new Settings());
  const keys = own(new KeyStore(context.secrets, log));
  const demo = own(new DemoMode());
  const connections = own(new Connections({ settings, keys, demo, log, memory: context.globalState }));
  const catalog = own(new ModelCatalog({ connections, keys, log }));
  const statusBar = own(new StatusBar(connections, log));
  const { extensionKind } = context.extension;
  const version = String((context.extension.packageJSON as { version: unknown }).version);
  const engine = hostEngine({
    log,
    version,
    storage: context.globalStorageUri.fsPath,
    settings: () => settings.engine(),
    connection: () => connections.own(),
    onPause: () => indicators.pauseChanged(),
  });
  const embeddedEngine = demoEngine({ log, version, connection: () => connections.embedded() });
  const defaults = (inDemo: boolean): RequestDefaults => ({
    model: connections.model(inDemo),
    systemPrompt: settings.systemPrompt(),
    temperature: settings.temperature(),
    maxTokens: settings.maxTokens(),
  });
  const ownDefaults = () => defaults(false);
  const logEvent = (...event: Parameters<typeof turnLogLine>): void => {
    try {
      const line = turnLogLine(...event);
      if (line) log[line.level](line.text);
    } catch (error) {
      // A failure to log an event must not end the turn.
      log.error(error);
    }
  };
  const workspace = vscode.workspace.workspaceFile ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const folder = conversationsFolder(context.globalStorageUri.fsPath, workspace?.toString());
  if (context.storageUri && workspace) {
    await moveConversations(join(context.storageUri.fsPath, 'conversations'), folder).catch(onError);
  }
  const journal = new Journal({
    folder,
    clock: systemClock,
    limit: () => settings.historyLimit(),
    onProblem: reportJournalProblem(log),
  });
  const conversations: Conversations = new Conversations({
    engine: (inDemo) => (inDemo ? embeddedEngine : engine),
    clock: systemClock,
    defaults,
    connection: (inDemo) => (inDemo ? connections.embedded() : connections.own()),
    resume: () => settings.engine().resume,
    journal,
    memory: context.workspaceState,
    localize,
    onError,
    onEvent: logEvent,
  });

  const tour = new DemoTour({ models: () => demo.models(), localize });
  const reveal = async (id: string): Promise<void> => {
    const conversation = await conversations.open(id);
    if (conversation) panels.show(conversation, { preserveFocus: false });
  };
  const history = new PromptHistory(context.workspaceState);
  removeFormerPrompts(context.globalState).catch(onError);
  const target = own(new TextTarget());
  // Set where the extension is tried out without a key; otherwise the demo ends with its last panel.
  const demoStaysOpen = process.env['HOLYSHEEP_DEMO'] === '1';
  const asksDemo = (conversation: Conversation) => demo.active && isOfDemo(conversation);
  const connection = (conversation: Conversation) => connections.view(asksDemo(conversation));
  const remember = (prompt: string, conversationId: string) => history.add(prompt, conversationId);
  const pickModel = ({ state, demo: inDemo = false }: Exchange) =>
    catalog.pick({ title: vscode.l10n.t('Switch model'), exclude: state.model }, inDemo);
  const contextSource = new ContextSource({ editor: () => target.editor(), onError });
  const onSkipped = (id: string, error: unknown): void => log.warn(`context ${id}: ${String(error)}`);
  const restoration = own(new PanelRestoration(context.workspaceState, vscode.env.sessionId, onError));
  const panels: ConversationPanels = own(
    new ConversationPanels(context.extensionUri, conversations, {
      connection,
      suggestions: () => tour.suggestions(),
      demoGuide: (conversation) => tour.guide(conversation),
      demoAct: (...act) => tour.act(...act),
      askSuggestion: (...suggestion) => tour.ask(...suggestion),
      promptHistory: () => history.list(),
      deletedConversations: () => history.deleted(),
      send: (...prompt) => sender.send(...prompt),
      remember,
      failureAction: (...failure) => failureAction(failureDeps, ...failure),
      hold: (conversation) => conversations.hold(conversation),
      pickModel,
      pickModelOrOnce: (conversation) => catalog.pickOrOnce(asksDemo(conversation)),
      selectModel: (conversation, model) => {
        const inDemo = asksDemo(conversation);
        conversation.selectModel(model, inDemo);
        return connections.selectModel(model, inDemo);
      },
      contextDraft: () => new ContextDraft({ source: contextSource, localize, onSkipped, onError }),
      suggestContext: (query) => contextSource.suggest(query),
      leaveDemo: () => demo.leave(),
      insert: (text) => target.insert(text),
      apply: (exchange, text) => target.apply(exchange, text),
      newFile: (text, language) => target.newFile(text, language),
      openHere: (conversation) => conversations.takeOver(conversation),
      copyRequest: async (conversation, exchangeId) => {
        await copyAsCode(copyAsCodeDeps, { conversation, exchangeId });
      },
      onDidClose: () => {
        if (demo.active && !demoStaysOpen && !panels.isAnyOpen(asksDemo)) demo.leave().catch(onError);
      },
      restoration,
      onError,
    }),
  );
  const sender: PromptSender = new PromptSender({
    conversations,
    panels,
    connection,
    remember,
    onError,
  });
  const copyAsCodeDeps = { conversations, connections, settings, log };
  const failureDeps = {
    hold: (conversation: Conversation) => conversations.hold(conversation),
    pickModel,
    origin: async () => (await connections.own()).origin,
    log,
    startOver: (prompt: string) => startConversation({ conversations, panels }, prompt),
  };

  const indicators: TurnIndicators = own(
    registerTurnIndicators({ conversations, connections, engine, statusBar, onError }),
  );
  own(registerTurnNotices({ conversations, panels, reveal, log }));
  own(
    followWalkthroughSteps(conversations, (key, value) => {
      vscode.commands.executeCommand('setContext', key, value).then(undefined, onError);
    }),
  );
  own(
    demo.onWillLeave(() => {
      conversations.leaveDemo();
      tour.forget();
    }),
  );
  own(
    conversations.onDidRemove((removal) => {
      history
        .follow(removal)
        .then(() => panels.historyChanged())
        .catch(onError);
    }),
  );
  own(
    connections.onDidChange(() => {
      panels.connectionChanged();
      conversations.settingsChanged();
      engine.connectionChanged();
    }),
  );
  const reopen = async (): Promise<void> => {
    await panels.replaceDead();
    // Windows without a folder share their storage: what is broken off there may be another one's.
    if (workspace) panels.reopen(await conversations.brokenOff());
  };
  const historyDeps = {
    conversations,
    panels,
    startConversation: () => startConversation({ conversations, panels }),
    log,
    onError,
  };
  const customPrompts = new CustomPrompts({
    user: () => settings.prompts(),
    workspacePrompts: () => settings.workspacePrompts(),
    isTrusted: () => vscode.workspace.isTrusted,
    memory: context.workspaceState,
  });
  own(registerPromptsKey(customPrompts, settings, onError));
  const participant = new ChatParticipant({
    engine,
    log,
    defaults: ownDefaults,
    connection: () => connections.own(),
    editor: () => target.editor(),
    pickModel: () => catalog.pick({ title: vscode.l10n.t('Switch model') }, false),
    setModel: (model) => settings.setModel(model),
    origin: async () => (await connections.own()).origin,
    onEvent: (turn, event) => logEvent('chat', turn, event),
  });
  const setApiKey = setApiKeyCommand({ settings, keys, demo, log });
  const models = new ModelProvider({
    ...{ engine, connections, catalog, settings, log, modelsChanged },
    importedKeys: new ImportedKeys(context.secrets, (key) => setApiKey.execute(key)),
    onEvent: (turn, event) => logEvent('chat', turn, event),
  });
  // A start that found no gateway, and a key or an address that came later.
  own(connections.onDidChange(modelsChanged));
  own(registerCodeActions(customPrompts));
  const execute = commandTable(
    [
      askCommand({ sender }),
      ...codeCommands({ sender, target }),
      runPromptCommand({ sender, target, customPrompts, settings, log }),
      stopCommand({ conversations }),
      retryNowCommand({ conversations }),
      newConversationCommand({ conversations, panels }),
      showPanelCommand({ conversations, panels }),
      openHistoryCommand(historyDeps),
      renameConversationCommand(historyDeps),
      exportConversationCommand(historyDeps),
      deleteConversationCommand(historyDeps),
      copyRequestCommand(copyAsCodeDeps),
      setApiKey,
      removeApiKeyCommand(connections, keys, log),
      testConnectionCommand(connections, log),
      selectModelCommand({ connections, catalog, conversations, demo }),
      openDemoCommand({ demo, tour, conversations, panels }),
      openWalkthroughCommand(),
      showLogCommand(log),
      clearPromptHistoryCommand(history, () => panels.historyChanged()),
      resetNetworkStateCommand(engine, log),
      exportDiagnosticsCommand({ engine, settings, connections, demo, log, version, extensionKind }),
      setUpChatCommand({ connections, log, modelsChanged }),
      chatActionCommand(participant),
    ],
    onError,
  );
  makePrivate(folder).catch(onError);
  makePrivate(join(context.globalStorageUri.fsPath, 'cooldowns')).catch(onError);
  reopen().catch(onError);
  if (demoStaysOpen) await demo.enter().catch(onError);
  const flush = () => conversations.flushSync();
  return { panels, ask: askOn(engine, ownDefaults), participant, models, execute, flush };
}
