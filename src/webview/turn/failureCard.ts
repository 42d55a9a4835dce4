import { faultLabel } from '../../shared/panelStrings';
import { type Failure, hasArrived, type LedgerEntry, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { totalsTexts, waitDetails, waitTitle } from '../timeline/timelineDetails';
import { createSpans } from '../timeline/timelineSpans';
import { disclosure, element } from '../util/element';
import { fill } from '../util/format';
import { actionButtons, requestFacts } from './cardParts';

/**
 * What happened and what can be done. An old failure (`alive` is false) is a text among others: no alert, no buttons,
 * so that what is on screen twice can be pressed once.
 */
export function createFailureCard(
  context: PageContext,
  exchangeId: string,
  event: Failure,
  state: TurnState,
  alive: boolean,
): HTMLElement {
  const details = failureDetails(context, event, state, alive);
  const message = element('p', { class: 'card-message' }, event.message);
  const card = element('section', { class: alive ? 'card failure-card' : 'card failure-card past' }, message);
  if (alive) {
    card.setAttribute('role', 'alert');
    const actions = [...event.actions.filter((action) => action !== 'details'), 'details'] as const;
    card.append(actionButtons(context, exchangeId, actions, details));
    // Below its button: what opens must not push the button away from under the hand.
    details.classList.add('summoned');
  }
  card.append(details);
  return card;
}

/** Why a turn failed, what was done about it and what can be done; for those who open it. */
function failureDetails(context: PageContext, event: Failure, state: TurnState, alive: boolean): HTMLDetailsElement {
  const { strings, help } = context;
  const { kind, detail } = event;
  const parts: readonly (readonly [title: string, ...lines: (string | HTMLElement)[]])[] = [
    [strings.detailsCause, help[kind].cause],
    [
      strings.detailsDone,
      ...enginesPart(context, event, state),
      ...(hasArrived(state) ? [strings.detailsPartialAnswerKept] : []),
    ],
    [strings.detailsRemedy, help[kind].remedy],
    ...(detail ? [[strings.detailsProvider, element('span', { class: 'provider-words' }, detail)] as const] : []),
  ];
  const list = element('dl', {});
  for (const [title, ...lines] of parts) {
    list.append(element('dt', {}, title), ...lines.map((line) => element('dd', {}, line)));
  }
  const facts = requestFacts(context, event, alive);
  const details = disclosure(strings.details, 'card-details', list, ...facts, pageLink(context, event));
  // The card is an alert, and what opens in it is read by who opened it.
  details.setAttribute('aria-live', 'off');
  return details;
}

function pageLink({ strings, help, post }: PageContext, { kind }: Failure): HTMLElement {
  const { href } = help[kind];
  const link = element('a', { href, title: href }, strings.detailsWebPage);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    // VS Code's own listener would open it as well.
    event.stopPropagation();
    post({ type: 'openLink', href });
  });
  return element('p', {}, link);
}

/** What was done about a failure before it was one: how often, with which waits, and why no more. */
function enginesPart(
  context: PageContext,
  { kind, beyondMaxHint }: Failure,
  state: TurnState,
): readonly (string | HTMLElement)[] {
  const { strings, help } = context;
  const totals = totalsOf(state);
  if (totals.attempts === 0) return [strings.detailsNothingSent];
  const steps = createSpans(state).parts.map((part) =>
    part.kind === 'wait'
      ? [waitTitle(context, part.wait), ...waitDetails(context, part.wait).map(({ text }) => text)].join(' · ')
      : attemptStep(context, part.number, part.entry),
  );
  return [
    totalsTexts(context, { ...totals, bytes: 0, speed: undefined }).join(' · '),
    element('ol', { class: 'card-steps' }, ...steps.map((step) => element('li', {}, step))),
    ...(beyondMaxHint ? [strings.detailsRetryAfterTooLong] : help[kind].isPermanent ? [strings.detailsNotRetried] : []),
  ];
}

function attemptStep({ strings }: PageContext, number: number, { model, status, ended }: LedgerEntry): string {
  const facts = [fill(strings.timelineAttempt, String(number), model)];
  if (status !== undefined) facts.push(fill(strings.statusCode, String(status)));
  const { how = 'finished' } = ended ?? {};
  if (how !== 'finished' && how !== 'stopped' && how !== 'abandoned') facts.push(faultLabel(strings, how));
  return facts.join(' · ');
}
