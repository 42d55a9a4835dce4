import type { MarkdownIt, Token } from 'markdown-it';
import { type ParsedBlocks, isFinalBefore, parseBlocks } from '../blocks';
import type { PrefixContext, FreezePoint, OpenBlock } from '../frozen';
import type { Lookups, ReferenceScope } from '../references';
import type { NodeSpec } from '../tree';
import { findParagraphFreezePoint, type RenderSelfContained } from './paragraphFreezePoint';

/** The start of the open block, which no further text can change. It is neither parsed nor rendered again. */
export interface FrozenPrefix {
  /** Offset of the block in the complete source. */
  readonly start: number;
  /** Source of the prefix, in the pieces in which it was frozen. */
  readonly source: readonly string[];
  /** Short text that the parser sees in place of the prefix. */
  readonly placeholder: string;
  readonly context: PrefixContext;
  readonly lookups: Lookups;
}

/**
 * Finds the freeze point of an open block: the last point before which no further text can change the block. Returns
 * undefined if there is none.
 */
export function findFreezePoint(
  open: OpenBlock,
  parser: MarkdownIt,
  minLength: number,
  renderSelfContained: RenderSelfContained,
): FreezePoint | undefined {
  switch (open.block.tokens[0]?.type) {
    case 'fence':
      return findFenceFreezePoint(open);
    case 'table_open':
      return findTableFreezePoint(open);
    case 'bullet_list_open':
    case 'ordered_list_open':
      return findListFreezePoint(open, parser);
    case 'paragraph_open':
      return findParagraphFreezePoint(open, minLength, renderSelfContained);
    default:
      return undefined;
  }
}

/**
 * Returns whether the first parsed block, which starts with the placeholder, continues the frozen prefix. If not, the
 * prefix must be parsed again.
 */
export function continuesBlock(
  { context, placeholder, lookups }: FrozenPrefix,
  { blocks }: ParsedBlocks,
  scope: ReferenceScope,
): boolean {
  const [block] = blocks;
  const [token] = block?.tokens ?? [];
  if (!block || !token || block.start > 0 || block.end < placeholder.length) return false;
  if (scope.redefines(lookups)) return false;
  return isContinuedBy(context, block.tokens, token);
}

function isContinuedBy(context: PrefixContext, tokens: readonly Token[], { type, markup }: Token): boolean {
  switch (context.kind) {
    case 'fence':
      return type === 'fence';
    case 'table': {
      const rows = context.rows + tokens.filter((token) => token.type === 'tr_open').length - 1;
      return type === 'table_open' && rows > context.rows && rows * context.columns <= MAX_MISSING_CELLS;
    }
    case 'list': {
      const remainderTightness = findTightness(tokens);
      const isSameList = type === context.type && markup === context.marker;
      return isSameList && (context.loose || remainderTightness === 'tight');
    }
    case 'paragraph': {
      const content = tokens.find((token) => token.type === 'inline')?.content ?? '';
      return (type === 'paragraph_open' || type === 'heading_open') && content.length > context.skip;
    }
  }
}

/**
 * Finds the freeze point of a code block: the end of its last complete chunk element, because further code does not
 * change the chunk elements before that point. The placeholder is the line with the opening fence, so that the parser
 * treats indentation and the closing fence as before.
 */
function findFenceFreezePoint({ text, spec, lineStart }: OpenBlock): FreezePoint | undefined {
  const pre = spec.children.at(-1);
  const code = typeof pre === 'object' ? pre.children[0] : undefined;
  const pieces = typeof code === 'object' ? code.children : [];
  const end = pieces.findIndex((piece) => typeof piece === 'string' && piece !== '\n');
  const count = end < 0 ? 0 : end;
  if (count === 0) return undefined;
  const lines = pieces.slice(0, count).reduce((sum, piece) => sum + countLines(piece), 0);
  return {
    end: lineStart(1 + lines),
    placeholder: text.slice(0, lineStart(1)),
    context: { kind: 'fence' },
    childrenToFreeze: { depth: 2, count, textLength: 0 },
  };
}

