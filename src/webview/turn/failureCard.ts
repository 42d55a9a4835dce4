import { faultLabel } from '../../shared/panelStrings';
import { type Failure, hasPartialAnswer, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { totalsTexts, waitDetails, waitTitle, type TimelineAttempt } from '../timeline/timelineDetails';
import { createSpans } from '../timeline/timelineSpans';
import { disclosure, element } from '../util/element';
import { fill } from '../util/format';
import { type Card, createActionButtons, createResponseDetails, offerModels, routeTextOf } from './cardParts';

interface FailureCardContext {
  /** Host name of the route. */
  readonly host: string;
  /** False for an older failure, whose card has no `alert` role and no buttons. */
  readonly isLatest: boolean;
  /** Returns the models to offer in place of one that the gateway does not have, as soon as they are known. */
  readonly nearestModels: () => readonly string[];
}

/** Creates the card that shows why a turn failed and what the user can do. */
export function createFailureCard(
  context: PageContext,
  exchangeId: string,
  event: Failure,
  state: TurnState,
  { host, isLatest: isInteractive, nearestModels }: FailureCardContext,
): Card {
  const details = createFailureDetails(context, event, state, isInteractive);
  const message = element('p', { class: 'card-message' }, event.message);
  const card = element('section', { class: isInteractive ? 'card failure-card' : 'card failure-card past' }, message);
  const route = routeTextOf(context, state, event, host);
  if (route !== undefined) card.append(element('p', { class: 'provenance' }, route));
  if (isInteractive) {
    card.setAttribute('role', 'alert');
    const actions = [...event.actions.filter((action) => action !== 'details'), 'details'] as const;
    const buttons = createActionButtons(context, exchangeId, actions, { ...event, details });
    card.append(buttons);
    // Places the details below their button, so that the button stays under the pointer when they open.
    details.classList.add('opened-by-button');
    card.append(details);
    if (event.kind === 'model' && event.actions.includes('switchModel') && !context.isReadOnly()) {
      context.post({ type: 'findModels', exchangeId });
      return { element: card, refresh: () => offerModels(context, exchangeId, buttons, nearestModels()) };
    }
  }
  card.append(details);
  return { element: card };
}

/** Creates the disclosure with the cause of a failure, the retries that were made, and advice. */
function createFailureDetails(
  context: PageContext,
  event: Failure,
  state: TurnState,
  isInteractive: boolean,
): HTMLDetailsElement {
  const { strings, help } = context;
  const { kind, detail } = event;
  const sections: readonly (readonly [title: string, ...lines: (string | HTMLElement)[]])[] = [
    [strings.detailsCause, help[kind].cause],
    [
      strings.detailsDone,
      ...createRetrySummary(context, event, state),
      ...(hasPartialAnswer(state) ? [strings.detailsPartialAnswerKept] : []),
    ],
    [strings.detailsRemedy, help[kind].remedy],
    ...(detail ? [[strings.detailsProvider, element('span', { class: 'provider-message' }, detail)] as const] : []),
  ];
  const list = element('dl', {});
  for (const [title, ...lines] of sections) {
    list.append(element('dt', {}, title), ...lines.map((line) => element('dd', {}, line)));
  }
  const responseDetails = createResponseDetails(context, event, isInteractive);
  const details = disclosure(strings.details, 'card-details', list, ...responseDetails, createHelpLink(context, event));
  // Keeps screen readers from announcing details that the user has just opened, although the card is an alert.
  details.setAttribute('aria-live', 'off');
  return details;
}

function createHelpLink({ strings, help, post }: PageContext, { kind }: Failure): HTMLElement {
  const { href } = help[kind];
  const link = element('a', { href, title: href }, strings.detailsWebPage);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    // Stops the propagation of the event, because VS Code's listener at the document would open the link a second time.
    event.stopPropagation();
    post({ type: 'openLink', href });
  });
  return element('p', {}, link);
}

/**
 * Returns texts and elements that describe the attempts and waits before a failure, and why there were no further
 * retries.
 */
function createRetrySummary(
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
      : attemptText(context, part),
  );
  return [
    totalsTexts(context, { ...totals, bytes: 0, speed: undefined }).join(' · '),
    element('ol', { class: 'card-steps' }, ...steps.map((step) => element('li', {}, step))),
    ...(beyondMaxHint ? [strings.detailsRetryAfterTooLong] : help[kind].isPermanent ? [strings.detailsNotRetried] : []),
  ];
}

function attemptText({ strings }: PageContext, { number, entry, host }: TimelineAttempt): string {
  const { model, status, ended } = entry;
  const parts = [fill(strings.timelineAttempt, String(number), model)];
  if (host !== undefined) parts.push(fill(strings.route, host));
  if (status !== undefined) parts.push(fill(strings.statusCode, String(status)));
  const { how: outcome = 'finished', row } = ended ?? {};
  if (outcome !== 'finished' && outcome !== 'stopped' && outcome !== 'abandoned')
    parts.push(faultLabel(strings, outcome, row));
  return parts.join(' · ');
}
