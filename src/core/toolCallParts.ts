import { maxToolCalls } from './answerSize';
import { isRecord, parseJson, printJson, type JsonRecord } from './json';

/** A piece of a tool call; the arguments of the pieces with the same index, one after the other, are its JSON. */
export interface ToolCallPart {
  readonly index: number;
  /** Empty in all pieces but the first. */
  readonly id: string;
  /** Empty in all pieces but the first. */
  readonly name: string;
  readonly arguments: string;
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

/** The tool calls of a delta or a whole message; pieces that say nothing are left out. */
export function toolCallParts(delta: JsonRecord): readonly ToolCallPart[] {
  const list = delta['tool_calls'];
  const parts: ToolCallPart[] = [];
  if (Array.isArray(list)) {
    (list as readonly unknown[]).forEach((call, position) => {
      if (!isRecord(call)) return;
      const index = isIndex(call['index']) ? call['index'] : position;
      add(parts, index, text(call['id']), call['function']);
    });
    // What tool calls were called before there could be more than one.
  } else add(parts, 0, '', delta['function_call']);
  return parts;
}

function add(parts: ToolCallPart[], index: number, id: string, called: unknown): void {
  const name = isRecord(called) ? text(called['name']) : '';
  const args = isRecord(called) ? argumentsOf(called['arguments']) : '';
  if (id !== '' || name !== '' || args !== '') parts.push({ index, id, name, arguments: args });
}

/** A string of JSON; some servers send the JSON itself. */
function argumentsOf(value: unknown): string {
  return isRecord(value) ? printJson(value) : text(value);
}

/** An index that a server sends must be smaller than this; a larger one is ignored. */
const highestIndex = 10_000;

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < highestIndex;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
