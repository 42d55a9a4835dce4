import { linesOf } from './lineEnds';

/** The white space a line starts with. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** What all lines with something in them start with; undefined when there is none. */
export function commonIndent(lines: readonly string[]): string | undefined {
  let common: string | undefined;
  for (const line of lines) {
    if (line.trim()) common = common === undefined ? indentOf(line) : sharedStart(common, indentOf(line));
  }
  return common;
}

/**
 * A block of lines with another indentation, its inner one kept.
 * @param own what all of its lines have now
 */
export function withIndent(lines: readonly string[], own: string, indent: string): readonly string[] {
  return lines.map((line) => (line.trim() ? indent + line.slice(own.length) : line));
}

/**
 * What is inserted behind the white space that a line starts with: the other lines stand as far in as that one. A block
 * whose first line is not its outermost is left as it is: there is no telling what belongs where.
 * @param lead what stands before the cursor on its line
 */
export function indentInsertion(text: string, lead: string): string {
  const lines = linesOf(text);
  const own = commonIndent(lines) ?? '';
  const [first = ''] = lines;
  if (lines.length < 2 || !lead || lead.trim() || !first.trim() || indentOf(first) !== own) return text;
  return withIndent(lines, own, lead).join('\n').slice(lead.length);
}

function sharedStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
