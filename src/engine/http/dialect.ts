import { maxToolCalls } from '../events/events';
import { firstOf, hasContent, isError, stringOrEmpty } from '../faults/errorBody';
import { isRecord, listIn, parseJson, printJson, recordIn, type JsonRecord } from '../json';
import { readFinishReason, type Delta, type DeltaSink, type TextDelta, type ToolCallPart } from './deltas';
import { ResponsesReader } from './responsesApi';
import { readUsage } from './usageFields';

/**
 * Reads a `chat.completion.chunk`, a complete `chat.completion`, or an event of the Responses API, in the dialect of
 * any OpenAI-compatible gateway.
 * @returns false if the data is not a JSON object
 */
export function readChunk(
  data: string,
  sink: DeltaSink,
  history = new ChunkHistory(),
  responses = new ResponsesReader(sink),
): boolean {
  // Google sends an error as a list with one element.
  const chunk = firstOf(parseJson(data));
  if (!isRecord(chunk)) return false;
  const choice = firstChoice(chunk['choices']);
  if (isError(chunk)) sink({ type: 'error', error: chunk });
  else if (choice) {
    if (history.isRestart(chunk, choice)) sink({ type: 'restartInStream' });
    readChoice(choice, sink, history);
  } else responses.read(chunk);
  const groq = recordIn(chunk['x_groq'])['usage'];
  // Moonshot reports the usage in an element of `choices`, and Google in the field `usageMetadata`.
  const usage = readUsage(chunk['usage'] ?? groq ?? choice?.['usage'] ?? chunk['usageMetadata'], chunk);
  if (usage) sink({ type: 'usage', usage });
  return true;
}

/** Returns the choice with index 0 of a chunk. A loop is faster than `find`, and this function runs for every token. */
function firstChoice(choices: unknown): JsonRecord | undefined {
  for (const choice of listIn(choices)) {
    if (isRecord(choice) && (typeof choice['index'] !== 'number' || choice['index'] === 0)) return choice;
  }
  return undefined;
}

const minRepeatedChars = 16;

/** Number of characters at the start of a text by which the text is recognized. */
const maxHeadChars = 64;

/**
 * Recognizes a text by its length, its start and its last piece. Keeping the complete text would take more time for
 * each token.
 */
class TextMark {
  length = 0;
  private head = '';
  private lastPiece = '';

  add(piece: string): void {
    if (this.length < maxHeadChars) this.head += piece;
    this.length += piece.length;
    this.lastPiece = piece;
  }

  isStartOf(text: string): boolean {
    const { length, head, lastPiece } = this;
    return text.length >= length && text.startsWith(head) && text.startsWith(lastPiece, length - lastPiece.length);
  }
}

/** Remembers the previous chunks of a stream, in order to detect repeated text and restarts of the answer. */
export class ChunkHistory {
  private id: string | undefined;
  /**
   * Whether the latest ID has occurred in several chunks. Only then can a new ID show that the gateway has restarted
   * the answer, because some gateways give each chunk a different ID.
   */
  private hasRepeatedId = false;
  private texts = { text: new TextMark(), reasoning: new TextMark() };
  private hasTextInDeltas = false;
  hasToolCalls = false;

  record(delta: Delta): void {
    if (delta.type === 'text' || delta.type === 'reasoning') this.texts[delta.type].add(delta.text);
    else if (delta.type === 'toolCall') this.hasToolCalls = true;
    else if (delta.type === 'restartInStream') {
      this.texts = { text: new TextMark(), reasoning: new TextMark() };
      this.hasTextInDeltas = this.hasToolCalls = false;
    }
  }

  /**
   * Returns whether a text repeats the complete answer received so far. Such a repetition comes from the gateway,
   * because a model does not repeat its complete answer by chance.
   */
  isRepeated(text: unknown): boolean {
    const before = this.texts.text;
    return (
      typeof text === 'string' &&
      text.length >= minRepeatedChars &&
      text.length === before.length &&
      before.isStartOf(text)
    );
  }

  recordEndOfDelta(): void {
    this.hasTextInDeltas ||= this.texts.text.length + this.texts.reasoning.length > 0;
  }

  /**
   * Returns the new part of a `message` text. After deltas, the `message` contains the complete answer. Without deltas,
   * each `message` contains either the answer so far or a further part of it.
   */
  unread({ type, text }: TextDelta): string {
    const before = this.texts[type];
    if (before.isStartOf(text)) return text.slice(before.length);
    return this.hasTextInDeltas ? '' : text;
  }

