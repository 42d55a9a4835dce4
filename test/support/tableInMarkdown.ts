/** Returns a Markdown table. The first row is its header. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const print = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [header = [], ...body] = rows;
  return [print(header), print(header.map(() => '---')), ...body.map(print)].join('\n');
}

/**
 * Replaces the table in the Markdown text that has the same first line as `table`.
 * @returns the changed text
 * @throws if the text has no such table
 */
export function replaceTable(text: string, table: string): string {
  const { start, end } = tableRange(text, firstLine(table));
  return text.slice(0, start) + table + text.slice(end);
}

/**
 * Returns the table in the Markdown text whose first line is `head`.
 * @throws if the text has no such table
 */
export function findTable(text: string, head: string): string {
  const { start, end } = tableRange(text, head);
  return text.slice(start, end);
}

export function firstLine(table: string): string {
  return table.slice(0, table.indexOf('\n'));
}

function tableRange(text: string, head: string): { readonly start: number; readonly end: number } {
  const start = text.indexOf(`${head}\n`);
  if (start < 0) throw new Error(`There is no table with the head ${head}`);
  const end = text.indexOf('\n\n', start);
  return { start, end: end < 0 ? text.trimEnd().length : end };
}
