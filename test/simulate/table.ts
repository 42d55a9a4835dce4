/** Returns a Markdown table. The first row is its header. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const print = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [header = [], ...body] = rows;
  return [print(header), print(header.map(() => '---')), ...body.map(print)].join('\n');
}

/** Formats a ratio to the ideal crowd. `never` means that at least 5 % of the questions were not answered. */
export function multiple(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : 'never';
}

/** Formats a share from 0 to 1 as a percentage. */
export function percent(share: number): string {
  return `${share === 1 ? '100' : (100 * share).toFixed(1)} %`;
}
