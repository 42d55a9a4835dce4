import type { MarkdownIt, Token } from 'markdown-it';
import type { ParsedBlocks } from '../blocks';
import type { Lookups, ReferenceScope } from '../references';
import type { Beginning, Cut, OpenBlock } from './cut';
import { cutFence, cutList, tightness, cutTable, MAX_CELLS } from './cutBlocks';
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
export function goesOn(
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
