import { maxToolCalls, type Usage } from '../events';
import { isError } from '../faults/providerError';
import { visibleText } from '../gateway/visibleText';
import { isRecord, parseJson, printJson, type JsonRecord } from '../json';

/** A piece of a tool call; the arguments of the pieces with the same index, one after the other, are its JSON. */
export interface ToolCallPart {
  readonly index: number;
  /** Empty in all pieces but the first. */
  readonly id: string;
  /** Empty in all pieces but the first. */
  readonly name: string;
  readonly arguments: string;
}

/** A part of what a stream says. */
export type Delta =
  | { readonly type: 'text' | 'reasoning'; readonly text: string }
  /** The text of this attempt so far was reasoning: only the end of the reasoning was marked. */
  | { readonly type: 'textWasReasoning'; readonly text: string }
  | { readonly type: 'toolCall'; readonly part: ToolCallPart }
  | { readonly type: 'finish'; readonly finish: Finish }
  /** The chunk has a `finish_reason` field, which is still empty. */
  | { readonly type: 'finishReasonPending' }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The gateway starts the answer over, in the middle of the stream. */
  | { readonly type: 'restartInStream' }
  /** The body of an error, as `readProviderError` takes it. */
  | { readonly type: 'error'; readonly error: unknown };

/** What an attempt adds to the answer or changes in it. */
export type AnswerDelta = Extract<
  Delta,
  { readonly type: 'text' | 'reasoning' | 'textWasReasoning' | 'toolCall' | 'restartInStream' }
>;

/** Receives the deltas of a stream in their order. It is the only interface between the body of a response and the turn. */
export type DeltaSink = (delta: Delta) => void;

/** A sink that may hold deltas back, until it is flushed. */
export interface DeltaFilter {
  readonly onDelta: DeltaSink;
  /** Passes on what is held, because nothing follows that belongs to it. */
  flush(): void;
}

/**
 * Reads one `chat.completion.chunk`, or a whole completion, in any of the dialects of OpenAI-compatible servers:
 * `content` as a string or as parts, `reasoning_content` or `reasoning`, tool calls or the older function call,
 * `choices: []`, usage in odd places.
 * @param messages what is known of the stream's earlier chunks
 * @returns false where the data is no JSON object
 */
export function readChunk(data: string, sink: DeltaSink, messages?: RestartDetector): boolean {
  const json = parseJson(data);
  // Google puts an error into a list of one.
  const chunk: unknown = Array.isArray(json) ? json[0] : json;
  if (!isRecord(chunk)) return false;
  if (isError(chunk)) {
    sink({ type: 'error', error: chunk });
    return true;
  }
  const choice = firstChoice(chunk['choices']);
  if (choice) {
    if (messages?.isRestart(chunk, choice)) sink({ type: 'restartInStream' });
    readChoice(choice, sink);
  }
  const groq = isRecord(chunk['x_groq']) ? chunk['x_groq']['usage'] : undefined;
  // Moonshot counts inside the choice.
  const usage = readUsage(chunk['usage'] ?? groq ?? choice?.['usage']);
  if (usage) sink({ type: 'usage', usage });
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
export class RestartDetector {
  private id: string | undefined;
  /** Two chunks had the same id: this server does not give every chunk an id of its own. */
  private hasRepeatedId = false;

  /** Whether this chunk begins another message. */
  isRestart({ id }: JsonRecord, { delta }: JsonRecord): boolean {
    if (typeof id !== 'string' || id === '' || !isRecord(delta)) return false;
    if (id === this.id) {
      this.hasRepeatedId = true;
      return false;
    }
    const restarts = this.hasRepeatedId && stringOrEmpty(delta['role']) !== '';
    this.id = id;
    this.hasRepeatedId = false;
    return restarts;
  }
}

function readChoice(choice: JsonRecord, sink: DeltaSink): void {
  const delta = isRecord(choice['delta']) ? choice['delta'] : choice['message'];
  if (isRecord(delta)) {
    // Some servers send the same thought under both names.
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

/** OpenRouter: `reasoning_details: [{type: 'reasoning.text', text}]`, usually beside `reasoning`. */
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
    const thinks = /^(?:thinking|reasoning)/.test(stringOrEmpty(part['type']));
    emitText(sink, thinks ? 'reasoning' : 'text', stringOrEmpty(part['text']));
    const thinking = part['thinking'];
    const thoughts: readonly unknown[] = Array.isArray(thinking) ? thinking : [thinking];
    for (const thought of thoughts)
      emitText(sink, 'reasoning', stringOrEmpty(isRecord(thought) ? thought['text'] : thought));
  }
}

function emitText(sink: DeltaSink, type: 'text' | 'reasoning', text: string): void {
  if (text !== '') sink({ type, text });
}

/** The tool calls of a delta or a whole message; pieces that say nothing are left out. */
export function toolCallParts(delta: JsonRecord): readonly ToolCallPart[] {
  const list = delta['tool_calls'];
  const parts: ToolCallPart[] = [];
  if (Array.isArray(list)) {
    (list as readonly unknown[]).forEach((call, position) => {
      if (!isRecord(call)) return;
      const index = isIndex(call['index']) ? call['index'] : position;
      addPart(parts, index, stringOrEmpty(call['id']), call['function']);
    });
    // What tool calls were called before there could be more than one.
  } else addPart(parts, 0, '', delta['function_call']);
  return parts;
}

function addPart(parts: ToolCallPart[], index: number, id: string, called: unknown): void {
  const name = isRecord(called) ? stringOrEmpty(called['name']) : '';
  const args = isRecord(called) ? argumentsOf(called['arguments']) : '';
  if (id !== '' || name !== '' || args !== '') parts.push({ index, id, name, arguments: args });
}

/** A string of JSON; some servers send the JSON itself. */
function argumentsOf(value: unknown): string {
  return isRecord(value) ? printJson(value) : stringOrEmpty(value);
}

/** An index that a server sends must be smaller than this; a larger one is ignored. */
const maxIndex = 10_000;

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < maxIndex;
}

function stringOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Zeros in every event are what a server fills in before it has counted. */
function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const promptTokens = tokenCount(usage['prompt_tokens'] ?? usage['input_tokens']);
  const completionTokens = tokenCount(usage['completion_tokens'] ?? usage['output_tokens']);
  const totalTokens = tokenCount(usage['total_tokens']) || promptTokens + completionTokens;
  return totalTokens === 0 ? undefined : { promptTokens, completionTokens, totalTokens };
}

function tokenCount(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

/**
 * Numbers the tool calls of one answer from 0 to below `maxToolCalls`. Servers that send one call per chunk use the
 * same index, or none, for each: a new id and a name at an index already in use begin a new call. Some servers send a
 * new id with every piece.
 */
export class ToolCallNumbers {
  /** The latest call for each index that the server sent. */
  private readonly latest = new Map<number, { id: string; readonly number: number }>();
  /** The arguments of each call, by its number. */
  private readonly json = new Map<number, string>();

  /**
   * Returns the part with the number of its call in place of the server's index, or undefined when the answer already
   * has the maximum number of calls.
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
   * Returns the index itself if it is free, otherwise the number after the highest one in use, or the lowest free
   * number.
   */
  private freeNumber(index: number): number {
    const numbers = [...this.json.keys()];
    const isFree = (number: number): boolean => number < maxToolCalls && !this.json.has(number);
    const following = Math.max(-1, ...numbers) + 1;
    return [index, following].find(isFree) ?? Array.from({ length: maxToolCalls }, (_, at) => at).find(isFree) ?? 0;
  }

  /** Whether the arguments of every call are complete JSON. A call may also have no arguments at all. */
  get areComplete(): boolean {
    return [...this.json.values()].every((json) => json.trim() === '' || parseJson(json) !== undefined);
  }
}

/** The meaning of a finish reason: the answer is complete, a filter stopped it, or the provider failed. */
export type Finish =
  { readonly type: 'complete'; readonly reason: string } | { readonly type: 'filtered' } | { readonly type: 'cut' };

/**
 * The spellings of the providers behind OpenAI-compatible gateways, without case and separators. Sources: the finish
 * reasons of OpenAI, Anthropic (`stop_reason`), Google (`FinishReason`), Mistral, Cohere, Bedrock, DeepSeek, Zhipu
 * and vLLM.
 */
const finishReasons: readonly (readonly [pattern: RegExp, finish: Finish])[] = [
  [/^(stop|endturn|stopsequence|eos|eostoken|complete|completed)$/, { type: 'complete', reason: 'stop' }],
  [
    /^(length|modellength|maxlength|max(output|completion|new)?tokens|tokenlimit|errorlimit|(model|max)?context.*)$/,
    { type: 'complete', reason: 'length' },
  ],
  [/^(toolcalls?|tooluse|functioncall)$/, { type: 'complete', reason: 'tool_calls' }],
  [
    /^(contentfilter|contentfiltered|sensitive|safety|recitation|(image)?prohibitedcontent|blocklist|spii|imagesafety|modelarmor|refusal|guardrailintervened|errortoxic)/,
    { type: 'filtered' },
  ],
  [
    /^(abort|aborted|cancelled|canceled|networkerror|insufficientsystemresource|error|servererror|engineerror|unknownerror|internalerror|upstreamerror|timeout)/,
    { type: 'cut' },
  ],
];

/** Maximum length of a reason that is kept, in characters. The known reasons are at most half as long. */
const maxReasonChars = 60;

/**
 * Reads a `finish_reason` in any provider's spelling. An unknown reason means a complete answer, under its own name.
 * @returns undefined where there is none: null, empty, or the text `"null"`
 */
export function readFinishReason(value: unknown): Finish | undefined {
  if (typeof value !== 'string') return undefined;
  const reason = visibleText(value, maxReasonChars);
  if (reason === '' || /^(null|none)$/i.test(reason)) return undefined;
  const bare = reason.toLowerCase().replace(/[\s_-]/g, '');
  return finishReasons.find(([pattern]) => pattern.test(bare))?.[1] ?? { type: 'complete', reason };
}
