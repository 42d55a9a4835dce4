import { isRunning, monotonicOf, totalsOf, type TurnState } from '../protocol';
import { element } from './element';
import type { PanelContext } from './panelContext';
import { fill } from './strings';
import { attemptFacts, totalsFacts, waitFacts, waitTitle, worthSayingMs, type Fact } from './timelineFacts';
import { createTimelinePicture } from './timelinePicture';
import { spansOf, type AttemptSpan, type TurnSpans, type WaitSpan } from './timelineSpans';

/** A turn's timeline: the picture and what its signs mean, the sums, and every step in words. */
export function timelineBody(context: PanelContext, state: TurnState): readonly HTMLElement[] {
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
function legend({ strings }: PanelContext, { parts }: TurnSpans): HTMLElement {
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

function row(context: PanelContext, part: WaitSpan | AttemptSpan): HTMLElement {
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
