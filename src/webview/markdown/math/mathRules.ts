import type { MarkdownIt as Parser, StateBlock, StateInline } from 'markdown-it';
import { pushParagraph } from '../paragraph';

/** Longest formula that is typeset, in characters. Temml's time grows faster than the length of a formula. */
export const maxFormulaLength = 4000;

/** Delimiters of formulas. The order matters: `$$` must be tried before `$`. */
const delimiters = [
  { open: '$$', close: '$$', isDisplay: true },
  { open: '$', close: '$', isDisplay: false },
  { open: '\\(', close: '\\)', isDisplay: false },
  { open: '\\[', close: '\\]', isDisplay: true },
] as const;

/** Data of a `math` token. The token's content is the formula in TeX. */
export interface MathToken {
  /** The formula with its delimiters. */
  readonly source: string;
  readonly isDisplay: boolean;
}

/**
 * Matches the start of a line at which a formula of several lines begins. A letter directly after `\[` means that the
 * bracket is only escaped, and so does a space before the closing bracket, as in `\[ ]`.
 */
const BLOCK_START = /^(?:\$\$|\\\[(?![^\s\\]|\s+\]))/;

/**
 * Adds formulas in TeX to a Markdown parser: inline formulas in `$…$`, `\(…\)`, `$$…$$` and `\[…\]`, and blocks of
 * several lines in `$$…$$` and `\[…\]`.
 */
export function addMathRules(parser: Parser): void {
  parser.inline.ruler.before('escape', 'math', inlineMath);
  const alt = ['paragraph', 'reference', 'blockquote', 'list'];
  parser.block.ruler.before('table', 'math_block', blockMath, { alt });
}

function inlineMath(state: StateInline, isSilent: boolean): boolean {
  const { src, pos, posMax } = state;
  const delimiter = delimiters.find(({ open }) => src.startsWith(open, pos));
  if (!delimiter) return false;
  const start = pos + delimiter.open.length;
  const end = findClose(src.slice(start, Math.min(posMax, start + maxFormulaLength)), delimiter.close);
  if (end === undefined) return false;
  const next = start + end + delimiter.close.length;
  if (!isSilent) {
    const token = state.push('math', '', 0);
    token.content = src.slice(start, start + end);
    token.meta = { source: src.slice(pos, next), isDisplay: delimiter.isDisplay } satisfies MathToken;
  }
  state.pos = next;
  return true;
}

/**
 * Returns the offset of the delimiter that ends a formula, or undefined if no formula ends in the text.
 * @param text the text after the delimiter that begins the formula
 */
function findClose(text: string, close: string): number | undefined {
  if (close === '$' && /^\s/.test(text)) return undefined;
  for (let index = 0; index < text.length; index++) {
    // A backtick may begin inline code, and inline code takes precedence over formulas.
    if (text[index] === '`') return undefined;
    if (text.startsWith(close, index)) return mayClose(text, index, close) ? index : undefined;
    if (text[index] === '\\') index++;
  }
  return undefined;
}

/**
 * Returns whether the next delimiter ends a formula. For a single dollar sign, this is the rule of Pandoc's extension
 * `tex_math_dollars`: no space before the sign, and no digit after it, so that two amounts of money are no formula. More
 * than two dollar signs are a price range.
 */
function mayClose(text: string, index: number, close: string): boolean {
  if (!isFormula(text.slice(0, index), close)) return false;
  if (close === '$') return !/\s/.test(text.charAt(index - 1)) && !/\d/.test(text.charAt(index + 1));
  return close !== '$$' || text[index + 2] !== '$';
}

/**
 * Returns whether the text between two delimiters can be a formula. A formula in brackets contains a letter or digit,
 * because in CommonMark, `\(\)` and `\[\]` are escaped brackets.
 */
function isFormula(tex: string, close: string): boolean {
  return (close.startsWith('$') ? /\S/ : /[\p{L}\p{N}]/u).test(tex);
}

/**
 * Parses a formula that begins a line, which no text follows. A blank line, which TeX forbids in a formula, ends an
 * incomplete formula: its lines are then a paragraph. Whether a line begins a block is decided by this line alone, so
 * that further text never changes the blocks before it.
 */
function blockMath(state: StateBlock, startLine: number, endLine: number, isSilent: boolean): boolean {
  // This rule runs for every line, so lines without a delimiter are skipped first.
  const character = state.src[textStart(state, startLine)];
  if (character !== '$' && character !== '\\') return false;
  const lineText = (line: number): string => state.src.slice(textStart(state, line), state.eMarks[line]);
  const indent = (line: number): number => (state.sCount[line] ?? 0) - state.blkIndent;
  const first = lineText(startLine).trimEnd();
  const [open] = BLOCK_START.exec(first) ?? [];
  if (open === undefined || indent(startLine) >= 4) return false;
  const close = open === '$$' ? '$$' : '\\]';
  const rest = first.slice(open.length);
  const isComplete = rest.endsWith(close);
  // Text after a formula on the same line makes the formula inline.
  if (rest.slice(0, isComplete ? -close.length : undefined).includes(close)) return false;
  if (isComplete && !isFormula(rest.slice(0, -close.length), close)) return false;
  if (isSilent) return true;
  let nextLine = startLine + 1;
  let isClosed = isComplete;
  while (!isClosed && nextLine < endLine && !state.isEmpty(nextLine) && indent(nextLine) >= 0) {
    isClosed = lineText(nextLine).trimEnd().endsWith(close);
    nextLine++;
  }
  const source = state.getLines(startLine, nextLine, state.blkIndent, false).trim();
  const tex = source.slice(open.length, -close.length);
  if (!isClosed || !isFormula(tex, close)) {
    pushParagraph(state, startLine, nextLine, source);
    return true;
  }
  const token = state.push('math_block', '', 0);
  token.content = tex;
  token.meta = { source, isDisplay: true } satisfies MathToken;
  token.map = [startLine, nextLine];
  state.line = nextLine;
  return true;
}

/** Returns the offset at which the text of a line starts, after its indentation and the markers of lists and quotes. */
function textStart({ bMarks, tShift }: StateBlock, line: number): number {
  return (bMarks[line] ?? 0) + (tShift[line] ?? 0);
}
