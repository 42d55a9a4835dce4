import type * as vscode from 'vscode';
import { createAsk } from './api';
import { registerChat } from './chat/chatCommands';
import { createCommandRunner } from './commands';
import { registerConnection } from './connection/connectionCommands';
import { registerCopyAsCode } from './copyAsCode/copyAsCode';
import { registerDemo } from './demo/demoCommands';
import { registerDiagnostics } from './diagnostics/diagnosticsCommands';
import { registerEngine } from './engine/hostEngine';
import { registerHealth } from './health/healthPanel';
import { registerHistory } from './history/historyCommands';
import { registerModels } from './models/modelCatalog';
import { registerPanels, reopenPanels } from './panel/panelCommands';
import { registerPrompts } from './prompts/promptCommands';
import { registerSchedule } from './schedule/scheduleCommands';
import { createServices } from './services';
import { registerStatus } from './status/registerStatus';
import { registerWalkthrough } from './walkthrough/walkthroughCommands';

/** The part of the extension that is loaded after startup. */
export type App = Awaited<ReturnType<typeof createApp>>;

/**
 * Creates the services, registers all features and reopens the panels that were open before a reload or a crash.
 * @param modelsChanged tells VS Code that the models of the gateway may have changed
 */
export async function createApp(context: vscode.ExtensionContext, modelsChanged: () => void) {
  const services = createServices(context, modelsChanged);
  const { connections, conversations, demo, engine, health, healthPanel, onError, panels } = services;
  const chat = registerChat(services);
  const commands = [
    registerPanels,
    registerPrompts,
    registerHistory,
    registerSchedule,
    registerCopyAsCode,
    registerConnection,
    registerModels,
    registerEngine,
    registerDemo,
    registerStatus,
    registerDiagnostics,
    registerHealth,
    registerWalkthrough,
  ].flatMap((register) => register(services));
  const execute = createCommandRunner([...commands, ...chat.commands], onError);
  reopenPanels(services).catch(onError);
  if (demo.staysOpen) await demo.enter().catch(onError);
  const ask = createAsk(engine, () => connections.requestDefaults(false));
  // Saves the conversations and the health book when the window closes, because a reload during an answer must not lose
  // the text received so far.
  const flush = () => {
    conversations.flushSync();
    return health.flush();
  };
  return { ...chat, panels, healthPanel, ask, execute, flush };
}
