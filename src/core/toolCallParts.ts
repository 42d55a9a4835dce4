import { isRecord, parseJson, type JsonRecord } from './json';

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
 * Numbers the tool calls of one answer. Servers that send one call per chunk use the same index, or none, for each: a
 * new id and a name at an index already in use begin a new call. Some servers send a new id with every piece.
 */
export class ToolCallNumbers {
  /** The latest call at each index of the server. */
  private readonly latest = new Map<number, { id: string; readonly number: number }>();
  /** The arguments of each call, by its number. */
  private readonly json = new Map<number, string>();
  private next = 0;

  /** @returns the part with the number of its call as its index */
  numberPart(part: ToolCallPart): ToolCallPart {
    const { index, id, name } = part;
    let call = this.latest.get(index);
    if (!call || (name !== '' && id !== '' && call.id !== '' && id !== call.id)) {
      call = { id, number: this.json.has(index) ? this.next : index };
      this.latest.set(index, call);
      this.next = Math.max(this.next, call.number + 1);
    } else if (call.id === '') call.id = id;
    this.json.set(call.number, (this.json.get(call.number) ?? '') + part.arguments);
    return { ...part, index: call.number };
  }

  /** Whether the arguments of every call are whole; a call may have none. */
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
  if (!isRecord(value)) return text(value);
  try {
    return JSON.stringify(value);
  } catch {
    // JSON can be parsed at any depth, but not printed.
    return '';
  }
}

/** A server that counts further has lost count. */
const highestIndex = 10_000;

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < highestIndex;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
