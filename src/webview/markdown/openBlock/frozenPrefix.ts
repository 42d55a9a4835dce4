import type { MarkdownIt, Token } from 'markdown-it';
import { type ParsedBlocks, isSettledBefore, parseBlocks } from '../blocks';
import type { Beginning, Cut, OpenBlock } from '../frozen';
import type { Lookups, ReferenceScope } from '../references';
import type { Spec } from '../tree';
import { cutParagraph, type RenderFinished } from './cutParagraph';

/** The beginning of the open block: no more text can change it, so it is neither parsed nor rendered with the rest. */
export interface Head {
  /** Where the block starts in the whole source. */
  readonly start: number;
  readonly source: readonly string[];
  readonly standIn: string;
  readonly beginning: Beginning;
  readonly lookups: Lookups;
}

export function cutOf(
  open: OpenBlock,
  parser: MarkdownIt,
  patience: number,
  renderFinished: RenderFinished,
): Cut | undefined {
  switch (open.block.tokens[0]?.type) {
    case 'fence':
      return cutFence(open);
    case 'table_open':
      return cutTable(open);
    case 'bullet_list_open':
    case 'ordered_list_open':
      return cutList(open, parser);
    case 'paragraph_open':
      return cutParagraph(open, patience, renderFinished);
    default:
      return undefined;
  }
}

/** Whether the first of `parsed`, which were parsed behind the stand-in of `head`, goes on with its block. */
export function continuesBlock(
  { beginning, standIn, lookups }: Head,
  { blocks }: ParsedBlocks,
  scope: ReferenceScope,
): boolean {
  const [block] = blocks;
  const [token] = block?.tokens ?? [];
  if (!block || !token || block.start > 0 || block.end < standIn.length) return false;
  if (scope.redefines(lookups)) return false;
  return continues(beginning, block.tokens, token);
}

function continues(beginning: Beginning, tokens: readonly Token[], { type, markup }: Token): boolean {
  switch (beginning.kind) {
    case 'fence':
      return type === 'fence';
    case 'table': {
      const rows = beginning.rows + tokens.filter((token) => token.type === 'tr_open').length - 1;
      return type === 'table_open' && rows > beginning.rows && rows * beginning.columns <= MAX_CELLS;
    }
    case 'list': {
      const rest = tightness(tokens);
      const isSameList = type === beginning.type && markup === beginning.marker;
      return isSameList && (beginning.loose || rest === 'tight');
    }
    case 'paragraph': {
      const content = tokens.find((token) => token.type === 'inline')?.content ?? '';
      return (type === 'paragraph_open' || type === 'heading_open') && content.length > beginning.skip;
    }
  }
}

/**
 * Boxes of whole lines of code are final: where one ends depends on what is before it alone. The opening line stands in
 * for them, so that indentation and the closing fence are read as ever.
 */
function cutFence({ text, spec, lineStart }: OpenBlock): Cut | undefined {
  const pre = spec.children.at(-1);
  const code = typeof pre === 'object' ? pre.children[0] : undefined;
  const pieces = typeof code === 'object' ? code.children : [];
  const end = pieces.findIndex((piece) => typeof piece === 'string' && piece !== '\n');
  const count = end < 0 ? 0 : end;
  if (count === 0) return undefined;
  const lines = pieces.slice(0, count).reduce((sum, piece) => sum + lineEnds(piece), 0);
  return {
    end: lineStart(1 + lines),
    standIn: text.slice(0, lineStart(1)),
    beginning: { kind: 'fence' },
    final: { depth: 2, count, text: 0 },
  };
}

function lineEnds(piece: Spec): number {
  const texts = typeof piece === 'string' ? [piece] : piece.children;
  return texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.split('\n').length - 1 : 0), 0);
}

/** At 65,536 cells that rows lack markdown-it ends a table. Rows that are parsed apart must not get around that. */
const MAX_CELLS = 65_536;

const HEADER_LINES = 2;

/**
 * A row is final as soon as there is one behind it. The header stands in for all of them; the last row stays, so that
 * there is a body for those to come.
 */
function cutTable({ text, block, lineStart, beginning }: OpenBlock): Cut | undefined {
  const headers = block.tokens.filter(({ type }) => type === 'th_open').length;
  const rows = block.tokens.filter(({ type }) => type === 'tr_open').length - 1;
  const before = beginning?.kind === 'table' ? beginning.rows : 0;
  if (rows < 2 || headers * (before + rows) > MAX_CELLS / 2) return undefined;
  const final = rows - 1;
  return {
    end: lineStart(HEADER_LINES + final),
    standIn: text.slice(0, lineStart(HEADER_LINES)),
    beginning: { kind: 'table', columns: headers, rows: before + final },
    final: { depth: 2, count: final, text: 0 },
  };
}

/** Paragraphs of a tight list are hidden; without any there is no telling. */
type Tightness = 'tight' | 'loose' | 'unknown';

/**
 * An item is final when the next one has begun for good; from there on the list can be parsed by itself, as items know
 * nothing of each other. What they share is whether the list is tight: items are only frozen when theirs is certain.
 */
function cutList({ text, block, lineStart, spec, beginning }: OpenBlock, parser: MarkdownIt): Cut | undefined {
  const { tokens } = block;
  const starts = itemStarts(tokens).map(lineStart);
  const count = starts.findLastIndex((start) => isSettledBefore(text, start));
  const end = starts[count];
  if (count < 1 || end === undefined) return undefined;
  const rest = tokens.slice(
    tokens.findIndex(({ type, map }) => type === 'list_item_open' && lineStart(map?.[0] ?? 0) >= end),
  );
  if (tightness(rest) === 'unknown') return undefined;
  const before = beginning?.kind === 'list' ? beginning : undefined;
  const loose = before?.loose === true || tightness(tokens) === 'loose';
  if (loose && !before?.loose && !isLooseUpTo(end, text, parser)) return undefined;
  const { type = '', markup: marker = '' } = tokens[0] ?? {};
  return {
    end,
    standIn: '',
    beginning: { kind: 'list', type, marker, attributes: before?.attributes ?? spec.attributes, loose },
    final: { depth: 0, count, text: 0 },
  };
}

/** Of a top-level list, as far as it was parsed. */
function tightness(tokens: readonly Token[]): Tightness {
  const paragraph = tokens.find(({ type, level }) => type === 'paragraph_open' && level === 2);
  if (!paragraph) return 'unknown';
  return paragraph.hidden ? 'tight' : 'loose';
}

/** Whether the list would be loose if there were nothing but a word in the item that begins there. */
function isLooseUpTo(end: number, text: string, parser: MarkdownIt): boolean {
  const marker = /^[ \t]*(?:[-*+]|\d{1,9}[.)])/.exec(text.slice(end, text.indexOf('\n', end)))?.[0];
  if (marker === undefined) return false;
  const { blocks } = parseBlocks(parser, `${text.slice(0, end)}${marker} x\n`, {});
  return blocks.length === 1 && tightness(blocks[0]?.tokens ?? []) === 'loose';
}

/** Their lines. */
function itemStarts(tokens: readonly Token[]): readonly number[] {
  return tokens.flatMap(({ type, level, map }) => (type === 'list_item_open' && level === 1 && map ? [map[0]] : []));
}
