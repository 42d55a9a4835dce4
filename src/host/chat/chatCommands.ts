import type { Engine } from '../../engine/engine';
import type { StreamEvent } from '../../engine/events/events';
import type { Budget } from '../health/budget';
import type { EditorTarget } from '../code/editorTarget';
import type { Commands } from '../commands';
import type { Connections } from '../connection/connections';
import type { OwnGateways } from '../connection/ownGateways';
import { importKey } from '../connection/keyStore';
import { storeApiKey, type SetApiKeyDeps } from '../connection/storeApiKey';
import type { ModelEfforts } from '../connection/modelEfforts';
import type { ModelCatalog } from '../models/modelCatalog';
import type { HostWindow } from '../hostWindow';
import { ChatParticipant } from './participant/chatParticipant';
import { ModelProvider } from './provider/modelProvider';
import { setUpChat } from './provider/setUpChat';
import type { Log } from '../util/log';

interface ChatDeps extends SetApiKeyDeps, HostWindow {
  readonly log: Log;
  readonly modelsChanged: () => void;
  readonly engine: Engine;
  readonly budget: Budget;
  readonly connections: Connections;
  readonly ownGateways: OwnGateways;
  readonly efforts: ModelEfforts;
  readonly catalog: ModelCatalog;
  readonly target: EditorTarget;
  readonly mayUsePlainHttp: (models: readonly string[]) => Promise<boolean>;
  readonly logEvent: (conversationId: string, turnId: string, event: StreamEvent) => void;
}

/** Creates the chat participant and the language models for VS Code's chat. Neither of them uses the offline demo. */
export function registerChat(deps: ChatDeps) {
  const { connections, ownGateways, efforts, catalog, settings, target, logEvent } = deps;
  const onEvent = (turnId: string, event: StreamEvent): void => logEvent('chat', turnId, event);
  const participant = new ChatParticipant({
    ...deps,
    defaults: (choice) => connections.requestDefaults(false, choice),
    editor: () => target.editor(),
    pickModel: () => catalog.pickOther([], false),
    setModel: (model) => settings.chooseModel(model),
    origin: async () => (await ownGateways.gatewayFor(settings.model())).origin,
    onEvent,
  });
  const models = new ModelProvider({
    ...deps,
    onEvent,
    importKey: (key) => importKey(deps.context.secrets, key, () => storeApiKey(deps, key)),
  });
  // Makes VS Code request the list of models again, which depends on the key, the base URL and the efforts.
  for (const source of [connections, efforts]) deps.register(source.onDidChange(deps.modelsChanged));
  const commands = {
    'holysheep.setUpChat': () => setUpChat(deps),
    // Runs when the user presses a button of an answer. The arguments are the ID of the turn and the action.
    'holysheep.chatAction': (...args) => participant.runAction(...args),
  } satisfies Commands;
  return { commands, participant, models };
}
