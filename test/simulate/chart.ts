/** A line of a chart. */
export interface Line {
  readonly name: string;
  /** One value for each of the grid's `xs`. Infinite values are drawn at the edge. */
  readonly values: readonly number[];
}

/** A row of charts with the same vertical axis. */
export interface Row {
  readonly label: string;
  readonly scale: 'linear' | 'log';
  readonly range: readonly [from: number, to: number];
  readonly ticks: readonly number[];
  /** Target maximum, drawn as a dashed line. */
  readonly aim: number;
}

/** A grid of line charts. */
export interface Grid {
  readonly title: string;
  readonly xLabel: string;
  /** Labels of the horizontal axis, drawn at equal distances. */
  readonly xs: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly lines: (column: number, row: number) => readonly Line[];
}

const panel = { width: 190, height: 190 } as const;
const gap = { x: 24, y: 44 } as const;
const margin = { left: 72, top: 92, right: 16, bottom: 84 } as const;

/** Line styles with colors that are visible on light and dark backgrounds. The first style is drawn thicker. */
const styles: readonly (readonly [color: string, dash: string])[] = [
  ['#e5484d', ''],
  ['#e5484d', '6 4'],
  ['#8b8d98', ''],
  ['#3e8fd6', ''],
  ['#3f9e57', ''],
  ['#a36fd1', ''],
];

const css = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .head { font-weight: 600; }
  .axis, .grid { stroke: #1f2328; fill: none; }
  .axis { stroke-opacity: .6; }
  .grid { stroke-opacity: .12; }
  .aim { stroke: #1f2328; stroke-opacity: .7; stroke-dasharray: 2 4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis, .grid, .aim { stroke: #e6edf3; }
  }`;

/** Draws a grid of line charts as an SVG that is readable on light and dark backgrounds. */
export function svg(grid: Grid): string {
  const { columns, rows } = grid;
  const width = margin.left + columns.length * (panel.width + gap.x) - gap.x + margin.right;
  const height = margin.top + rows.length * (panel.height + gap.y) - gap.y + margin.bottom;
  const panels = rows.flatMap((row, y) => columns.map((_, x) => drawPanel(grid, row, x, y)));
  const headings = columns.map((heading, x) =>
    text(left(x) + panel.width / 2, margin.top - 12, heading, 'text-anchor="middle" class="head"'),
  );
  const labels = rows.map(({ label }, y) => {
    const middle = top(y) + panel.height / 2;
    return text(18, middle, label, `text-anchor="middle" transform="rotate(-90 18 ${middle})"`);
  });
  const xLabel = text(width / 2, height - margin.bottom + 40, grid.xLabel, 'text-anchor="middle"');
  const parts = [text(margin.left, 26, grid.title, 'class="title"'), legend(grid, height - 16), xLabel];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(grid.title)}</title>`,
    `<style>${css}\n</style>`,
    ...[...parts, ...headings, ...labels, ...panels],
    '</svg>\n',
  ].join('\n');
}

function drawPanel(grid: Grid, row: Row, x: number, y: number): string {
  const yOf = (value: number): number => top(y) + panel.height * (1 - share(row, value));
  const xOf = (index: number): number => left(x) + (panel.width * (index + 0.5)) / grid.xs.length;
  const lines = grid.lines(x, y).map(({ values }, index) => {
    const [color, dash] = styles[index] ?? ['#888', ''];
    const points = values.map((value, column) => `${round(xOf(column))},${round(yOf(value))}`).join(' ');
    const stroke = `stroke="${color}" stroke-width="${index === 0 ? 3 : 1.75}" stroke-dasharray="${dash}"`;
    return `<polyline points="${points}" fill="none" ${stroke}/>`;
  });
  const ticks = row.ticks.flatMap((tick) => [
    `<path class="grid" d="M${left(x)} ${round(yOf(tick))}h${panel.width}"/>`,
    ...(x === 0 ? [text(left(0) - 6, yOf(tick) + 4, `${tick}`, 'text-anchor="end"')] : []),
  ]);
  return [
    ...ticks,
    `<path class="axis" d="M${left(x)} ${top(y)}v${panel.height}h${panel.width}"/>`,
    `<path class="aim" d="M${left(x)} ${round(yOf(row.aim))}h${panel.width}"/>`,
    ...grid.xs.map((name, column) => text(xOf(column), top(y) + panel.height + 16, name, 'text-anchor="middle"')),
    // The first line is drawn last, on top of the others.
    ...lines.toReversed(),
  ].join('\n');
}

function legend(grid: Grid, y: number): string {
  let x = margin.left;
  const entries = grid.lines(0, 0).map(({ name }, index) => {
    const [color, dash] = styles[index] ?? ['#888', ''];
    const start = x;
    x += 60 + 7 * name.length;
    const stroke = `stroke="${color}" stroke-width="${index === 0 ? 3 : 1.75}" stroke-dasharray="${dash}"`;
    return `<path d="M${start} ${y - 4}h28" ${stroke}/>${text(start + 34, y, name, '')}`;
  });
  return entries.join('\n');
}

/** Returns the relative height of a value, from 0 at the bottom to 1 at the top. Values off the scale are clamped. */
function share({ scale, range: [from, to] }: Row, value: number): number {
  const position = scale === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return Math.min(1, Math.max(0, position));
}

function left(column: number): number {
  return margin.left + column * (panel.width + gap.x);
}

function top(row: number): number {
  return margin.top + row * (panel.height + gap.y);
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
