import { commonIndent, indentOf, linesOf, withIndent } from './codeLines';

/**
 * A code block as the replacement of a selection: with a final line break where the selection has one, else without, and
 * as far in as the selection is, where the model has left that out. Whatever could be meant as it is stays as it is.
 * @param lead the white space before the selection on its first line; empty when anything else is there
 */
export function fitReplacement(original: string, replacement: string, lead = ''): string {
  const body = linesOf(replacement.replace(/(\r?\n)+$/, ''));
  const fitted = lead ? fitBehindLead(linesOf(original), body, lead) : fitWholeLines(linesOf(original), body);
  const text = fitted.join('\n');
  return original.endsWith('\n') ? `${text}\n` : text;
}

/** Shifts a block whose outermost line is its first: an inner line that is further out may be the inside of a string. */
function fitWholeLines(original: readonly string[], body: readonly string[]): readonly string[] {
  const indent = commonIndent(original) ?? '';
  const own = commonIndent(body) ?? '';
  const [first = ''] = body;
  const lacks = indent.length > own.length && indent.startsWith(own) && first.trim() !== '' && indentOf(first) === own;
  return lacks ? withIndent(body, own, indent) : body;
}

/** The first line has its indentation already; the others are shifted when they are further out than what they replace. */
function fitBehindLead(original: readonly string[], body: readonly string[], lead: string): readonly string[] {
  const [first = '', ...rest] = body;
  if (first.startsWith(lead)) return [first.slice(lead.length), ...rest];
  const own = commonIndent(rest);
  const expected = commonIndent(original.slice(1)) ?? lead;
  if (own === undefined || indentOf(first) || own.length + lead.length > expected.length) return body;
  return [first, ...withIndent(rest, '', lead)];
}
