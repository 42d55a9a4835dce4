import { stringOrEmpty } from '../faults/errorBody';
import { isRecord, listIn, recordIn, type JsonRecord } from '../json';
import { readFinishReason, type DeltaSink, type TextDelta } from './deltas';
import { readUsage } from './usageFields';

const textEvent = /^response\.(output_text|refusal|reasoning_text|reasoning_summary_text)\.(?:delta|done)$/;

const endEvent = /^response\.(completed|incomplete|failed|cancelled|done)$/;

interface Part {
  readonly type: TextDelta['type'];
  readonly name: string;
  readonly text: string;
}

/**
 * Reads complete responses of the Responses API, and its events, which some gateways send inside a chat stream. A text
 * that arrives several times (in deltas, in `.done` events and in the last event) is passed on only once.
 */
export class ResponsesReader {
  isActive = false;
  /**
   * Whether the answer arrives in ordinary chat chunks. If so, the text and the tool calls in events of the Responses
   * API are ignored, because they are a second copy of the answer.
   */
  isAnswerInChunks = false;
  /**
   * The texts that have been passed on, to recognize later copies: each part of the answer, the joined text, the joined
   * reasoning, and the arguments of each tool call.
   */
  private readonly passedTexts = new Map<string, string>();
  /**
   * Index of each tool call in the order of arrival, starting at 0. The keys are the positions of the calls in the
   * response's output.
   */
  private readonly calls = new Map<string, number>();

  constructor(private readonly sink: DeltaSink) {}

  /** Reads a chunk without `choices`. Ignores a chunk that is not part of the Responses API. */
  read(chunk: JsonRecord): void {
    const { item, part, response, object, status } = chunk;
    if (object === 'response') return this.readEnd(chunk, stringOrEmpty(status));
    const type = stringOrEmpty(chunk['type']);
    if (!type.startsWith('response.')) return;
    // Only the last event of the Responses API completes an answer. Without it, the answer is incomplete even if
    // `[DONE]` arrives.
    if (!this.isActive) this.sink({ type: 'finishReasonPending' });
    this.isActive = true;
    const position = positionOf(chunk);
    const isDone = type.endsWith('.done');
    const text = textEvent.exec(type)?.[1];
    const end = endEvent.exec(type)?.[1];
    if (text !== undefined) {
      const { delta, text: complete = chunk['refusal'] } = chunk;
      this.addText(position, partOf(chunk, text, isDone ? complete : delta), isDone);
    } else if (type.startsWith('response.function_call_arguments.'))
      this.addCall(position, { arguments: chunk[isDone ? 'arguments' : 'delta'] }, isDone);
    else if (isRecord(item)) this.readItem(item, position, isDone);
    else if (isRecord(part) && isDone) {
      this.addText(position, partOf(chunk, stringOrEmpty(part['type']), part['text'] ?? part['refusal']), true);
    } else if (isRecord(response) && end !== undefined)
      this.readEnd(response, response['status'] === 'incomplete' ? 'incomplete' : end);
  }

  private readItem(item: JsonRecord, position: string, isDone: boolean): void {
    if (item['type'] === 'function_call') return this.addCall(position, item, isDone);
    if (isDone) for (const part of partsOf(item)) this.addText(position, part, true);
  }

  /**
   * Reads a complete response. The positions of its items can differ from the positions in earlier events. The texts of
   * all items are therefore joined and compared with the joined texts of the events.
   */
  private readEnd(response: JsonRecord, status: string): void {
    const items = listIn(response['output']).filter(isRecord);
    const parts = items.flatMap(partsOf);
    for (const type of ['reasoning', 'text'] as const) {
      const text = parts.flatMap((part) => (part.type === type ? part.text : [])).join('');
      this.pass(type, this.takeUnread(type, text, true));
    }
    if (this.calls.size === 0) items.forEach((item, index) => this.readItem(item, String(index), false));
    const usage = readUsage(response['usage'], response);
    if (usage) this.sink({ type: 'usage', usage });
    this.readStatus(response, status);
  }

  private readStatus({ incomplete_details: details }: JsonRecord, status: string): void {
    if (status === 'in_progress' || status === 'queued') return;
    const reason = readFinishReason(recordIn(details)['reason']);
    if (status === 'incomplete' && reason) this.sink({ type: 'finish', finish: reason });
    else if (status === 'completed' || status === 'done' || status === '')
      this.sink({ type: 'finish', finish: { type: 'complete', reason: this.calls.size > 0 ? 'tool_calls' : 'stop' } });
    else this.sink({ type: 'finish', finish: { type: 'cut' } });
  }

  private addText(position: string, { type, name, text }: Part, isComplete: boolean): void {
    const unread = this.takeUnread(`${position} ${name}`, text, isComplete);
    this.passedTexts.set(type, (this.passedTexts.get(type) ?? '') + unread);
    this.pass(type, unread);
  }

  private addCall(position: string, call: JsonRecord, isComplete: boolean): void {
    const isNew = !this.calls.has(position);
    const index = this.calls.get(position) ?? this.calls.size;
    this.calls.set(position, index);
    const id = isNew ? stringOrEmpty(call['call_id']) || stringOrEmpty(call['id']) : '';
    const name = isNew ? stringOrEmpty(call['name']) : '';
    const json = this.takeUnread(`call ${position}`, stringOrEmpty(call['arguments']), isComplete);
    if (id + name + json !== '' && !this.isAnswerInChunks)
      this.sink({ type: 'toolCall', part: { index, id, name, arguments: json } });
  }

  private pass(type: TextDelta['type'], text: string): void {
    if (text !== '' && !this.isAnswerInChunks) this.sink({ type, text });
  }

  /**
   * Returns the part of a text that has not been passed on. A delta is returned unchanged. If the complete text
   * arrives, the part that follows the earlier deltas is returned.
   * @param key identifies the text
   */
  private takeUnread(key: string, text: string, isComplete: boolean): string {
    const before = this.passedTexts.get(key) ?? '';
    const unread = isComplete ? (text.startsWith(before) ? text.slice(before.length) : '') : text;
    this.passedTexts.set(key, before + unread);
    return unread;
  }
}

function partsOf(item: JsonRecord): readonly Part[] {
  return (['summary', 'content'] as const).flatMap((list) =>
    listIn(item[list])
      .map(recordIn)
      .map(({ type, text, refusal }, index) =>
        partOf({ [`${list}_index`]: index }, stringOrEmpty(type), text ?? refusal),
      ),
  );
}

/**
 * Returns a text or reasoning part of an output item.
 * @param source contains the index of the part in its item: `content_index` or `summary_index`
 */
function partOf(source: JsonRecord, type: string, text: unknown): Part {
  const { content_index: content, summary_index: summary } = source;
  const name = summary === undefined ? `content ${numberOrZero(content)}` : `summary ${numberOrZero(summary)}`;
  return { type: /^(?:reasoning|summary)/.test(type) ? 'reasoning' : 'text', name, text: stringOrEmpty(text) };
}

/**
 * Returns the position of the output item to which an event belongs. If the gateway does not send the position, returns
 * the ID of the item.
 */
function positionOf({ output_index: index, item_id: id, item }: JsonRecord): string {
  return typeof index === 'number' ? String(index) : stringOrEmpty(id ?? recordIn(item)['id']);
}

function numberOrZero(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
