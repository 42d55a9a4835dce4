import { isRecord } from '../../../engine/json';
import type { ChatRequest, Tool } from '../../../engine/request';

/** What a caller of VS Code's API asks for beside the messages. */
export interface CallerOptions {
  readonly modelOptions?: Readonly<Record<string, unknown>> | undefined;
  readonly tools?: readonly CallerTool[] | undefined;
  readonly toolRequired: boolean;
}

interface CallerTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema?: object | undefined;
}

/** Hosts put private keys of their own beside the model options: those that are known are passed on, nothing else. */
export function chatOptions(
  { modelOptions = {}, tools = [], toolRequired }: CallerOptions,
  defaults: { readonly temperature: number; readonly maxTokens: number },
): Omit<ChatRequest, 'model' | 'messages'> {
  const { temperature, top_p: topP, max_tokens: most, max_completion_tokens: mostNow, stop } = modelOptions;
  return {
    temperature: finiteNumber(temperature) ?? defaults.temperature,
    topP: finiteNumber(topP),
    maxTokens: finiteNumber(most) ?? finiteNumber(mostNow) ?? defaults.maxTokens,
    stop: stopSequences(stop),
    tools: tools.map(toTool),
    toolChoice: toolRequired && tools.length > 0 ? 'required' : undefined,
  };
}

function toTool({ name, description, inputSchema }: CallerTool): Tool {
  // A tool without arguments has no schema; gateways want one.
  return { name, description, parameters: isRecord(inputSchema) ? inputSchema : { type: 'object', properties: {} } };
}

function finiteNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function stopSequences(value: unknown): readonly string[] | undefined {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const words = all.filter((word): word is string => typeof word === 'string' && word !== '');
  return words.length > 0 ? words : undefined;
}
