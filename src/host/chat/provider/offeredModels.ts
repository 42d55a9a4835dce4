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

/** Time limit for the list of models, in milliseconds. Other extensions need it before they can send a request. */
const listTimeoutMs = 3000;

/** Information with properties of VS Code's proposed API, which stable versions read as well. */
interface ModelInformation extends vscode.LanguageModelChatInformation {
  /** Whether the user pays for the model with an own API key. VS Code's agents offer only such models of extensions. */
  readonly isBYOK: true;
  /** What the user can choose beside the model. An editor that does not know it ignores it. */
  readonly configurationSchema: ReturnType<typeof effortSchema>;
}

/**
 * Returns the configured model, followed by the gateway's other models that can chat. A configured model that a gateway
 * could not offer is left out, because VS Code shows its name as Markdown.
 */
export async function offeredModels(services: ChatServices, gateway: Gateway): Promise<ModelInformation[]> {
  const { settings, efforts, catalog } = services;
  const configuredModel = settings.model();
  const { models, facts: listed } = await fetchModels(services, gateway);
  const others = models.filter((id) => id !== configuredModel && canChat(id, listed));
  const factsText = createFactsText();
  const { strings } = hostWords();
  const effortOf = efforts.reader();
  return [...(isUsableModelId(configuredModel) ? [configuredModel] : []), ...others].map((id) => {
    const facts = catalog.factsOf(id, gateway.id);
    const { imageInput, toolCalling, ...limits } = modelLimits(facts);
    const tooltip = vscode.l10n.t('{0} via {1}', id, gateway.label);
    const description = factsText(facts);
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
      configurationSchema: effortSchema(strings, effortView(effortOf(id), facts)),
    };
  });
}

/**
 * Returns the gateway's models. If they don't arrive within the time limit, returns the default models for HolySheep's
 * gateway and none for another gateway, and notifies VS Code when they arrive.
 */
async function fetchModels({ catalog, log, modelsChanged }: ChatServices, gateway: Gateway): Promise<ListedModels> {
  const list = catalog.listOf(gateway);
  const inTime = await resultWithin(listTimeoutMs, list);
  if (inTime === 'late') {
    list.then((late) => late.source === 'gateway' && modelsChanged()).catch(log.error);
  } else if (inTime.source === 'gateway') return inTime;
  // Offers the default models only for HolySheep's gateway, because other gateways might not have them.
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
    // Shown in the model picker, beside the model.
    group: 'navigation',
  };
  return { type: 'object', properties: { reasoningEffort } };
}

/** Limits of models about which nothing is known. VS Code shortens longer prompts, so a low limit is safer than a high one. */
const defaultInputTokens = 32_000;
const defaultOutputTokens = 4_096;

export function modelLimits(facts: ModelFacts = {}) {
  const { contextWindow = Infinity, maxInput = Infinity, maxOutput = defaultOutputTokens, images, tools } = facts;
  // Leaves half of the context window for the prompt, because some models may fill all of it with their answer.
  const maxOutputTokens = Math.min(maxOutput, Math.ceil(contextWindow / 2));
  const maxInputTokens = Math.min(maxInput, contextWindow - maxOutputTokens);
  return {
    maxInputTokens: Number.isFinite(maxInputTokens) ? maxInputTokens : defaultInputTokens,
    maxOutputTokens,
    imageInput: images ?? false,
    // Declares that an unknown model calls tools, because the agent's model picker hides all other models.
    toolCalling: tools ?? true,
  };
}
