import { join } from 'node:path';
import type * as vscode from 'vscode';
import { askOn, type Ask } from './api';
import { registerChat } from './chat/chatCommands';
import type { ChatParticipant } from './chat/participant/chatParticipant';
import { registerCode } from './code/codeCommands';
import { commandTable } from './commands';
import { registerConnection } from './connection/connectionCommands';
import type { CommandId } from './contributions';
import { removeFormerPrompts } from './conversation/promptHistoryStore';
import { registerCopyAsCode } from './copyAsCode/copyAsCodeCommands';
import { registerDemo } from './demo/demoCommands';
import { registerDiagnostics } from './diagnostics/diagnosticsCommands';
import { registerEngine } from './engine/engineCommands';
import { registerHistory } from './history/historyCommands';
import { moveConversations } from './journal/conversationsFolder';
import { makePrivate } from './journal/privateFiles';
import { registerModels } from './models/modelCommands';
import { registerPanels, reopenPanels } from './panel/panelCommands';
import { registerPrompts } from './prompts/promptCommands';
import { createServices, type Services } from './services';
import { registerStatus } from './status/registerStatus';
import { registerWalkthrough } from './walkthrough/walkthroughCommands';

/** What the extension does once it is asked for anything. */
export interface App {
  readonly panels: vscode.WebviewPanelSerializer;
  readonly ask: Ask;
  readonly participant: ChatParticipant;
  /** For VS Code's own chat and other extensions. */
  readonly models: vscode.LanguageModelChatProvider;
  /** Rejects only with an `ArgumentError`: the error boundary reports everything else. */
  execute(command: CommandId, ...args: readonly unknown[]): Promise<unknown>;
  /** Writes what has arrived, so that a window that reloads during an answer loses nothing. */
  flush(): void;
}

/** @param modelsChanged tells VS Code that the models of the gateway may have changed */
export async function createApp(context: vscode.ExtensionContext, modelsChanged: () => void): Promise<App> {
  const services = createServices(context, modelsChanged);
  const { connections, conversations, demo, engine, onError, panels } = services;
  await prepareStorage(services);
  const chat = registerChat(services);
  const commands = [
    registerPanels,
    registerCode,
    registerPrompts,
    registerHistory,
    registerCopyAsCode,
    registerConnection,
    registerModels,
    registerEngine,
    registerDemo,
    registerStatus,
    registerDiagnostics,
    registerWalkthrough,
  ].flatMap((register) => register(services));
  const execute = commandTable([...commands, ...chat.commands], onError);
  reopenPanels(services).catch(onError);
  if (demo.staysOpen) await demo.enter().catch(onError);
  const ask = askOn(engine, () => connections.requestDefaults(false));
  return { ...chat, panels, ask, execute, flush: () => conversations.flushSync() };
}

/** Takes over what earlier versions have stored elsewhere, and lets only the user read the files. */
async function prepareStorage({ context, folder, storage, workspace, onError }: Services): Promise<void> {
  removeFormerPrompts(context.globalState).catch(onError);
  if (context.storageUri && workspace) {
    await moveConversations(join(context.storageUri.fsPath, 'conversations'), folder).catch(onError);
  }
  for (const each of [folder, join(storage, 'cooldowns')]) makePrivate(each).catch(onError);
}
