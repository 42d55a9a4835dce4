import * as vscode from 'vscode';
import type { Command } from '../commands';
import { ImportedKeys } from '../connection/keyStore';
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

/** Creates the chat participant and the language models for VS Code's chat. Neither of them uses the offline demo. */
export function registerChat(services: Services): Chat {
  const { register, context, engine, connections, catalog, settings, target, log, logEvent, modelsChanged } = services;
  const participant = new ChatParticipant({
    engine,
    log,
    defaults: () => connections.requestDefaults(false),
    connection: () => connections.configured(),
    editor: () => target.editor(),
    pickModel: () => catalog.pickOther(undefined, false),
    setModel: (model) => settings.setModel(model),
    origin: async () => (await connections.configured()).origin,
    onEvent: (turn, event) => logEvent('chat', turn, event),
  });
  const models = new ModelProvider({
    ...services,
    importedKeys: new ImportedKeys(context.secrets, (key) => storeApiKey(services, key)),
    onEvent: (turn, event) => logEvent('chat', turn, event),
  });
  // Makes VS Code request the list of models again, because the list depends on the key and the base URL.
  register(connections.onDidChange(modelsChanged));
  const commands: readonly Command[] = [
    { id: 'holysheep.setUpChat', execute: setUpChatCommand(services) },
    // Runs when the user presses a button of an answer. The arguments are the ID of the turn and the action.
    { id: 'holysheep.chatAction', execute: (...args) => participant.runAction(...args) },
  ];
  return { commands, participant, models };
}

/**
 * Returns a command that sets up the chat. If the API key is missing, the command continues as soon as a key is set.
 */
function setUpChatCommand(services: Services): () => Promise<ChatSetup> {
  const { connections, log } = services;
  let keyListener: vscode.Disposable | undefined;
  const stopWaiting = (): void => {
    keyListener?.dispose();
    keyListener = undefined;
  };
  const continueWithKey = async (): Promise<void> => {
    const { apiKey } = await connections.configured();
    if (apiKey === undefined || !keyListener) return;
    stopWaiting();
    await vscode.commands.executeCommand('holysheep.setUpChat');
  };
  return async () => {
    stopWaiting();
    const setup = await setUpChat(services);
    if (setup === 'no-key') {
      // Continues the setup as soon as a key is stored, because a user who has mistyped the key usually enters it
      // again.
      keyListener = connections.onDidChange(() => {
        continueWithKey().catch((error: unknown) => log.error(error));
      });
    }
    return setup;
  };
}
