import type { Cut, OpenBlock } from './cut';

/** At 65,536 cells that rows lack markdown-it ends a table. Rows that are parsed apart must not get around that. */
export const MAX_CELLS = 65_536;

const HEADER_LINES = 2;

/**
 * A row is final as soon as there is one behind it. The header stands in for all of them; the last row stays, so that
 * there is a body for those to come.
 */
export function cutTable({ text, block, lineStart, beginning }: OpenBlock): Cut | undefined {
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
