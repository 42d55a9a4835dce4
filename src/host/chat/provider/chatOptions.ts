import * as vscode from 'vscode';
import { isRecord, numberIn } from '../../../engine/json';
import {
  effortChoiceIn,
  sentEffort,
  type ChatRequest,
  type RequestParameters,
  type Tool,
} from '../../../engine/request';

/** Request options from VS Code, with properties that only newer versions of VS Code set. */
export interface CallerOptions extends vscode.ProvideLanguageModelChatResponseOptions {
  /** Options that the user chose in addition to the model, such as the reasoning effort. */
  readonly modelConfiguration?: Readonly<Record<string, unknown>> | undefined;
  /** Name of the extension, or of the part of VS Code, that makes the request. */
  readonly requestInitiator?: unknown;
}

/**
 * Returns the options of a request to the gateway. Unknown model options are left out, because some editors add private
 * options.
 * @param parameters the parameters from the settings
 */
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
  // A tool without arguments gets an empty schema, because VS Code omits the schema but gateways require one.
  return { name, description, parameters: isRecord(inputSchema) ? inputSchema : { type: 'object', properties: {} } };
}

function stopSequences(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const sequences = values.filter((item): item is string => typeof item === 'string' && item !== '');
  return sequences.length > 0 ? sequences : undefined;
}
