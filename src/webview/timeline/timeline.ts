import { initialTurn, isRunning, monotonicOf, runsOf, totalsOf, type TurnState, waitedMs } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';
import { fill } from '../util/format';
import { attemptFacts, type Fact, totalsFacts, waitFacts, waitTitle, worthSayingMs } from './timelineFacts';
import { createTimelinePicture } from './timelinePicture';
import { type AttemptSpan, spansOf, type TurnSpans, type WaitSpan } from './timelineSpans';

/** What the network did, behind one quiet line. */
export interface Timeline {
  readonly element: HTMLDetailsElement;
  update(state: TurnState): void;
  dispose(): void;
}

/** It is drawn when it is opened, and while the turn runs once a second from then on. */
export function createTimeline(context: PageContext): Timeline {
  const caption = element('summary');
  const body = element('div', { class: 'timeline-body' });
  const details = element('details', { class: 'timeline' }, caption, body);
  let state = initialTurn;
  let stop: (() => void) | undefined;
  const draw = (): void => body.replaceChildren(...timelineBody(context, state));
  const end = (): void => {
    stop?.();
    stop = undefined;
  };
  const follow = (): void => {
    if (details.open && isRunning(state.phase)) stop ??= context.clock.every(1000, draw);
    else end();
  };
  details.addEventListener('toggle', () => {
    if (details.open) draw();
    follow();
  });
  return {
    element: details,
    update: (next) => {
      state = next;
      setText(caption, timelineCaption(context, state));
      if (details.open && !isRunning(state.phase)) draw();
      follow();
    },
    dispose: end,
  };
}

/** There was an attempt, or a wait for one. */
export function hasTimeline(state: TurnState): boolean {
  return runsOf(state).some(({ ledger }) => ledger.entries.length > 0 || ledger.waits.length > 0);
}

/** The network did more than answer. */
export function isEventful({ attempts, earlier, ledger }: TurnState): boolean {
  return attempts > 1 || earlier.length > 0 || ledger.waits.length > 0 || waitedMs(ledger) >= worthSayingMs;
}

/** How long it took; undefined where there is no first word, or no end. */
export function timing({ strings, format }: PageContext, state: TurnState): string | undefined {
  const { firstTokenMs, ms } = totalsOf(state);
  if (firstTokenMs === undefined || state.endedAt === undefined) return undefined;
  return fill(strings.summaryTiming, format.duration(firstTokenMs), format.duration(ms));
}

function timelineCaption(context: PageContext, state: TurnState): string {
  const { strings, format } = context;
  if (isRunning(state.phase)) return strings.timelineSoFar;
  if (!isEventful(state)) return timing(context, state) ?? strings.timeline;
  if (state.phase !== 'done') return strings.timeline;
  const { attempts, waitedMs: waited } = totalsOf(state);
  if (attempts <= 1) return fill(strings.summaryWaited, format.duration(waited));
  return waited < worthSayingMs
    ? fill(strings.summaryAttempts, String(attempts))
    : fill(strings.summaryRetried, String(attempts), format.duration(waited));
}

/** A turn's timeline: the picture and what its signs mean, the sums, and every step in words. */
function timelineBody(context: PageContext, state: TurnState): readonly HTMLElement[] {
  const now = isRunning(state.phase) ? monotonicOf(state, context.clock.now()) : undefined;
  const spans = spansOf(state, now);
  const totals = totalsOf(state, now);
  const [attempts = '', ...rest] = totalsFacts(context, totals);
  const words = totals.waitedMs >= worthSayingMs ? [attempts, ...rest.slice(0, 1)] : [attempts];
  const label = fill(context.strings.pictureOf, context.format.duration(spans.total), context.format.list(words));
  return [
    element('div', { class: 'timeline-frame' }, createTimelinePicture(context, spans, label)),
    legend(context, spans),
    element('p', { class: 'timeline-totals' }, [attempts, ...rest].join(' · ')),
    element('ol', {}, ...spans.parts.map((part) => row(context, part))),
  ];
}

/** Of the signs that occur. */
function legend({ strings }: PageContext, { parts }: TurnSpans): HTMLElement {
  const attempts = parts.filter((part) => part.kind === 'attempt');
  const keys: readonly (readonly [name: string, words: string, occurs: boolean])[] = [
    ['connecting', strings.pictureConnecting, attempts.length > 0],
    ['first', strings.pictureFirstToken, attempts.some(({ headers }) => headers !== undefined)],
    ['streaming', strings.pictureStreaming, attempts.some(({ firstToken }) => firstToken !== undefined)],
    ['wait', strings.pictureWait, attempts.length < parts.length],
  ];
  const shown = keys.filter(([, , occurs]) => occurs);
  const items = shown.map(([name, words]) => element('span', { class: `key key-${name}` }, words));
  return element('p', { class: 'timeline-legend', 'aria-hidden': 'true' }, ...items);
}

function row(context: PageContext, part: WaitSpan | AttemptSpan): HTMLElement {
  const { strings, format } = context;
  const [title, facts]: readonly [string, readonly Fact[]] =
    part.kind === 'wait'
      ? [waitTitle(context, part.wait), waitFacts(context, part.wait)]
      : [fill(strings.timelineAttempt, String(part.number), part.entry.model), attemptFacts(context, part.entry)];
  const what = element('div', {}, element('p', {}, title));
  if (facts.length > 0) what.append(element('p', { class: 'timeline-facts' }, ...facts.flatMap(shown)));
  return element('li', {}, element('span', { class: 'timeline-at' }, `+${format.duration(part.from)}`), what);
}

/** The dot between two belongs to the first: no line begins with one. */
function shown({ text, more }: Fact, index: number, { length }: readonly Fact[]): (HTMLElement | string)[] {
  const last = index === length - 1;
  const words = element('span', more === undefined ? {} : { title: more }, last ? text : `${text} ·`);
  return last ? [words] : [words, ' '];
}
