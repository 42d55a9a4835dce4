import * as vscode from 'vscode';
import type { Command } from '../commands';
import { ImportedKeys } from '../connection/importedKeys';
import { storeApiKey } from '../connection/storeApiKey';
import type { Services } from '../services';
import { ChatParticipant } from './participant/chatParticipant';
import { ModelProvider } from './provider/modelProvider';
import { setUpChat, type ChatSetup } from './provider/setUpChat';

interface Chat {
  readonly commands: readonly Command[];
  readonly participant: ChatParticipant;
  readonly models: vscode.LanguageModelChatProvider;
}

/** Creates what answers in VS Code's own chat. The offline demo has no part in it. */
export function registerChat(services: Services): Chat {
  const { own, context, engine, connections, catalog, settings, target, log, logEvent, modelsChanged } = services;
  const participant = new ChatParticipant({
    engine,
    log,
    defaults: () => connections.requestDefaults(false),
    connection: () => connections.own(),
    editor: () => target.editor(),
    pickModel: () => catalog.pickOther(undefined, false),
    setModel: (model) => settings.setModel(model),
    origin: async () => (await connections.own()).origin,
    onEvent: (turn, event) => logEvent('chat', turn, event),
  });
  const models = new ModelProvider({
    ...services,
    importedKeys: new ImportedKeys(context.secrets, (key) => storeApiKey(services, key)),
    onEvent: (turn, event) => logEvent('chat', turn, event),
  });
  // There may have been no gateway at the start, or another key or base URL.
  own(connections.onDidChange(modelsChanged));
  const commands: readonly Command[] = [
    { id: 'holysheep.setUpChat', execute: setUpChatCommand(services) },
    // Behind the buttons of an answer. The arguments are the turn and the action.
    { id: 'holysheep.chatAction', execute: (...args) => participant.runAction(...args) },
  ];
  return { commands, participant, models };
}

/** Returns whether the chat is ready, or what it lacks. If that is a key, the command continues when one is set. */
function setUpChatCommand(services: Services): () => Promise<ChatSetup> {
  const { connections, log } = services;
  let untilKey: vscode.Disposable | undefined;
  const stopWaiting = (): void => {
    untilKey?.dispose();
    untilKey = undefined;
  };
  const continueWithKey = async (): Promise<void> => {
    const { apiKey } = await connections.own();
    if (apiKey === undefined || !untilKey) return;
    stopWaiting();
    await vscode.commands.executeCommand('holysheep.setUpChat');
  };
  return async () => {
    stopWaiting();
    const setup = await setUpChat(services);
    if (setup === 'no-key') {
      // Most often the key was mistyped, and is being entered again.
      untilKey = connections.onDidChange(() => {
        continueWithKey().catch((error: unknown) => log.error(error));
      });
    }
    return setup;
  };
}
