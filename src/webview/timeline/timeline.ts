import {
  initialTurn,
  isRunning,
  toMonotonic,
  segmentsOf,
  totalsOf,
  type TurnState,
  waitedMs,
} from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';
import { fill } from '../util/format';
import {
  attemptDetails,
  type TimelineDetail,
  totalsTexts,
  waitDetails,
  waitTitle,
  minDisplayedMs,
} from './timelineDetails';
import { createTimelineChart } from './timelineChart';
import { type AttemptSpan, createSpans, type TurnSpans, type WaitSpan } from './timelineSpans';

/** A disclosure under an answer. When it is open, it shows the attempts and waits of the turn. */
export interface Timeline {
  readonly element: HTMLDetailsElement;
  update(state: TurnState): void;
  dispose(): void;
}

/** Creates a timeline. It is drawn when the user opens it, and then once per second while the turn runs. */
export function createTimeline(context: PageContext): Timeline {
  const caption = element('summary');
  const body = element('div', { class: 'timeline-body' });
  const details = element('details', { class: 'timeline' }, caption, body);
  let state = initialTurn;
  let cancelTimer: (() => void) | undefined;
  const draw = (): void => body.replaceChildren(...createTimelineBody(context, state));
  const stopUpdates = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  const updateTimer = (): void => {
    if (details.open && isRunning(state.phase)) cancelTimer ??= context.clock.every(1000, draw);
    else stopUpdates();
  };
  details.addEventListener('toggle', () => {
    if (details.open) draw();
    updateTimer();
  });
  return {
    element: details,
    update: (next) => {
      state = next;
      setText(caption, timelineCaption(context, state));
      if (details.open && !isRunning(state.phase)) draw();
      updateTimer();
    },
    dispose: stopUpdates,
  };
}

/** Returns whether the turn has made an attempt or has waited for one. */
export function hasTimeline(state: TurnState): boolean {
  return segmentsOf(state).some(({ ledger }) => ledger.entries.length > 0 || ledger.waits.length > 0);
}

/** Returns whether the turn has waited, has needed more than one attempt or was continued by the user. */
export function isEventful({ attempts, previousSegments, ledger }: TurnState): boolean {
  return attempts > 1 || previousSegments.length > 0 || ledger.waits.length > 0 || waitedMs(ledger) >= minDisplayedMs;
}

/**
 * Returns a text with the time to the first token and the total time. Undefined if no token arrived or the turn has not
 * ended.
 */
export function timingText({ strings, format }: PageContext, state: TurnState): string | undefined {
  const { firstTokenMs, ms } = totalsOf(state);
  if (firstTokenMs === undefined || state.endedAt === undefined) return undefined;
  return fill(strings.summaryTiming, format.duration(firstTokenMs), format.duration(ms));
}

function timelineCaption(context: PageContext, state: TurnState): string {
  const { strings, format } = context;
  if (isRunning(state.phase)) return strings.timelineSoFar;
  if (!isEventful(state)) return timingText(context, state) ?? strings.timeline;
  if (state.phase !== 'done') return strings.timeline;
  const { attempts, waitedMs: waited } = totalsOf(state);
  if (attempts <= 1) return fill(strings.summaryWaited, format.duration(waited));
  return waited < minDisplayedMs
    ? fill(strings.summaryAttempts, String(attempts))
    : fill(strings.summaryRetried, String(attempts), format.duration(waited));
}

/** Returns the content of a timeline: the chart, its legend, the totals, and a list of all attempts and waits. */
function createTimelineBody(context: PageContext, state: TurnState): readonly HTMLElement[] {
  const now = isRunning(state.phase) ? toMonotonic(state, context.clock.now()) : undefined;
  const spans = createSpans(state, now);
  const totals = totalsOf(state, now);
  const [attempts = '', ...remaining] = totalsTexts(context, totals);
  const routes = spans.routes > 1 ? [fill(context.strings.totalsRoutes, String(spans.routes))] : [];
  const counts = [attempts, ...routes];
  const labelParts = totals.waitedMs >= minDisplayedMs ? [...counts, ...remaining.slice(0, 1)] : counts;
  const label = fill(
    context.strings.timelineLabel,
    context.format.duration(spans.total),
    context.format.list(labelParts),
  );
  return [
    element('div', { class: 'timeline-frame' }, createTimelineChart(context, spans, label)),
    createLegend(context, spans),
    element('p', { class: 'timeline-totals' }, [...counts, ...remaining].join(' · ')),
    element('ol', {}, ...spans.parts.map((part) => createRow(context, part))),
  ];
}

/** Creates the legend for the items that occur in the timeline chart. */
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

function createRow(context: PageContext, part: WaitSpan | AttemptSpan): HTMLElement {
  const { strings, format } = context;
  const [title, details]: readonly [string, readonly TimelineDetail[]] =
    part.kind === 'wait'
      ? [waitTitle(context, part.wait), waitDetails(context, part.wait)]
      : [fill(strings.timelineAttempt, String(part.number), part.entry.model), attemptDetails(context, part)];
  const content = element('div', {}, element('p', {}, title));
  if (details.length > 0) content.append(element('p', { class: 'timeline-details' }, ...details.flatMap(detailNodes)));
  return element('li', {}, element('span', { class: 'timeline-at' }, `+${format.duration(part.from)}`), content);
}

/**
 * Returns the DOM nodes of a detail. The separator dot is appended to the preceding detail, so that no wrapped line
 * starts with a dot.
 */
function detailNodes(
  { text, tooltip }: TimelineDetail,
  index: number,
  { length }: readonly TimelineDetail[],
): (HTMLElement | string)[] {
  const isLast = index === length - 1;
  const span = element('span', tooltip === undefined ? {} : { title: tooltip }, isLast ? text : `${text} ·`);
  return isLast ? [span] : [span, ' '];
}
