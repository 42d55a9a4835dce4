import { describePart, describeTotals } from '../../shared/describeLedger';
import { fill } from '../../shared/format';
import { type Failure, hasPartialAnswer, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createSpans } from '../timeline/timelineSpans';
import { button, element } from '../util/element';
import { type Card, createActions, createCard, createDetails, routeOfCard } from './card';

export interface FailureCardContext {
  readonly host: string;
  /** Whether the turn is the last one of the conversation. The card of an older turn has no role and no buttons. */
  readonly isLatest: boolean;
  /** Returns the models to offer in place of a model that the gateway lacks. They may arrive while the card is shown. */
  readonly nearestModels: () => readonly string[];
}

export function createFailureCard(
  context: PageContext,
  exchangeId: string,
  event: Failure,
  state: TurnState,
  { host, isLatest, nearestModels }: FailureCardContext,
): Card {
  const { strings, isReadOnly, post } = context;
  const route = routeOfCard(state, event, host);
  const note = route === undefined ? undefined : fill(strings.route, route);
  const offersModels = isLatest && event.kind === 'model' && event.actions.includes('switchModel') && !isReadOnly();
  const choices = element('div', { class: 'actions model-choices', 'aria-live': 'off' });
  const details = createDetails(context, event, createExplanation(context, event, state));
  const card = createCard(context, {
    name: isLatest ? 'failure-card' : 'failure-card past',
    attributes: isLatest ? { role: 'alert' } : {},
    texts: () => ({ message: event.message, note }),
    children: isLatest ? [choices, createActions(context, exchangeId, event.actions, event), ...details] : details,
  });
  if (offersModels) post({ type: 'findModels', exchangeId });
  const refresh = (): void => {
    const models = offersModels ? nearestModels() : [];
    if (choices.dataset['models'] === models.join()) return;
    choices.dataset['models'] = models.join();
    choices.replaceChildren(
      ...models.map((model) => {
        const choice = button(model, 'secondary', () => post({ type: 'switchModel', exchangeId, model }));
        choice.title = fill(strings.retryWithModel, model);
        return choice;
      }),
    );
  };
  return { ...card, refresh };
}

function createExplanation(context: PageContext, event: Failure, state: TurnState): HTMLElement {
  const { strings, help } = context;
  const { kind, detail } = event;
  const kept = hasPartialAnswer(state) ? [strings.detailsPartialAnswerKept] : [];
  const sections: readonly (readonly [title: string, lines: readonly (string | HTMLElement)[]])[] = [
    [strings.detailsCause, [help[kind].cause]],
    [strings.detailsDone, [...createRetrySummary(context, event, state), ...kept]],
    [strings.detailsRemedy, [help[kind].remedy, createHelpLink(context, event)]],
    [strings.detailsProvider, detail ? [element('span', { class: 'provider-message' }, detail)] : []],
  ];
  const entries = sections
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines]) => [element('dt', {}, title), ...lines.map((line) => element('dd', {}, line))]);
  return element('dl', {}, ...entries);
}

function createRetrySummary(
  context: PageContext,
  { kind, beyondMaxHint }: Failure,
  state: TurnState,
): readonly (string | HTMLElement)[] {
  const { strings, help } = context;
  const totals = totalsOf(state);
  if (totals.attempts === 0) return [strings.detailsNothingSent];
  const { parts, routes } = createSpans(state);
  const steps = parts.map((part) => element('li', {}, describePart(context, part).join(' · ')));
  const lines = [describeTotals(context, totals, routes).join(' · '), element('ol', { class: 'card-steps' }, ...steps)];
  if (beyondMaxHint) return [...lines, strings.detailsRetryAfterTooLong];
  return help[kind].isPermanent ? [...lines, strings.detailsNotRetried] : lines;
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
  return link;
}