function countLines(piece: NodeSpec): number {
  const texts = typeof piece === 'string' ? [piece] : piece.children;
  return texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.split('\n').length - 1 : 0), 0);
}

/**
 * If more cells than this are missing in the rows of a table, markdown-it ends the table. A table that may exceed this
 * limit is not frozen but parsed completely, so that freezing can't bypass the limit.
 */
const MAX_MISSING_CELLS = 65_536;

const HEADER_LINES = 2;

/**
 * Finds the freeze point of a table: the start of its last row. A row is final as soon as another row follows. The
 * placeholder is the header. The last row is not frozen, so that the table always has a body for further rows.
 */
function findTableFreezePoint({ text, block, lineStart, context }: OpenBlock): FreezePoint | undefined {
  const headers = block.tokens.filter(({ type }) => type === 'th_open').length;
  const rows = block.tokens.filter(({ type }) => type === 'tr_open').length - 1;
  const previousRows = context?.kind === 'table' ? context.rows : 0;
  if (rows < 2 || headers * (previousRows + rows) > MAX_MISSING_CELLS / 2) return undefined;
  const finalRows = rows - 1;
  return {
    end: lineStart(HEADER_LINES + finalRows),
    placeholder: text.slice(0, lineStart(HEADER_LINES)),
    context: { kind: 'table', columns: headers, rows: previousRows + finalRows },
    childrenToFreeze: { depth: 2, count: finalRows, textLength: 0 },
  };
}

/** Whether a list is tight or loose, as CommonMark defines it. Unknown for a list without paragraphs. */
type Tightness = 'tight' | 'loose' | 'unknown';

/**
 * Finds the freeze point of a list: the start of the last item whose preceding items no further text can change. Items
 * are independent of each other, except that one loose item makes the whole list loose. Items are therefore frozen only
 * when it is certain whether the list is tight or loose.
 */
function findListFreezePoint(
  { text, block, lineStart, spec, context }: OpenBlock,
  parser: MarkdownIt,
): FreezePoint | undefined {
  const { tokens } = block;
  const starts = findItemLines(tokens).map(lineStart);
  const count = starts.findLastIndex((start) => isFinalBefore(text, start));
  const end = starts[count];
  if (count < 1 || end === undefined) return undefined;
  const remainder = tokens.slice(
    tokens.findIndex(({ type, map }) => type === 'list_item_open' && lineStart(map?.[0] ?? 0) >= end),
  );
  if (findTightness(remainder) === 'unknown') return undefined;
  const previous = context?.kind === 'list' ? context : undefined;
  const loose = previous?.loose === true || findTightness(tokens) === 'loose';
  if (loose && !previous?.loose && !isLooseBefore(end, text, parser)) return undefined;
  const { type = '', markup: marker = '' } = tokens[0] ?? {};
  return {
    end,
    placeholder: '',
    context: { kind: 'list', type, marker, attributes: previous?.attributes ?? spec.attributes, loose },
    childrenToFreeze: { depth: 0, count, textLength: 0 },
  };
}

/** Returns the tightness of a top-level list. */
function findTightness(tokens: readonly Token[]): Tightness {
  const paragraph = tokens.find(({ type, level }) => type === 'paragraph_open' && level === 2);
  if (!paragraph) return 'unknown';
  return paragraph.hidden ? 'tight' : 'loose';
}

/** Returns whether the items before `end` make a list loose, no matter what the item at `end` contains. */
function isLooseBefore(end: number, text: string, parser: MarkdownIt): boolean {
  const marker = /^[ \t]*(?:[-*+]|\d{1,9}[.)])/.exec(text.slice(end, text.indexOf('\n', end)))?.[0];
  if (marker === undefined) return false;
  const { blocks } = parseBlocks(parser, `${text.slice(0, end)}${marker} x\n`, {});
  return blocks.length === 1 && findTightness(blocks[0]?.tokens ?? []) === 'loose';
}

/** Returns the numbers of the lines at which the items of a top-level list start. */
function findItemLines(tokens: readonly Token[]): readonly number[] {
  return tokens.flatMap(({ type, level, map }) => (type === 'list_item_open' && level === 1 && map ? [map[0]] : []));
}
