import type { Row } from './row';

const columns = ['what', 'ours', 'peer', 'ratio', 'aim'] as const satisfies readonly (keyof Row)[];

/** Formats a Markdown table with padded cells. */
export function markdownTable(rows: readonly Row[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? '').length)));
  const print = (line: readonly string[]): string =>
    `| ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  const [head, ...body] = lines.map(print);
  return [head, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body].join('\n');
}
