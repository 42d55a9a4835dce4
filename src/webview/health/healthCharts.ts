import type { Format } from '../../shared/format';
import type { HealthFigures } from '../../shared/healthMessages';
import { element, percent, svg } from '../util/element';

export type ChartLook = 'success' | 'first-token' | 'speed' | 'retries' | 'cost' | 'tokens';

interface ChartBar {
  readonly value: number;
  /** Second, larger value of the bar, which is drawn as an outline above the first value. */
  readonly upper?: number | undefined;
  readonly title: string;
}

interface Chart {
  readonly look: ChartLook;
  /** Bars of the hours or days in chronological order. An hour or day without a value has no bar. */
  readonly bars: readonly (ChartBar | undefined)[];
  readonly label: string;
  readonly start: string;
  readonly end: string;
}

/** Text for a figure that is unknown, such as a cost or a time that no attempt has reported. */
export const unknownFigure = '–';

type TokenFigures = Pick<HealthFigures, 'promptTokens' | 'completionTokens'>;

/** Formats the numbers of prompt tokens and completion tokens. */
export function tokenText(format: Format, { promptTokens, completionTokens }: TokenFigures): string {
  // Gateways that report no usage add no tokens, so a sum of 0 is shown as unknown.
  return promptTokens + completionTokens > 0
    ? `${format.count(promptTokens)} / ${format.count(completionTokens)}`
    : unknownFigure;
}

/** Creates an entry in a list of figures: the name of the figure, its text, and below them notes and a chart. */
export function createFigure(
  name: string,
  text: string,
  notes: readonly (string | false)[],
  chart: readonly Element[] = [],
): HTMLElement {
  return element(
    'div',
    element('dt', name),
    element('dd.figure', text),
    ...notes.map((note) => note && element('dd.note', note)),
    chart.length > 0 && element('dd.chart', ...chart),
  );
}

const height = 44;
/**
 * Height of a bar whose value is 0, in pixels. If the bar were invisible, its hour would look like an hour without
 * requests, which has no bar.
 */
const minBarHeight = 2;
/** Width of a bar, as a fraction of the space that the chart has for an hour or a day. */
const barShare = 0.72;

/** Creates a bar chart without a chart library, which would need ten times as much code. */
export function createChart({ look, bars, label, start, end }: Chart): readonly Element[] {
  const top = Math.max(0, ...bars.flatMap((bar) => (bar ? [bar.value, bar.upper ?? 0] : [])));
  return [
    svg(
      `svg.health-chart.${look}`,
      { role: 'img', 'aria-label': label, width: '100%', height: height + 1 },
      ...bars.map((bar, index) => bar && createBar(bar, index / bars.length, barShare / bars.length, top)),
      svg('line.baseline', { x1: 0, x2: '100%', y1: height + 0.5, y2: height + 0.5 }),
    ),
    element('div.chart-axis', { 'aria-hidden': 'true' }, element('span', start), element('span', end)),
  ];
}

function createBar({ value, upper, title }: ChartBar, start: number, share: number, top: number): Element {
  const rect = (name: string, size: number): Element => {
    const barHeight = Math.max(minBarHeight, top > 0 ? (height - 1) * (size / top) : 0);
    return svg(`rect.${name}`, {
      x: percent(start),
      width: percent(share),
      y: Math.round((height - barHeight) * 10) / 10,
      height: Math.round(barHeight * 10) / 10,
    });
  };
  return svg(
    'g',
    svg('title', title),
    upper !== undefined && upper > value && rect('upper', upper),
    rect(value === 0 ? 'zero' : 'value', value),
  );
}
