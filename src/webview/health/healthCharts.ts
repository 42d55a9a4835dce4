import { element, percent, svg } from '../util/element';

export type ChartLook = 'success' | 'first-token' | 'speed' | 'retries' | 'cost' | 'tokens';

interface ChartBar {
  readonly value: number;
  /** A second, larger value, which is drawn as an outline above the first. */
  readonly upper?: number | undefined;
  readonly title: string;
}

interface Chart {
  readonly look: ChartLook;
  /** By time, null without a value. */
  readonly bars: readonly (ChartBar | null)[];
  readonly label: string;
  readonly start: string;
  readonly end: string;
}

/** Creates an entry of a list of figures: its name, the figure, and notes and a chart below it. */
export function createFigure(
  name: string,
  text: string,
  notes: readonly string[],
  chart: readonly Element[] = [],
): HTMLElement {
  return element(
    'div',
    {},
    element('dt', {}, name),
    element('dd', { class: 'figure' }, text),
    ...notes.filter((note) => note !== '').map((note) => element('dd', { class: 'note' }, note)),
    ...(chart.length === 0 ? [] : [element('dd', { class: 'chart' }, ...chart)]),
  );
}

const height = 44;
/** Height of a bar whose value is 0, in pixels. It distinguishes an hour without faults from one without requests. */
const minBarHeight = 2;
/** Share of the space for an hour or a day that its bar fills. */
const barShare = 0.72;

/** Draws without a library, which would need ten times the code. */
export function createChart({ look, bars, label, start, end }: Chart): readonly Element[] {
  const top = Math.max(0, ...bars.flatMap((bar) => (bar ? [bar.value, bar.upper ?? 0] : [])));
  return [
    svg(
      'svg',
      { class: `health-chart ${look}`, role: 'img', 'aria-label': label, width: '100%', height: height + 1 },
      ...bars.flatMap((bar, index) => (bar ? [createBar(bar, index / bars.length, barShare / bars.length, top)] : [])),
      svg('line', { class: 'baseline', x1: 0, x2: '100%', y1: height + 0.5, y2: height + 0.5 }),
    ),
    element(
      'div',
      { class: 'chart-axis', 'aria-hidden': 'true' },
      element('span', {}, start),
      element('span', {}, end),
    ),
  ];
}

function createBar({ value, upper, title }: ChartBar, start: number, share: number, top: number): Element {
  const rect = (name: string, size: number): Element => {
    const barHeight = Math.max(minBarHeight, top > 0 ? (height - 1) * (size / top) : 0);
    return svg('rect', {
      class: name,
      x: percent(start),
      width: percent(share),
      y: Math.round((height - barHeight) * 10) / 10,
      height: Math.round(barHeight * 10) / 10,
    });
  };
  return svg(
    'g',
    {},
    svg('title', {}, title),
    ...(upper === undefined || upper <= value ? [] : [rect('upper', upper)]),
    rect(value === 0 ? 'zero' : 'value', value),
  );
}
