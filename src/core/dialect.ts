import type { Usage } from './events';
import { isRecord, parseJson, type JsonRecord } from './json';

/** What one event of a stream says, called in the order in which it is said. */
export interface DeltaSink {
  text(text: string): void;
  reasoning(text: string): void;
  finish(reason: string): void;
  usage(usage: Usage): void;
  error(error: unknown): void;
}

/**
 * Reads one `chat.completion.chunk`, or a whole completion, in any of the dialects of OpenAI-compatible servers:
 * `content` as a string or as parts, `reasoning_content` or `reasoning`, `choices: []`, usage in odd places.
 * @returns false where the data is no JSON object
 */
export function readChunk(data: string, sink: DeltaSink): boolean {
  const chunk = parseJson(data);
  if (!isRecord(chunk)) return false;
  const error = errorOf(chunk);
  if (error !== undefined) {
    sink.error(error);
    return true;
  }
  const choices: unknown = chunk['choices'];
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (isRecord(choice) && !(typeof choice['index'] === 'number' && choice['index'] > 0)) readChoice(choice, sink);
  const usage = readUsage(chunk['usage'] ?? (isRecord(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined));
  if (usage) sink.usage(usage);
  return true;
}

function errorOf(chunk: JsonRecord): unknown {
  const error = chunk['error'];
  if (error !== undefined && error !== null && error !== false) return error;
  return chunk['object'] === 'error' || chunk['type'] === 'error' ? chunk : undefined;
}

function readChoice(choice: JsonRecord, sink: DeltaSink): void {
  const delta = isRecord(choice['delta']) ? choice['delta'] : choice['message'];
  if (isRecord(delta)) {
    // Some servers send the same thought under both names.
    const reasoning = delta['reasoning_content'] ?? delta['reasoning'];
    if (typeof reasoning === 'string' && reasoning !== '') sink.reasoning(reasoning);
    const content = delta['content'];
    if (typeof content === 'string') {
      if (content !== '') sink.text(content);
    } else if (Array.isArray(content)) readParts(content, sink);
    const refusal = delta['refusal'];
    if (typeof refusal === 'string' && refusal !== '') sink.text(refusal);
  } else if (typeof choice['text'] === 'string' && choice['text'] !== '') sink.text(choice['text']);
  const finish = choice['finish_reason'];
  if (typeof finish === 'string' && finish !== '') sink.finish(finish);
}

function readParts(parts: readonly unknown[], sink: DeltaSink): void {
  for (const part of parts) {
    if (typeof part === 'string') sink.text(part);
    if (!isRecord(part)) continue;
    if (typeof part['text'] === 'string' && part['text'] !== '') sink.text(part['text']);
    const thinking = part['thinking'];
    const thoughts: readonly unknown[] = Array.isArray(thinking) ? thinking : [thinking];
    for (const thought of thoughts) {
      const text = isRecord(thought) ? thought['text'] : thought;
      if (typeof text === 'string' && text !== '') sink.reasoning(text);
    }
  }
}

function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const promptTokens = count(usage['prompt_tokens']);
  const completionTokens = count(usage['completion_tokens']);
  return {
    promptTokens,
    completionTokens,
    totalTokens: count(usage['total_tokens']) || promptTokens + completionTokens,
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
