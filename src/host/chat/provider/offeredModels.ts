import * as vscode from 'vscode';
import { originOf } from '../../../engine/gateway/baseUrl';
import { knownModels } from '../../../engine/gateway/modelList';
import type { ActiveConnection } from '../../connection/connections';
import type { Log } from '../../diagnostics/log';
import type { ModelCatalog } from '../../models/modelCatalog';
import { defaultBaseUrl } from '../../settings/settingValues';
import { plainLabel } from '../../ui/messageText';
import { resultWithin } from '../../util/systemClock';
import { canChat, modelLimits } from './modelInfo';

/** Time limit for the list of models, because other extensions wait for it before they can ask anything. */
const listTimeoutMs = 3000;

export interface OfferedModelsDeps {
  readonly catalog: Pick<ModelCatalog, 'listOf'>;
  readonly log: Pick<Log, 'error'>;
  /** VS Code is to ask for the models again. */
  readonly modelsChanged: () => void;
}

/** Those of the gateway that can hold a conversation, `own`, which is set, before them. */
export async function offeredModels(
  deps: OfferedModelsDeps,
  connection: ActiveConnection,
  own: string,
): Promise<vscode.LanguageModelChatInformation[]> {
  const listed = await fetchModels(deps, connection);
  const models = [own, ...listed.filter((id) => id !== own && canChat(id))];
  return models.map((id) => toModelInformation(id, connection));
}

/** Nobody waits long for a gateway that does not answer: its list is told when it comes. */
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
  const first = await resultWithin(listTimeoutMs, list);
  if (first !== 'late' && first) return first;
  if (first === 'late') {
    list.then((models) => models && modelsChanged()).catch((error: unknown) => log.error(error));
  }
  // What is known of one gateway says nothing about another.
  return connection.origin === originOf(defaultBaseUrl) ? knownModels : [];
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
    // The agent's picker hides models that call no tools.
    capabilities: { toolCalling: true, imageInput },
  };
}
