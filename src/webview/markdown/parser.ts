import MarkdownIt, { type MarkdownIt as Parser, type StateBlock } from 'markdown-it';

/** Block levels (a list counts twice: itself and its item) below which `>` and list markers are plain text. */
const MAX_CONTAINER_LEVEL = 80;

const CONTAINER_MARKER = /^[>*+\-0-9]/;

/**
 * CommonMark with tables, strikethrough and links made of bare URLs with a scheme. Where links and images may lead is
 * decided where elements are made (links.ts), so that a link which leads nowhere still shows its label.
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
