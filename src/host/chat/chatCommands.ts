import type { Commands } from '../commands';
import type { ChatServices } from './chatServices';
import { ChatParticipant } from './participant/chatParticipant';
import { ModelProvider } from './provider/modelProvider';
import { setUpChat } from './provider/setUpChat';

/** Creates the chat participant and the language models for VS Code's chat. */
export function registerChat(services: ChatServices) {
  const { userGateways, efforts, register, modelsChanged } = services;
  const participant = new ChatParticipant(services);
  // The list of models depends on the API key, the base URL and the reasoning efforts. VS Code requests the list again
  // after each change to one of them.
  for (const source of [userGateways, efforts]) register(source.onDidChange(modelsChanged));
  const commands = {
    'holysheep.setUpChat': () => setUpChat(services),
    // Runs when the user presses a button below an answer. The arguments are the ID of the turn and the action.
    'holysheep.chatAction': (...args) => participant.runAction(...args),
  } satisfies Commands;
  return { commands, participant, models: new ModelProvider(services) };
}
