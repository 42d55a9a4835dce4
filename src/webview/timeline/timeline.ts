import { describePart, describeTotals } from '../../shared/describeLedger';
import { fill } from '../../shared/format';
import { isRunning, toMonotonic, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element } from '../util/element';
import { createTimelineChart } from './timelineChart';
import { createSpans, type TurnSpans } from './timelineSpans';

export interface Timeline {
  readonly element: HTMLElement;
  /** Draws the timeline and keeps it up to date, or stops updating it. The caller shows and hides the element. */
  setOpen(isOpen: boolean): void;
  /** The caller calls this function when the turn has changed. */
  refresh(): void;
  dispose(): void;
}

/**
 * Creates the timeline of a turn without a caption. A timeline is closed at first: it draws nothing until `setOpen(true)`.
 * While it is open and the turn runs, it is drawn again once per second.
 */
export function createTimeline(context: PageContext, currentState: () => TurnState): Timeline {
  const body = element('div', { class: 'timeline-body' });
  let isOpen = false;
  let cancelTimer: (() => void) | undefined;
  const draw = (): void => body.replaceChildren(...createTimelineBody(context, currentState()));
  const stopUpdates = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  const updateTimer = (): void => {
    if (isOpen && isRunning(currentState().phase)) cancelTimer ??= context.clock.every(1000, draw);
    else stopUpdates();
  };
  return {
    element: body,
    setOpen: (open) => {
      if (open && !isOpen) draw();
      isOpen = open;
      updateTimer();
    },
    refresh: () => {
      if (isOpen && !isRunning(currentState().phase)) draw();
      updateTimer();
    },
    dispose: stopUpdates,
  };
}

function createTimelineBody(context: PageContext, state: TurnState): readonly HTMLElement[] {
  const { strings, format } = context;
  const now = isRunning(state.phase) ? toMonotonic(state, context.clock.now()) : undefined;
  const spans = createSpans(state, now);
  const totals = describeTotals(context, totalsOf(state, now), spans.routes);
  const label = fill(strings.timelineLabel, format.list(totals));
  const rows = spans.parts.map((part) => createRow(`+${format.duration(part.from)}`, describePart(context, part)));
  return [
    element('div', { class: 'timeline-frame' }, createTimelineChart(context, spans, label)),
    createLegend(context, spans),
    element('p', { class: 'timeline-totals' }, totals.join(' · ')),
    element('ol', {}, ...rows),
  ];
}

function createLegend({ strings }: PageContext, { parts }: TurnSpans): HTMLElement {
  const attempts = parts.filter((part) => part.kind === 'attempt');
  const allItems: readonly (readonly [name: string, label: string, occurs: boolean])[] = [
    ['connecting', strings.pictureConnecting, attempts.length > 0],
    ['first', strings.pictureFirstToken, attempts.some(({ headers }) => headers !== undefined)],
    ['streaming', strings.pictureStreaming, attempts.some(({ firstToken }) => firstToken !== undefined)],
    ['wait', strings.pictureWait, attempts.length < parts.length],
  ];
  const items = allItems.filter(([, , occurs]) => occurs);
  const spans = items.map(([name, label]) => element('span', { class: `key key-${name}` }, label));
  return element('p', { class: 'timeline-legend', 'aria-hidden': 'true' }, ...spans);
}

function createRow(time: string, [title, ...details]: ReturnType<typeof describePart>): HTMLElement {
  const content = element('div', {}, element('p', {}, title));
  // The separator is appended to the preceding detail, so that no wrapped line starts with it.
  const spans = details.flatMap((detail, index) =>
    index === details.length - 1 ? [element('span', {}, detail)] : [element('span', {}, `${detail} ·`), ' '],
  );
  if (spans.length > 0) content.append(element('p', { class: 'timeline-details' }, ...spans));
  return element('li', {}, element('span', { class: 'timeline-at' }, time), content);
}
