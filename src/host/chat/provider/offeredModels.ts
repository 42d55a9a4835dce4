import * as vscode from 'vscode';
import { originOf } from '../../../engine/gateway/baseUrl';
import { defaultModels, isUsableModelId } from '../../../engine/gateway/modelList';
import type { ActiveConnection } from '../../connection/connections';
import type { Log } from '../../diagnostics/log';
import type { ModelCatalog } from '../../models/modelCatalog';
import { defaultBaseUrl } from '../../settings/settingValues';
import { plainLabel } from '../../ui/messageText';
import { resultWithin } from '../../util/systemClock';
import { canChat, modelLimits } from './modelInfo';

/**
 * Time limit for loading the list of models, in milliseconds. Other extensions need the list before they can send a
 * request.
 */
const listTimeoutMs = 3000;

export interface OfferedModelsDeps {
  readonly catalog: Pick<ModelCatalog, 'listOf'>;
  readonly log: Pick<Log, 'error'>;
  /** Makes VS Code request the models again. */
  readonly modelsChanged: () => void;
}

/**
 * Returns the configured model, followed by the gateway's other models that can chat. A configured model that a gateway
 * could not offer is left out, because VS Code shows its name as Markdown.
 */
export async function offeredModels(
  deps: OfferedModelsDeps,
  connection: ActiveConnection,
  configuredModel: string,
): Promise<vscode.LanguageModelChatInformation[]> {
  const gatewayModels = await fetchModels(deps, connection);
  const others = gatewayModels.filter((id) => id !== configuredModel && canChat(id));
  const models = [...(isUsableModelId(configuredModel) ? [configuredModel] : []), ...others];
  return models.map((id) => toModelInformation(id, connection));
}

/**
 * Returns the gateway's models. If they don't arrive within the time limit, returns the default models for HolySheep's
 * gateway and none for another gateway, and notifies VS Code when they arrive.
 */
async function fetchModels(
  { catalog, log, modelsChanged }: OfferedModelsDeps,
  connection: ActiveConnection,
): Promise<readonly string[]> {
  const fromGateway = async (): Promise<readonly string[] | undefined> => {
    try {
      const { source, models } = await catalog.listOf(connection);
      return source === 'gateway' ? models : undefined;
    } catch (error) {
      log.error(error);
      return undefined;
    }
  };
  const list = fromGateway();
  const inTime = await resultWithin(listTimeoutMs, list);
  if (inTime !== 'late' && inTime) return inTime;
  if (inTime === 'late') {
    list.then((models) => models && modelsChanged()).catch((error: unknown) => log.error(error));
  }
  // Offers the default models only for HolySheep's gateway, because other gateways may not have them.
  return connection.origin === originOf(defaultBaseUrl) ? defaultModels : [];
}

function toModelInformation(id: string, { host }: ActiveConnection): vscode.LanguageModelChatInformation {
  const { maxInputTokens, maxOutputTokens, imageInput } = modelLimits(id);
  return {
    id,
    name: plainLabel(id),
    family: id,
    version: id,
    detail: host,
    tooltip: vscode.l10n.t('{0} via {1}', plainLabel(id), host),
    maxInputTokens,
    maxOutputTokens,
    // Declares that every model supports tools, because the agent's model picker hides all other models.
    capabilities: { toolCalling: true, imageInput },
  };
}
