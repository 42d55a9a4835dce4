import * as vscode from 'vscode';
import type { Gateway } from '../../../engine/gateway/gateway';
import { defaultModels, isUsableModelId, type ListedModels } from '../../../engine/gateway/modelList';
import { canChat } from '../../../engine/models/listedFacts';
import type { ModelFacts } from '../../../engine/models/modelFacts';
import { effortText } from '../../../shared/describeEffort';
import type { PanelStrings } from '../../../shared/panelStrings';
import type { EffortView } from '../../../shared/protocol';
import { effortView } from '../../connection/modelEfforts';
import { isHolySheep } from '../../settings/knownGateways';
import { hostWords } from '../../ui/words';
import { createFactsText } from '../../models/modelTexts';
import { resultWithin } from '../../util/systemClock';
import type { ChatServices } from '../chatServices';

/**
 * Maximum time to wait for the gateway's model list, in milliseconds. Other extensions wait for the list before they
 * can send a request.
 */
const listTimeoutMs = 3000;

/**
 * Information about a model, with properties of VS Code's proposed API. Stable versions of VS Code also read these
 * properties.
 */
interface ModelInformation extends vscode.LanguageModelChatInformation {
  /**
   * Whether the user pays for the model with their own API key. VS Code's agents offer the model of an extension only
   * if this property is true.
   */
  readonly isBYOK: true;
  /** Options that the user can choose in addition to the model. Editors without this feature ignore the property. */
  readonly configurationSchema?: ReturnType<typeof effortSchema>;
}

/**
 * Returns the configured model, followed by the gateway's other chat models. The configured model is left out if its
 * name would not be displayed exactly, because VS Code shows names as Markdown.
 */
export async function offeredModels(services: ChatServices, gateway: Gateway): Promise<ModelInformation[]> {
  const { settings, efforts, catalog } = services;
  const configuredModel = settings.model();
  const { models, facts: listed } = await fetchModels(services, gateway);
  const otherModels = models.filter((id) => id !== configuredModel && canChat(id, listed));
  const factsText = createFactsText();
  const { strings } = hostWords();
  const effortOf = efforts.reader();
  return [...(isUsableModelId(configuredModel) ? [configuredModel] : []), ...otherModels].map((id) => {
    const facts = catalog.factsOf(id, gateway.id);
    const { imageInput, toolCalling, ...limits } = modelLimits(facts);
    const tooltip = vscode.l10n.t('{0} via {1}', id, gateway.label);
    const description = factsText(facts);
    const effort = effortView(effortOf(id), facts);
    return {
      id,
      name: id,
      family: id,
      version: id,
      detail: gateway.label,
      tooltip: description === undefined ? tooltip : `${tooltip} · ${description}`,
      ...limits,
      capabilities: { imageInput, toolCalling },
      isBYOK: true,
      ...(effort && { configurationSchema: effortSchema(strings, effort) }),
    };
  });
}

/**
 * Returns the gateway's models. If the model list does not arrive in time, HolySheep's gateway has its default models,
 * and other gateways have no models. VS Code is notified if the list arrives later.
 */
async function fetchModels({ catalog, log, modelsChanged }: ChatServices, gateway: Gateway): Promise<ListedModels> {
  const list = catalog.listOf(gateway);
  const inTime = await resultWithin(listTimeoutMs, list);
  if (inTime === 'late') {
    list.then((late) => late.source === 'gateway' && modelsChanged()).catch(log.error);
  } else if (inTime.source === 'gateway') return inTime;
  // The default models are offered only for HolySheep's gateway, because other gateways might not have them.
  return { models: isHolySheep(gateway.id) ? defaultModels : [] };
}

function effortSchema(strings: PanelStrings, view: EffortView) {
  const texts = view.levels.map((level) => effortText(strings, level, view));
  const reasoningEffort = {
    type: 'string',
    title: strings.reasoningEffort,
    enum: view.levels,
    enumItemLabels: texts.map(({ caption }) => caption),
    enumDescriptions: texts.map(({ detail }) => detail),
    default: view.level,
    // In VS Code's model picker, the group `navigation` places the option beside the model.
    group: 'navigation',
  };
  return { type: 'object', properties: { reasoningEffort } };
}

/**
 * Token limits of models whose real limits are unknown. Low limits are safer than high limits: VS Code shortens prompts
 * above a low limit, but the gateway would refuse them above the real limit.
 */
const defaultInputTokens = 32_000;
const defaultOutputTokens = 4_096;

export function modelLimits(facts: ModelFacts = {}) {
  const { contextWindow = Infinity, maxInput = Infinity, maxOutput = defaultOutputTokens, images, tools } = facts;
  // Half of the context window is reserved for the prompt. Otherwise, no room would remain for the prompt, because the
  // stated answer limit of some models is as large as the whole context window.
  const maxOutputTokens = Math.min(maxOutput, Math.ceil(contextWindow / 2));
  const maxInputTokens = Math.min(maxInput, contextWindow - maxOutputTokens);
  return {
    maxInputTokens: Number.isFinite(maxInputTokens) ? maxInputTokens : defaultInputTokens,
    maxOutputTokens,
    imageInput: images ?? false,
    // An unknown model is declared as able to call tools. Otherwise, the agent's model picker would hide the model.
    toolCalling: tools ?? true,
  };
}
