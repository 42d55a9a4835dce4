import type { StreamEvent } from '../../engine/events/events';
import type { Budget } from '../health/budget';
import type { EditorTarget } from '../code/editorTarget';
import type { Commands } from '../commands';
import { importKey } from '../connection/keyStore';
import type { GatewayServices } from '../connection/ownGateways';
import { storeApiKey } from '../connection/storeApiKey';
import type { ModelEfforts } from '../connection/modelEfforts';
import type { ModelCatalog } from '../models/modelCatalog';
import type { HostWindow } from '../hostWindow';
import { ChatParticipant } from './participant/chatParticipant';
import { ModelProvider } from './provider/modelProvider';
import { setUpChat } from './provider/setUpChat';

interface ChatDeps extends GatewayServices, HostWindow {
  readonly modelsChanged: () => void;
  readonly budget: Budget;
  readonly efforts: ModelEfforts;
  readonly catalog: ModelCatalog;
  readonly target: EditorTarget;
  readonly logEvent: (conversationId: string, turnId: string, event: StreamEvent) => void;
}

/** Creates the chat participant and the language models for VS Code's chat. Both use only the user's gateways. */
export function registerChat(deps: ChatDeps) {
  const { sets, ownGateways, efforts } = deps;
  const onEvent = (turnId: string, event: StreamEvent): void => deps.logEvent('chat', turnId, event);
  const own = { ...deps, set: sets.own, onEvent };
  const participant = new ChatParticipant(own);
  const models = new ModelProvider({
    ...own,
    importKey: (key) => importKey(deps.context.secrets, key, () => storeApiKey(deps, key)),
  });
  // Makes VS Code request the list of models again, which depends on the key, the base URL and the efforts.
  for (const source of [ownGateways, efforts]) deps.register(source.onDidChange(deps.modelsChanged));
  const commands = {
    'holysheep.setUpChat': () => setUpChat(deps),
    // Runs when the user presses a button of an answer. The arguments are the ID of the turn and the action.
    'holysheep.chatAction': (...args) => participant.runAction(...args),
  } satisfies Commands;
  return { commands, participant, models };
}
