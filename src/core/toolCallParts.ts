import { isRecord, type JsonRecord } from './json';

/** A piece of a tool call; the arguments of the pieces with the same index, one after the other, are its JSON. */
export interface ToolCallPart {
  readonly index: number;
  /** Empty in all pieces but the first. */
  readonly id: string;
  /** Empty in all pieces but the first. */
  readonly name: string;
  readonly arguments: string;
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

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
