import type { Usage } from './events';
import { isRecord, parseJson, type JsonRecord } from './json';
import { toolCallParts, type ToolCallPart } from './toolCallParts';

export type { ToolCallPart } from './toolCallParts';

/** What one event of a stream says, called in the order in which it is said. */
export interface DeltaSink {
  text(text: string): void;
  reasoning(text: string): void;
  toolCall(part: ToolCallPart): void;
  finish(reason: string): void;
  usage(usage: Usage): void;
  error(error: unknown): void;
}

/**
 * Reads one `chat.completion.chunk`, or a whole completion, in any of the dialects of OpenAI-compatible servers:
 * `content` as a string or as parts, `reasoning_content` or `reasoning`, tool calls or the older function call,
 * `choices: []`, usage in odd places.
 * @returns false where the data is no JSON object
 */
export function readChunk(data: string, sink: DeltaSink): boolean {
  const json = parseJson(data);
  // Google puts an error into a list of one.
  const chunk: unknown = Array.isArray(json) ? json[0] : json;
  if (!isRecord(chunk)) return false;
  const error = errorOf(chunk);
  if (error !== undefined) {
    sink.error(error);
    return true;
  }
  const choice = firstChoice(chunk['choices']);
  if (choice) readChoice(choice, sink);
  const groq = isRecord(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined;
  // Moonshot counts inside the choice.
  const usage = readUsage(chunk['usage'] ?? groq ?? choice?.['usage']);
  if (usage) sink.usage(usage);
  return true;
}

function errorOf(chunk: JsonRecord): unknown {
  const error = chunk['error'];
  if (isRecord(error) ? Object.keys(error).length > 0 : error) return error;
  if (chunk['object'] === 'error' || chunk['type'] === 'error') return chunk;
  // Some gateways answer 200 with their own envelope: `{code, message}` or `{success: false, message}`.
  const told = typeof chunk['message'] === 'string' && (isCode(chunk['code']) || chunk['success'] === false);
  return told && chunk['choices'] === undefined ? chunk : undefined;
}

function isCode(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** A loop, because this runs for every token. */
function firstChoice(choices: unknown): JsonRecord | undefined {
  if (!Array.isArray(choices)) return undefined;
  for (const choice of choices as readonly unknown[]) {
    if (isRecord(choice) && (typeof choice['index'] !== 'number' || choice['index'] === 0)) return choice;
  }
  return undefined;
}

function readChoice(choice: JsonRecord, sink: DeltaSink): void {
  const delta = isRecord(choice['delta']) ? choice['delta'] : choice['message'];
  if (isRecord(delta)) {
    // Some servers send the same thought under both names.
    say(sink, 'reasoning', text(delta['reasoning_content']) || text(delta['reasoning']));
    const content = delta['content'];
    if (Array.isArray(content)) readParts(content, sink);
    else say(sink, 'text', text(content));
    say(sink, 'text', text(delta['refusal']));
    for (const part of toolCallParts(delta)) sink.toolCall(part);
  } else say(sink, 'text', text(choice['text']));
  say(sink, 'finish', text(choice['finish_reason']));
}

function readParts(parts: readonly unknown[], sink: DeltaSink): void {
  for (const part of parts) {
    if (!isRecord(part)) {
      say(sink, 'text', text(part));
      continue;
    }
    const thinks = /^(?:thinking|reasoning)/.test(text(part['type']));
    say(sink, thinks ? 'reasoning' : 'text', text(part['text']));
    const thinking = part['thinking'];
    const thoughts: readonly unknown[] = Array.isArray(thinking) ? thinking : [thinking];
    for (const thought of thoughts) say(sink, 'reasoning', text(isRecord(thought) ? thought['text'] : thought));
  }
}

function say(sink: DeltaSink, what: 'text' | 'reasoning' | 'finish', words: string): void {
  if (words !== '') sink[what](words);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Zeros in every event are what a server fills in before it has counted. */
function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const promptTokens = count(usage['prompt_tokens'] ?? usage['input_tokens']);
  const completionTokens = count(usage['completion_tokens'] ?? usage['output_tokens']);
  const totalTokens = count(usage['total_tokens']) || promptTokens + completionTokens;
  return totalTokens === 0 ? undefined : { promptTokens, completionTokens, totalTokens };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
