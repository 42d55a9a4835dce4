import MarkdownIt, { type MarkdownIt as Parser, type StateBlock, type Token } from 'markdown-it';
import { addMathRules } from './math/mathRules';
import { pushParagraph } from './paragraph';
import type { References } from './references';

/** Top-level block of a Markdown text, before its inline markup is parsed. */
export interface Block {
  /** Offset in the parsed text at which the first line of the block starts. */
  readonly start: number;
  /** Offset in the parsed text after the last line of the block. */
  readonly end: number;
  readonly tokens: readonly Token[];
  readonly definitions: readonly string[];
}

export interface ParsedBlocks {
  readonly blocks: readonly Block[];
  readonly lineCount: number;
}

/** Parses the blocks of a text without their inline markup, and adds the link definitions in them to `references`. */
export function parseBlocks(parser: Parser, text: string, references: References): ParsedBlocks {
  const tokens: Token[] = [];
  const state = new BlockState(text, parser, { references: references.record() }, tokens);
  parser.block.tokenize(state, 0, state.lineMax);
  const lineStart = (line: number) => state.bMarks[line] ?? text.length;
  const blocks: Block[] = [];
  let first = 0;
  tokens.forEach((token, index) => {
    if (token.level > 0 || token.nesting > 0) return;
    const blockTokens = tokens.slice(first, index + 1);
    const [startLine, endLine] = blockTokens[0]?.map ?? [0, 0];
    const definitions = findDefinitions(blockTokens);
    blocks.push({ start: lineStart(startLine), end: lineStart(endLine), tokens: blockTokens, definitions });
    first = index + 1;
  });
  return { blocks, lineCount: state.lineMax };
}

const tokenDefaults = { attrs: null, map: null, children: null, content: '', markup: '', info: '', meta: null };

/**
 * Parser state that creates tokens as plain objects, because the token constructor of markdown-it is slow. Plain
 * objects suffice: the block rules call no methods of tokens.
 */
class BlockState extends MarkdownIt.StateBlock {
  override push(type: string, tag: string, nesting: Token['nesting']): Token {
    if (nesting < 0) this.level--;
    const token: unknown = { ...tokenDefaults, type, tag, nesting, level: this.level, block: true, hidden: false };
    if (nesting > 0) this.level++;
    this.tokens.push(token as Token);
    return token as Token;
  }
}

function findDefinitions(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap(({ type, meta }) =>
    type === 'reference_definition' && typeof meta?.['label'] === 'string' ? [meta['label']] : [],
  );
}

export function countFinalBlocks(blocks: readonly Block[], text: string): number {
  for (let count = blocks.length - 1; count > 0; count--) {
    const next = blocks[count];
    if (next && isFinalBefore(text, next.start)) return count;
  }
  return 0;
}

const MAY_BE_TITLE = /^[ \t]*["'(]/;

/**
 * Matches a blank line: only spaces and tabs. A line of other whitespace, such as an ideographic space, counts as text.
 */
const BLANK_LINE = /^[ \t]*\r?\n?$/;

/**
 * Matches the first character of a line that might continue a list or define a link, and so change how earlier text is
 * rendered.
 */
const MAY_AFFECT_PREVIOUS = /[\s\d*+[-]/;

/**
 * Returns whether no further text can change the block before offset `start`. After a blank line, the next line must be
 * complete, or begin with a character that starts neither a list item nor a link definition. Otherwise, the next two
 * lines must be complete, because they might begin a table, and the first of them must not look like the title of a
 * link definition.
 */
function isFinalBefore(text: string, start: number): boolean {
  const lineEnd = text.indexOf('\n', start);
  const previous = text.slice(text.lastIndexOf('\n', start - 2) + 1, start);
  if (BLANK_LINE.test(previous)) return lineEnd >= 0 || !MAY_AFFECT_PREVIOUS.test(text.charAt(start));
  if (lineEnd < 0) return false;
  return text.indexOf('\n', lineEnd + 1) >= 0 && !MAY_BE_TITLE.test(text.slice(start, lineEnd));
}

/**
 * Nesting level from which `>` and list markers are rendered as text. A nested list adds two levels: one for the list
 * and one for its item.
 */
const MAX_CONTAINER_LEVEL = 80;

const CONTAINER_MARKER = /^[>*+\-0-9]/;

/**
 * Creates a Markdown parser that accepts all link targets. The targets are checked in inlineToTree.ts, so that a
 * forbidden link still shows its label.
 */
export function createParser({ showsDefinitions = false, hasMath = false } = {}): Parser {
  const parser = new MarkdownIt({ html: false, linkify: true, typographer: false, breaks: false, maxNesting: 100 });
  // Only URLs with a scheme become links. In an answer about code, a bare `README.md` is a file name, although `.md` is
  // also a top-level domain.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  parser.linkify.add('ftp:', null).add('//', null);
  // The other core rules of markdown-it are turned off. They would change nothing, because line ends are already
  // normalized and `typographer` is off.
  parser.core.ruler.enableOnly(['block', 'inline', 'linkify', 'text_join']);
  if (showsDefinitions) parser.block.ruler.disable('reference');
  if (hasMath) addMathRules(parser);
  parser.validateLink = () => true;
  // Shows a bare URL exactly as the model wrote it. Decoding the URL could make it look like a different address.
  parser.normalizeLinkText = (url) => url;
  parser.block.ruler.before('table', 'container_limit', containerLimit);
  return parser;
}

/**
 * Renders the marker of a list or quote as text if it is nested too deeply. Otherwise, markdown-it would reach its own
 * nesting limit and drop the rest of the document.
 */
function containerLimit(state: StateBlock, startLine: number): boolean {
  if (state.level < MAX_CONTAINER_LEVEL) return false;
  const content = state.getLines(startLine, startLine + 1, state.blkIndent, false).trim();
  if (!CONTAINER_MARKER.test(content)) return false;
  pushParagraph(state, startLine, startLine + 1, content);
  return true;
}
