import MarkdownIt, { type Env, type MarkdownIt as Parser, type StateBlock, type Token } from 'markdown-it';

/** A top-level block of the source, not yet parsed for inline markup. */
export interface Block {
  /** Offsets into the text that was parsed, of whole lines. */
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
  /** Labels that are defined in it. */
  readonly definitions: readonly string[];
}

export interface ParsedBlocks {
  readonly blocks: readonly Block[];
  readonly lineCount: number;
  /** Offset of the beginning of a line. */
  readonly lineStart: (line: number) => number;
}

/** Definitions go through `env.references`; line numbers of the tokens count from the start of `text`. */
export function parseBlocks(parser: Parser, text: string, env: Env): ParsedBlocks {
  const tokens: Token[] = [];
  const state = new parser.block.State(text, parser, env, tokens);
  parser.block.tokenize(state, 0, state.lineMax);
  const lineStart = (line: number) => state.bMarks[line] ?? text.length;
  const blocks: Block[] = [];
  let first = 0;
  tokens.forEach((token, index) => {
    if (token.level > 0 || token.nesting > 0) return;
    const blockTokens = tokens.slice(first, index + 1);
    const [startLine, endLine] = blockTokens[0]?.map ?? [0, 0];
    blocks.push({
      start: lineStart(startLine),
      end: lineStart(endLine),
      tokens: blockTokens,
      definitions: findDefinitions(blockTokens),
    });
    first = index + 1;
  });
  return { blocks, lineCount: state.lineMax, lineStart };
}

function findDefinitions(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap(({ type, meta }) =>
    type === 'reference_definition' && typeof meta?.['label'] === 'string' ? [meta['label']] : [],
  );
}

/** How many of the leading blocks no further text can change. */
export function countFinalBlocks(blocks: readonly Block[], text: string): number {
  for (let count = blocks.length - 1; count > 0; count--) {
    const next = blocks[count];
    if (next && isFinalBefore(text, next.start)) return count;
  }
  return 0;
}

const MAY_BE_TITLE = /^[ \t]*["'(]/;

/**
 * Whether what ends before the line at `start` stays ended. Behind a blank line it does as soon as that line is whole.
 * Without one, the line after it counts too (a table's second line ends a paragraph before its first), and a line that
 * may be the title of a link definition keeps everything before it open.
 */
export function isFinalBefore(text: string, start: number): boolean {
  const lineEnd = text.indexOf('\n', start);
  if (lineEnd < 0) return false;
  const previous = text.slice(text.lastIndexOf('\n', start - 2) + 1, start);
  if (previous.trim() === '') return true;
  return text.indexOf('\n', lineEnd + 1) >= 0 && !MAY_BE_TITLE.test(text.slice(start, lineEnd));
}

/** Block levels (a list counts twice: itself and its item) below which `>` and list markers are plain text. */
const MAX_CONTAINER_LEVEL = 80;

const CONTAINER_MARKER = /^[>*+\-0-9]/;

/**
 * CommonMark with tables, strikethrough and links made of bare URLs with a scheme. Where links and images may lead is
 * decided where elements are made (inlineToTree.ts), so that a link which leads nowhere still shows its label.
 */
export function createParser(): Parser {
  const parser = new MarkdownIt({ html: false, linkify: true, typographer: false, breaks: false, maxNesting: 100 });
  // A bare `README.md` is a file name here far more often than a host in Moldova.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  parser.linkify.add('ftp:', null).add('//', null);
  parser.validateLink = () => true;
  // What is shown is what the model wrote, also where a URL could be decoded into something nicer (or deceiving).
  parser.normalizeLinkText = (url) => url;
  parser.block.ruler.before('table', 'container_limit', containerLimit);
  return parser;
}

/**
 * At its own limit markdown-it drops the rest of the document. Before that, a line that would open one more container
 * becomes a paragraph of its own.
 */
function containerLimit(state: StateBlock, startLine: number): boolean {
  if (state.level < MAX_CONTAINER_LEVEL) return false;
  const content = state.getLines(startLine, startLine + 1, state.blkIndent, false).trim();
  if (!CONTAINER_MARKER.test(content)) return false;
  state.line = startLine + 1;
  const map: [number, number] = [startLine, state.line];
  state.push('paragraph_open', 'p', 1).map = map;
  const inline = state.push('inline', '', 0);
  inline.content = content;
  inline.map = map;
  inline.children = [];
  state.push('paragraph_close', 'p', -1);
  return true;
}
