import type { Usage } from './events';
import { isError } from './faults/errorEnvelope';
import { readFinishReason, type Finish } from './finishReason';
import { isRecord, parseJson, type JsonRecord } from './json';
import { toolCallParts, type ToolCallPart } from './toolCallParts';

export type { ToolCallPart } from './toolCallParts';

/** What one event of a stream says, called in the order in which it is said. */
export interface DeltaSink {
  text(text: string): void;
  reasoning(text: string): void;
  toolCall(part: ToolCallPart): void;
  finish(finish: Finish): void;
  /** The chunk has a `finish_reason` field, which is still empty. */
  finishReasonPending(): void;
  usage(usage: Usage): void;
  /** The gateway starts the answer over, in the middle of the stream. */
  restartInStream(): void;
  /** The body of an error, as `readProviderError` takes it. */
  error(error: unknown): void;
}

/**
 * Reads one `chat.completion.chunk`, or a whole completion, in any of the dialects of OpenAI-compatible servers:
 * `content` as a string or as parts, `reasoning_content` or `reasoning`, tool calls or the older function call,
 * `choices: []`, usage in odd places.
 * @param messages what is known of the stream's earlier chunks
 * @returns false where the data is no JSON object
 */
export function readChunk(data: string, sink: DeltaSink, messages?: StreamRestarts): boolean {
  const json = parseJson(data);
  // Google puts an error into a list of one.
  const chunk: unknown = Array.isArray(json) ? json[0] : json;
  if (!isRecord(chunk)) return false;
  if (isError(chunk)) {
    sink.error(chunk);
    return true;
  }
  const choice = firstChoice(chunk['choices']);
  if (choice) {
    if (messages?.restarts(chunk, choice)) sink.restartInStream();
    readChoice(choice, sink);
  }
  const groq = isRecord(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined;
  // Moonshot counts inside the choice.
  const usage = readUsage(chunk['usage'] ?? groq ?? choice?.['usage']);
  if (usage) sink.usage(usage);
  return true;
}

/** A loop, because this runs for every token. */
function firstChoice(choices: unknown): JsonRecord | undefined {
  if (!Array.isArray(choices)) return undefined;
  for (const choice of choices as readonly unknown[]) {
    if (isRecord(choice) && (typeof choice['index'] !== 'number' || choice['index'] === 0)) return choice;
  }
  return undefined;
}

/**
 * Notices that a gateway starts the answer over in the middle of a stream: new-api asks another channel when one breaks,
 * even if it has already sent text of the first. The second answer has another id and names its role again.
 */
export class StreamRestarts {
  private id: string | undefined;
  /** Two chunks had the same id: this server does not give every chunk an id of its own. */
  private continued = false;

  /** Whether this chunk begins another message. */
  restarts({ id }: JsonRecord, { delta }: JsonRecord): boolean {
    if (typeof id !== 'string' || id === '' || !isRecord(delta)) return false;
    if (id === this.id) {
      this.continued = true;
      return false;
    }
    const restarts = this.continued && text(delta['role']) !== '';
    this.id = id;
    this.continued = false;
    return restarts;
  }
}

function readChoice(choice: JsonRecord, sink: DeltaSink): void {
  const delta = isRecord(choice['delta']) ? choice['delta'] : choice['message'];
  if (isRecord(delta)) {
    // Some servers send the same thought under both names.
    say(sink, 'reasoning', text(delta['reasoning_content']) || text(delta['reasoning']) || reasoningDetails(delta));
    const content = delta['content'];
    if (Array.isArray(content)) readParts(content, sink);
    else say(sink, 'text', text(content));
    say(sink, 'text', text(delta['refusal']));
    for (const part of toolCallParts(delta)) sink.toolCall(part);
  } else say(sink, 'text', text(choice['text']));
  const finish = readFinishReason(choice['finish_reason']);
  if (finish) sink.finish(finish);
  else if ('finish_reason' in choice) sink.finishReasonPending();
}

/** OpenRouter: `reasoning_details: [{type: 'reasoning.text', text}]`, usually beside `reasoning`. */
function reasoningDetails(delta: JsonRecord): string {
  const details = delta['reasoning_details'];
  if (!Array.isArray(details)) return '';
  return details.map((detail) => (isRecord(detail) ? text(detail['text']) || text(detail['summary']) : '')).join('');
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

function say(sink: DeltaSink, what: 'text' | 'reasoning', words: string): void {
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
