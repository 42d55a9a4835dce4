function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** Returns the indentation that all lines share, or undefined if all lines are blank. */
function commonIndent(lines: readonly string[]): string | undefined {
  let common: string | undefined;
  for (const line of lines) {
    if (line.trim()) common = common === undefined ? indentOf(line) : commonPrefix(common, indentOf(line));
  }
  return common;
}

/**
 * Replaces the indentation that all lines share with a different indentation. The indentation of the lines relative to
 * each other does not change.
 * @param current the indentation that all lines share
 */
function replaceIndent(lines: readonly string[], current: string, indent: string): readonly string[] {
  return lines.map((line) => (line.trim() ? indent + line.slice(current.length) : line));
}

/**
 * Indents an inserted text of several lines like the line with the cursor. The text stays unchanged if anything but
 * indentation precedes the cursor. It also stays unchanged if a later line is indented less than the first, because the
 * intended indentation is then unknown.
 * @param linePrefix the text before the cursor on its line
 */
export function indentInsertion(text: string, linePrefix: string): string {
  const lines = splitLines(text);
  const current = commonIndent(lines) ?? '';
  const [first = ''] = lines;
  if (lines.length < 2 || !linePrefix || linePrefix.trim() || !first.trim() || indentOf(first) !== current) return text;
  return replaceIndent(lines, current, linePrefix).join('\n').slice(linePrefix.length);
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

const anyLineEnd = /\r\n|\r|\n/g;

/**
 * Replaces every line ending of a text with `lineEnd`, because VS Code uses only one kind of line ending in a document.
 */
export function withLineEnds(text: string, lineEnd: '\n' | '\r\n'): string {
  return text.replace(anyLineEnd, lineEnd);
}

function splitLines(text: string): readonly string[] {
  return text.split(anyLineEnd);
}

/** Result of a search for code in a document: the offsets of the code, or the reason why the code can't be located. */
export type CodeSearchResult =
  | { readonly type: 'found'; readonly start: number; readonly end: number }
  | { readonly type: 'changed' | 'ambiguous' };

/**
 * Searches a document for the code that was sent with a prompt: first at the original position of the code, then in the
 * entire document.
 * @param text the text of the document
 * @param offset the original offset of the code, which can be beyond the end of the document
 */
export function locateCode(text: string, original: string, offset: number): CodeSearchResult {
  const code = withLineEnds(original, text.includes('\r\n') ? '\r\n' : '\n');
  if (text.startsWith(code, offset)) return { type: 'found', start: offset, end: offset + code.length };
  const start = text.indexOf(code);
  if (start < 0) return { type: 'changed' };
  if (text.includes(code, start + 1)) return { type: 'ambiguous' };
  return { type: 'found', start, end: start + code.length };
}

/**
 * Matches the line breaks at the end of a text. Without the lookbehind, a long series of line breaks would take
 * quadratic time, because the expression would be tried at each line break.
 */
const finalLineEnds = /(?<![\r\n])[\r\n]+$/;

/**
 * Adapts a code block from an answer to the selection that it replaces. The result ends with a line break if the
 * selection does. If the code block lacks the selection's indentation, the indentation is added.
 * @param indent the whitespace before the selection on its first line, or an empty string if other text precedes the
 * selection
 */
export function fitReplacement(original: string, replacement: string, indent = ''): string {
  const body = splitLines(replacement.replace(finalLineEnds, ''));
  const fitted = indent
    ? fitAfterIndent(splitLines(original), body, indent)
    : fitWholeLines(splitLines(original), body);
  const text = fitted.join('\n');
  return original.endsWith('\n') ? `${text}\n` : text;
}

/**
 * Adds the missing indentation to a code block that replaces complete lines. If any line of the code block is indented
 * less than the first, the code block stays unchanged, because that line might be part of a multi-line string.
 */
function fitWholeLines(original: readonly string[], body: readonly string[]): readonly string[] {
  const indent = commonIndent(original) ?? '';
  const current = commonIndent(body) ?? '';
  const [first = ''] = body;
  const isMoreIndented = indent.length > current.length && indent.startsWith(current);
  const lacksIndent = isMoreIndented && first.trim() !== '' && indentOf(first) === current;
  return lacksIndent ? replaceIndent(body, current, indent) : body;
}

/**
 * Adapts a code block to a selection that starts directly after the indentation of a line. The first line of the code
 * block gets no indentation, because the document already contains it. The other lines are indented. They stay
 * unchanged if they would then be indented more than the replaced lines.
 */
function fitAfterIndent(original: readonly string[], body: readonly string[], indent: string): readonly string[] {
  const [first = '', ...rest] = body;
  if (first.startsWith(indent)) return [first.slice(indent.length), ...rest];
  const current = commonIndent(rest);
  const expected = commonIndent(original.slice(1)) ?? indent;
  if (current === undefined || indentOf(first) || current.length + indent.length > expected.length) return body;
  return [first, ...replaceIndent(rest, '', indent)];
}
