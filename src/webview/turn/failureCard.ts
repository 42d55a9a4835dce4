import { fillTemplate } from '../../shared/format';
import { type Failure, hasPartialAnswer, totalsOf, type TurnState, visibleText } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import type { Timeline } from '../timeline/timeline';
import { button, element } from '../util/element';
import { type Card, createActions, createCard, createDetails, gatewayOfCard } from './card';
import { hostOf, type ShownAnswer } from './shownAnswer';
import { answerActions } from './turnActions';

/** Maximum number of actions that are shown as buttons. Further actions are in a menu. */
const maxButtons = 2;

export function createFailureCard(
  context: PageContext,
  answer: ShownAnswer,
  event: Failure,
  state: TurnState,
  timeline: Timeline,
): Card {
  const { strings, isReadOnly, post, clock } = context;
  const { id: answerId, isLatest, model: chosenModel, summaryOffer } = answer;
  const { resetsAt = Infinity } = event;
  // If earlier turns were summarized after the failure, the same prompt makes a shorter request, so the card offers
  // *Retry now*.
  const isSummarized = summaryOffer === 'ready';
  const summaryActions = { none: [], possible: 'summarize', ready: 'retryNow' } as const;
  const actions = event.actions.flatMap((action) => (action === 'summarize' ? summaryActions[summaryOffer] : action));
  const gateway = gatewayOfCard(state, event, hostOf(context, state));
  const note = gateway === undefined ? undefined : fillTemplate(strings.gateway, gateway);
  const messages = {
    none: event.message,
    possible: fillTemplate(strings.tooLong, visibleText(state.model)),
    ready: strings.tooLongSummarized,
  };
  const offersModels = isLatest && event.kind === 'model' && actions.includes('switchModel') && !isReadOnly();
  const choices = element('div.actions.model-choices', { 'aria-live': 'off' });
  const possible = actions.filter((action) => action !== 'sendLater' || resetsAt > clock.now());
  const [best] = possible;
  // Setting the API key also retries the turn, so *Retry now* needs no button beside *Set API key*.
  const buttons = possible.slice(0, maxButtons).filter((action) => best !== 'setApiKey' || action !== 'retryNow');
  const choice = {
    buttons,
    more: possible.filter((action) => !buttons.includes(action)),
    primaryAction: best === 'retryNow' && context.help[event.kind].isPermanent && !isSummarized ? undefined : best,
  };
  if (offersModels) {
    context.request({ type: 'findModels', answerId }, (models) =>
      choices.replaceChildren(
        ...models.map((model) => {
          const option = button(model, 'secondary', () => post({ type: 'switchModel', answerId, model }));
          option.title = fillTemplate(strings.retryWithModel, model);
          return option;
        }),
      ),
    );
  }
  return createCard(context, {
    classNames: isLatest ? 'failure-card' : 'failure-card.past',
    attributes: isLatest ? { role: 'alert' } : {},
    texts: () => ({ message: messages[summaryOffer], note }),
    icon: 'error',
    ...(answer.isCompared && { spoken: fillTemplate(strings.columnAnnouncement, chosenModel, '') }),
    children: isLatest ? [choices] : [],
    actions: isLatest ? createActions(context, answerId, choice, event, answerActions(context, answer)) : [],
    details: createDetails(context, answer, timeline, event, createExplanation(context, event, state)),
  });
}

function createExplanation({ strings, help, post }: PageContext, event: Failure, state: TurnState): HTMLElement {
  const { kind, beyondMaxHint } = event;
  const { cause, remedy, href, isPermanent } = help[kind];
  const isSent = totalsOf(state).attempts > 0;
  const section = (title: string, ...allLines: readonly (string | HTMLElement | false | undefined)[]) => {
    const lines = allLines.filter((line) => line !== false && line !== undefined);
    return lines.length === 0 ? [] : [element('dt', title), ...lines.map((line) => element('dd', line))];
  };
  return element(
    'dl',
    ...section(strings.detailsCause, cause),
    ...section(
      strings.detailsDone,
      !isSent && strings.detailsNothingSent,
      isSent && beyondMaxHint && strings.detailsRetryAfterTooLong,
      isSent && !beyondMaxHint && isPermanent && strings.detailsNotRetried,
      hasPartialAnswer(state) && strings.detailsPartialAnswerKept,
    ),
    ...section(strings.detailsRemedy, remedy, createHelpLink(strings.detailsWebPage, href, post)),
  );
}

function createHelpLink(caption: string, href: string, post: PageContext['post']): HTMLElement {
  const link = element('a', { href, title: href }, caption);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    // Hides the click from VS Code's listener at the document, because that listener would open the link a second time.
    event.stopPropagation();
    post({ type: 'openLink', href });
  });
  return link;
}
