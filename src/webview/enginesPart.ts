import { totalsOf, type Failure, type LedgerEntry, type TurnState } from '../protocol';
import { element } from './element';
import { faultWords } from '../faultWords';
import type { PanelContext } from './panelContext';
import { fill } from './strings';
import { totalsFacts, waitFacts, waitTitle } from './timelineFacts';
import { spansOf } from './timelineSpans';

/** What was done about a failure before it was one: how often, with which waits, and why no more. */
export function enginesPart(
  context: PanelContext,
  { kind, beyondMaxHint }: Failure,
  state: TurnState,
): readonly (string | HTMLElement)[] {
  const { strings, help } = context;
  const totals = totalsOf(state);
  if (totals.attempts === 0) return [strings.detailsNothingSent];
  const steps = spansOf(state).parts.map((part) =>
    part.kind === 'wait'
      ? [waitTitle(context, part.wait), ...waitFacts(context, part.wait).map(({ text }) => text)].join(' · ')
      : attemptStep(context, part.number, part.entry),
  );
  return [
    totalsFacts(context, { ...totals, bytes: 0, speed: undefined }).join(' · '),
    element('ol', { class: 'card-steps' }, ...steps.map((step) => element('li', {}, step))),
    ...(beyondMaxHint ? [strings.detailsBeyondMaxHint] : help[kind].lasting ? [strings.detailsLasting] : []),
  ];
}

function attemptStep({ strings }: PanelContext, number: number, { model, status, ended }: LedgerEntry): string {
  const facts = [fill(strings.timelineAttempt, String(number), model)];
  if (status !== undefined) facts.push(fill(strings.statusCode, String(status)));
  const { how = 'finished' } = ended ?? {};
  if (how !== 'finished' && how !== 'stopped' && how !== 'abandoned') facts.push(faultWords(strings, how));
  return facts.join(' · ');
}
