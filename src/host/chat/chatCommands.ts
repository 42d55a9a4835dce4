import type { Engine } from '../../engine/engine';
import type { StreamEvent } from '../../engine/events/events';
import type { Budget } from '../health/budget';
import type { EditorTarget } from '../code/editorTarget';
import type { Commands } from '../commands';
import type { GatewaySets, RequestChoice, RequestDefaults } from '../connection/gatewaySet';
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
  readonly sets: GatewaySets;
  readonly ownGateways: OwnGateways;
  readonly efforts: ModelEfforts;
  readonly catalog: ModelCatalog;
  readonly target: EditorTarget;
  readonly logEvent: (conversationId: string, turnId: string, event: StreamEvent) => void;
}

/** Creates the chat participant and the language models for VS Code's chat. Both use only the user's gateways. */
export function registerChat(deps: ChatDeps) {
  const { sets, ownGateways, efforts, catalog, settings, target, logEvent } = deps;
  const onEvent = (turnId: string, event: StreamEvent): void => logEvent('chat', turnId, event);
  const defaults = (choice?: RequestChoice): RequestDefaults => sets.own.defaults(choice);
  const participant = new ChatParticipant({
    ...deps,
    defaults,
    mayUse: (models) => sets.own.mayUse(models),
    editor: () => target.editor(),
    pickModel: () => catalog.pickOther([], sets.own),
    setModel: (model) => settings.chooseModel(model),
    origin: async () => (await ownGateways.gatewayFor(settings.model())).origin,
    onEvent,
  });
  const models = new ModelProvider({
    ...deps,
    defaults,
    onEvent,
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
