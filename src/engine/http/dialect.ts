import { maxToolCalls } from '../events';
import { isError, stringOrEmpty } from '../faults/errorBody';
import { isRecord, parseJson, printJson, type JsonRecord } from '../json';
import { readFinishReason, type DeltaSink, type ToolCallPart } from './deltas';
import { ResponsesReader } from './responsesApi';
import { readUsage } from './usageFields';

/**
 * Reads a `chat.completion.chunk` or a complete `chat.completion` in any dialect of OpenAI-compatible gateways:
 * `content` as a string or as parts, `reasoning_content` or `reasoning`, tool calls or the older function call,
 * `choices: []`, and usage in various places. Reads the events of the Responses API as well.
 * @param restarts detects from the previous chunks of the stream whether the gateway starts the answer over
 * @param responses reads the events of the Responses API in the stream
 * @returns false if the data is not a JSON object
 */
export function readChunk(
  data: string,
  sink: DeltaSink,
  restarts?: RestartDetector,
  responses = new ResponsesReader(sink),
): boolean {
  const json = parseJson(data);
  // Reads the first element of a list, because Google sends an error as a list with one element.
  const chunk: unknown = Array.isArray(json) ? json[0] : json;
  if (!isRecord(chunk)) return false;
  if (isError(chunk)) {
    sink({ type: 'error', error: chunk });
    return true;
  }
  const { choices } = chunk;
  if (choices === undefined || (Array.isArray(choices) && choices.length === 0)) responses.read(chunk);
  const choice = firstChoice(choices);
  if (choice) {
    if (restarts?.isRestart(chunk, choice)) sink({ type: 'restartInStream' });
    readChoice(choice, sink);
  }
  const groq = isRecord(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined;
  // Reads the usage in the choice as well, because Moonshot reports it there.
  const usage = readUsage(chunk['usage'] ?? groq ?? choice?.['usage'], chunk);
  if (usage) sink({ type: 'usage', usage });
  return true;
}

/** Returns the choice with index 0. Uses a loop instead of `find`, because this function runs for every token. */
function firstChoice(choices: unknown): JsonRecord | undefined {
  if (!Array.isArray(choices)) return undefined;
  for (const choice of choices as readonly unknown[]) {
    if (isRecord(choice) && (typeof choice['index'] !== 'number' || choice['index'] === 0)) return choice;
  }
  return undefined;
}

/**
 * Detects that a gateway starts the answer over in the middle of a stream. For instance, when the connection to a
 * provider breaks, the gateway software new-api asks another provider, even if it has already sent text of the first
 * answer. The second answer has another ID and repeats the role.
 */
export class RestartDetector {
  private id: string | undefined;
  /** Whether two chunks had the same ID, which means that the gateway does not give each chunk a different ID. */
  private hasRepeatedId = false;

  /** Whether the chunk is the first one of a second answer in the same stream. */
  isRestart({ id }: JsonRecord, { delta }: JsonRecord): boolean {
    if (typeof id !== 'string' || id === '' || !isRecord(delta)) return false;
    if (id === this.id) {
      this.hasRepeatedId = true;
      return false;
    }
    const isRestart = this.hasRepeatedId && stringOrEmpty(delta['role']) !== '';
    this.id = id;
    this.hasRepeatedId = false;
    return isRestart;
  }
}

function readChoice(choice: JsonRecord, sink: DeltaSink): void {
  const delta = isRecord(choice['delta']) ? choice['delta'] : choice['message'];
  if (isRecord(delta)) {
    // Reads only one of the two reasoning fields, because some gateways send the same text in both.
    emitText(
      sink,
      'reasoning',
      stringOrEmpty(delta['reasoning_content']) || stringOrEmpty(delta['reasoning']) || reasoningDetails(delta),
    );
    const content = delta['content'];
    if (Array.isArray(content)) readParts(content, sink);
    else emitText(sink, 'text', stringOrEmpty(content));
    emitText(sink, 'text', stringOrEmpty(delta['refusal']));
    for (const part of toolCallParts(delta)) sink({ type: 'toolCall', part });
  } else emitText(sink, 'text', stringOrEmpty(choice['text']));
  const finish = readFinishReason(choice['finish_reason']);
  if (finish) sink({ type: 'finish', finish });
  else if ('finish_reason' in choice) sink({ type: 'finishReasonPending' });
}

/**
 * Returns the reasoning in OpenRouter's `reasoning_details: [{type: 'reasoning.text', text}]`, usually a copy of
 * `reasoning`.
 */
function reasoningDetails(delta: JsonRecord): string {
  const details = delta['reasoning_details'];
  if (!Array.isArray(details)) return '';
  return details
    .map((detail) => (isRecord(detail) ? stringOrEmpty(detail['text']) || stringOrEmpty(detail['summary']) : ''))
    .join('');
}

function readParts(parts: readonly unknown[], sink: DeltaSink): void {
  for (const part of parts) {
    if (!isRecord(part)) {
      emitText(sink, 'text', stringOrEmpty(part));
      continue;
    }
    const isReasoning = /^(?:thinking|reasoning)/.test(stringOrEmpty(part['type']));
    emitText(sink, isReasoning ? 'reasoning' : 'text', stringOrEmpty(part['text']));
    const thinking = part['thinking'];
    const thoughts: readonly unknown[] = Array.isArray(thinking) ? thinking : [thinking];
    for (const thought of thoughts)
      emitText(sink, 'reasoning', stringOrEmpty(isRecord(thought) ? thought['text'] : thought));
  }
}

function emitText(sink: DeltaSink, type: 'text' | 'reasoning', text: string): void {
  if (text !== '') sink({ type, text });
}

/** Returns the parts of tool calls in a delta or a complete message, without empty parts. */
export function toolCallParts(delta: JsonRecord): readonly ToolCallPart[] {
  const list = delta['tool_calls'];
  const parts: ToolCallPart[] = [];
  if (Array.isArray(list)) {
    (list as readonly unknown[]).forEach((call, position) => {
      if (!isRecord(call)) return;
      const index = isIndex(call['index']) ? call['index'] : position;
      addPart(parts, index, stringOrEmpty(call['id']), call['function']);
    });
    // `function_call` is the older field for a single tool call.
  } else addPart(parts, 0, '', delta['function_call']);
  return parts;
}

function addPart(parts: ToolCallPart[], index: number, id: string, called: unknown): void {
  const name = isRecord(called) ? stringOrEmpty(called['name']) : '';
  const args = isRecord(called) ? argumentsOf(called['arguments']) : '';
  if (id !== '' || name !== '' || args !== '') parts.push({ index, id, name, arguments: args });
}

/** Returns the arguments as JSON text. Some gateways send them as an object instead of a string. */
function argumentsOf(value: unknown): string {
  return isRecord(value) ? printJson(value) : stringOrEmpty(value);
}

/** Limit for the index of a tool call. An index at or above this limit is ignored. */
const maxIndex = 10_000;

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < maxIndex;
}

