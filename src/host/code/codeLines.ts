/** The white space a line starts with. */
function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** What all lines with something in them start with; undefined when there is none. */
function commonIndent(lines: readonly string[]): string | undefined {
  let common: string | undefined;
  for (const line of lines) {
    if (line.trim()) common = common === undefined ? indentOf(line) : commonPrefix(common, indentOf(line));
  }
  return common;
}

/**
 * A block of lines with another indentation, its inner one kept.
 * @param own what all of its lines have now
 */
function replaceIndent(lines: readonly string[], own: string, indent: string): readonly string[] {
  return lines.map((line) => (line.trim() ? indent + line.slice(own.length) : line));
}

/**
 * What is inserted behind the white space that a line starts with: the other lines stand as far in as that one. A block
 * whose first line is not its outermost is left as it is: there is no telling what belongs where.
 * @param lead what stands before the cursor on its line
 */
export function indentInsertion(text: string, lead: string): string {
  const lines = splitLines(text);
  const own = commonIndent(lines) ?? '';
  const [first = ''] = lines;
  if (lines.length < 2 || !lead || lead.trim() || !first.trim() || indentOf(first) !== own) return text;
  return replaceIndent(lines, own, lead).join('\n').slice(lead.length);
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

const anyLineEnd = /\r\n|\r|\n/g;

/** The same text with one kind of line end throughout, as an editor's documents have it. */
export function withLineEnds(text: string, lineEnd: '\n' | '\r\n'): string {
  return text.replace(anyLineEnd, lineEnd);
}

export function splitLines(text: string): readonly string[] {
  return text.split(anyLineEnd);
}

export type CodeSearchResult =
  { readonly type: 'found'; readonly start: number; readonly end: number } | { readonly type: 'changed' | 'ambiguous' };

/**
 * Where code is now that was somewhere when it was asked about: where it was, else the only other place that has it.
 * @param text of the whole document
 * @param at offset it was at, or anything else when there is no such place any more
 */
export function locateCode(text: string, original: string, at: number): CodeSearchResult {
  const code = withLineEnds(original, text.includes('\r\n') ? '\r\n' : '\n');
  if (text.startsWith(code, at)) return { type: 'found', start: at, end: at + code.length };
  const start = text.indexOf(code);
  if (start < 0) return { type: 'changed' };
  if (text.includes(code, start + 1)) return { type: 'ambiguous' };
  return { type: 'found', start, end: start + code.length };
}

/**
 * A code block as the replacement of a selection: with a final line break where the selection has one, else without, and
 * as far in as the selection is, where the model has left that out. Whatever could be meant as it is stays as it is.
 * @param lead the white space before the selection on its first line; empty when anything else is there
 */
export function fitReplacement(original: string, replacement: string, lead = ''): string {
  const body = splitLines(replacement.replace(/(\r?\n)+$/, ''));
  const fitted = lead ? fitAfterIndent(splitLines(original), body, lead) : fitWholeLines(splitLines(original), body);
  const text = fitted.join('\n');
  return original.endsWith('\n') ? `${text}\n` : text;
}

/** Shifts a block whose outermost line is its first: an inner line that is further out may be the inside of a string. */
function fitWholeLines(original: readonly string[], body: readonly string[]): readonly string[] {
  const indent = commonIndent(original) ?? '';
  const own = commonIndent(body) ?? '';
  const [first = ''] = body;
  const lacks = indent.length > own.length && indent.startsWith(own) && first.trim() !== '' && indentOf(first) === own;
  return lacks ? replaceIndent(body, own, indent) : body;
}

/** The first line has its indentation already; the others are shifted when they are further out than what they replace. */
function fitAfterIndent(original: readonly string[], body: readonly string[], lead: string): readonly string[] {
  const [first = '', ...rest] = body;
  if (first.startsWith(lead)) return [first.slice(lead.length), ...rest];
  const own = commonIndent(rest);
  const expected = commonIndent(original.slice(1)) ?? lead;
  if (own === undefined || indentOf(first) || own.length + lead.length > expected.length) return body;
  return [first, ...replaceIndent(rest, '', lead)];
}
