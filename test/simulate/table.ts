/** A Markdown table; the first row is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const print = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [print(head), print(head.map(() => '---')), ...body.map(print)].join('\n');
}

/** `never`: at least every twentieth got no answer. */
export function multiple(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : 'never';
}

export function percent(share: number): string {
  return `${share === 1 ? '100' : (100 * share).toFixed(1)} %`;
}