/**
 * Numbers the tool calls of an answer from 0 to `maxToolCalls` − 1. Gateways that send one call per chunk use the
 * same index, or none, for every call. Therefore, a new ID together with a name starts a new call, even at an index in
 * use. A new ID alone does not start a new call, because some gateways send a new ID with every part.
 */
export class ToolCallNumbers {
  /** The latest tool call for each index in the gateway's chunks. */
  private readonly latest = new Map<number, { id: string; readonly number: number }>();
  /** The arguments received so far, by the number of the tool call. */
  private readonly json = new Map<number, string>();

  /**
   * Returns the part with the number of its call as `index`.
   * @returns undefined if the part starts a new call but the answer already has the maximum number of calls
   */
  numberPart(part: ToolCallPart): ToolCallPart | undefined {
    const { index, id, name } = part;
    let call = this.latest.get(index);
    if (!call || (name !== '' && id !== '' && call.id !== '' && id !== call.id)) {
      if (this.json.size === maxToolCalls) return undefined;
      call = { id, number: this.freeNumber(index) };
      this.latest.set(index, call);
    } else if (call.id === '') call.id = id;
    this.json.set(call.number, (this.json.get(call.number) ?? '') + part.arguments);
    return { ...part, index: call.number };
  }

  /**
   * Returns the number of a new tool call: the gateway's index if no call has this number, otherwise the number after
   * the highest one in use, or else the lowest unused number.
   */
  private freeNumber(index: number): number {
    const numbers = [...this.json.keys()];
    const isFree = (number: number): boolean => number < maxToolCalls && !this.json.has(number);
    const nextNumber = Math.max(-1, ...numbers) + 1;
    return (
      [index, nextNumber].find(isFree) ?? Array.from({ length: maxToolCalls }, (_, number) => number).find(isFree) ?? 0
    );
  }

  /** Whether the arguments of every call are complete JSON. A call may also have no arguments at all. */
  get areComplete(): boolean {
    return [...this.json.values()].every((json) => json.trim() === '' || parseJson(json) !== undefined);
  }
}
