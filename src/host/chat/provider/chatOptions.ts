import * as vscode from 'vscode';
import { isRecord, numberIn } from '../../../engine/json';
import {
  effortChoiceIn,
  sentEffort,
  type ChatRequest,
  type RequestParameters,
  type Tool,
} from '../../../engine/request';

/** Options with properties that only newer versions of VS Code pass. */
export interface CallerOptions extends vscode.ProvideLanguageModelChatResponseOptions {
  /** What the user chose beside the model. */
  readonly modelConfiguration?: Readonly<Record<string, unknown>> | undefined;
  /** The name of the caller. */
  readonly requestInitiator?: unknown;
}

/** Unknown model options are not sent, because editors add private options. `parameters` come from the settings. */
export function chatOptions(
  { modelOptions = {}, modelConfiguration, tools = [], toolMode }: CallerOptions,
  parameters: RequestParameters,
): Omit<ChatRequest, 'model' | 'messages'> {
  const {
    temperature,
    top_p: topP,
    max_tokens: maxTokens,
    max_completion_tokens: maxCompletionTokens,
    stop,
  } = modelOptions;
  const toolRequired = toolMode === vscode.LanguageModelChatToolMode.Required;
  const asked: unknown = modelOptions['reasoning_effort'] ?? modelOptions['reasoningEffort'];
  const effort = effortChoiceIn(asked) ?? effortChoiceIn(modelConfiguration?.['reasoningEffort']);
  return {
    temperature: numberIn(temperature) ?? parameters.temperature,
    topP: numberIn(topP),
    maxTokens: numberIn(maxTokens) ?? numberIn(maxCompletionTokens) ?? parameters.maxTokens,
    defaults: parameters.defaults,
    reasoningEffort: effort ? sentEffort(effort) : parameters.reasoningEffort,
    stop: stopSequences(stop),
    tools: tools.map(toTool),
    toolChoice: toolRequired && tools.length > 0 ? 'required' : undefined,
  };
}

function toTool({ name, description, inputSchema }: vscode.LanguageModelChatTool): Tool {
  // Adds an empty schema to a tool without arguments, because VS Code omits it but gateways require it.
  return { name, description, parameters: isRecord(inputSchema) ? inputSchema : { type: 'object', properties: {} } };
}

function stopSequences(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const sequences = values.filter((item): item is string => typeof item === 'string' && item !== '');
  return sequences.length > 0 ? sequences : undefined;
}