  /**
   * Returns whether the gateway starts the answer over in the middle of a stream. The gateway software new-api does
   * this when its connection to a provider breaks and another provider answers. The second answer has a different ID
   * and repeats the role.
   */
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

function readChoice(choice: JsonRecord, sink: DeltaSink, history: ChunkHistory): void {
  const { delta, message } = choice;
  const native = readFinishReason(choice['native_finish_reason']);
  const reason = readFinishReason(choice['finish_reason']);
  // OpenRouter reports a failure of the provider only in `native_finish_reason`, the provider's own finish reason.
  const finish = reason && native?.type === 'cut' ? native : reason;
  if (isRecord(delta) && !(finish && history.isRepeated(delta['content']))) {
    readDelta(delta, sink);
    history.recordEndOfDelta();
  }
  if (isRecord(message)) readMessage(message, sink, history);
  else if (!isRecord(delta)) emitText(sink, 'text', stringOrEmpty(choice['text']));
  const errors = [choice, delta, message].map((part) => recordIn(part)['error']);
  const error = errors.find(hasContent);
  if (error !== undefined) return sink({ type: 'error', error: { error } });
  if (finish) sink({ type: 'finish', finish });
  else if ('finish_reason' in choice) sink({ type: 'finishReasonPending' });
}

/** Names of the fields in which gateways send reasoning. GitHub Copilot uses `reasoning_text`. */
const reasoningFields = ['reasoning_content', 'reasoning', 'reasoning_text', 'thinking'] as const;

function readDelta(delta: JsonRecord, sink: DeltaSink): void {
  // Only the first nonempty field is read, because some gateways send the same reasoning in several of these fields.
  const field = reasoningFields.find((name) => stringOrEmpty(delta[name]) !== '');
  emitText(sink, 'reasoning', field === undefined ? reasoningDetails(delta) : stringOrEmpty(delta[field]));
  const content = delta['content'];
  if (Array.isArray(content)) readParts(content, sink);
  else emitText(sink, 'text', stringOrEmpty(content));
  emitText(sink, 'text', stringOrEmpty(delta['refusal']));
  for (const part of toolCallParts(delta)) sink({ type: 'toolCall', part });
}

/** Reads the `message` of a complete response. Some gateways also end a stream with a complete message. */
function readMessage(message: JsonRecord, sink: DeltaSink, history: ChunkHistory): void {
  const texts = { reasoning: '', text: '' };
  const { hasToolCalls } = history;
  const calls: Delta[] = [];
  readDelta(message, (delta) => {
    if (delta.type === 'text' || delta.type === 'reasoning') texts[delta.type] += delta.text;
    else calls.push(delta);
  });
  for (const type of ['reasoning', 'text'] as const) emitText(sink, type, history.unread({ type, text: texts[type] }));
  if (!hasToolCalls) calls.forEach(sink);
}

/**
 * Returns the reasoning from OpenRouter's field `reasoning_details: [{type: 'reasoning.text', text}]`, which is usually
 * a copy of the field `reasoning`.
 */
function reasoningDetails(delta: JsonRecord): string {
  return listIn(delta['reasoning_details'])
    .map(recordIn)
    .map(({ text, summary }) => stringOrEmpty(text) || stringOrEmpty(summary))
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
    for (const thought of [part['thinking']].flat())
      emitText(sink, 'reasoning', stringOrEmpty(isRecord(thought) ? thought['text'] : thought));
  }
}

function emitText(sink: DeltaSink, type: 'text' | 'reasoning', text: string): void {
  if (text !== '') sink({ type, text });
}

/** Returns the parts of tool calls in a delta. Empty parts are omitted. */
export function toolCallParts(delta: JsonRecord): readonly ToolCallPart[] {
  const list = delta['tool_calls'];
  const parts: ToolCallPart[] = [];
  if (Array.isArray(list)) {
    list.map(recordIn).forEach(({ index, id, function: called }, position) => {
      const hasIndex = typeof index === 'number' && index >= 0;
      addPart(parts, hasIndex ? index : position, stringOrEmpty(id), called);
    });
    // `function_call` is the older field for a single tool call.
  } else addPart(parts, 0, '', delta['function_call']);
  return parts;
}

function addPart(parts: ToolCallPart[], index: number, id: string, called: unknown): void {
  const { name: calledName, arguments: value } = recordIn(called);
  const name = stringOrEmpty(calledName);
  // Some gateways send the arguments of a tool call as an object instead of JSON text.
  const json = isRecord(value) ? printJson(value) : stringOrEmpty(value);
  if (id + name + json !== '') parts.push({ index, id, name, arguments: json });
}

interface NumberedCall {
  readonly number: number;
  id: string;
  /** JSON text of the arguments received so far. */
  json: string;
}

/**
 * Numbers the tool calls of an answer 0, 1, 2 … in the order in which they begin. The index from the gateway is
 * unreliable, because some gateways send the same index, or none, for all calls.
 */
export class ToolCallNumbers {
  private readonly calls: NumberedCall[] = [];
  /** The latest tool call for each index. The keys are the indexes that the gateway has sent. */
  private readonly latestCalls = new Map<number, NumberedCall>();

  /**
   * Returns the part with the number of its tool call as `index`. Returns undefined if the answer has too many tool
   * calls.
   */
  numberPart(part: ToolCallPart): ToolCallPart | undefined {
    const { index, id, name } = part;
    let call = this.latestCalls.get(index);
    // A new ID with a name starts a new call. A new ID alone does not, because some gateways send a new ID with every
    // part.
    if (!call || (name !== '' && id !== '' && call.id !== '' && id !== call.id)) {
      if (this.calls.length === maxToolCalls) return undefined;
      call = { number: this.calls.length, id, json: '' };
      this.calls.push(call);
      this.latestCalls.set(index, call);
    } else if (call.id === '') call.id = id;
    call.json += part.arguments;
    return { ...part, index: call.number };
  }

  /** Whether the arguments of all tool calls are complete. A call without arguments is also complete. */
  get areComplete(): boolean {
    return this.calls.every(({ json }) => json.trim() === '' || parseJson(json) !== undefined);
  }
}
