import { isRunning, routeName, routeOf, type TurnState, type WaitingEvent, waitKey } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';
import { type Card, type CardSlot, createCardSlot } from './cardParts';
import { createFailureCard } from './failureCard';
import { createProgressLine } from './progressLine';
import { createScheduledCard } from './scheduledCard';
import { createTurnActions } from './turnActions';
import { createToolCalls, routeText, seamText, switchText, createOutcomeLine } from './turnNotes';
import { createTurnSummary } from './turnSummary';
import { createTurnTexts, type TurnTexts } from './turnTexts';
import { createWaitCard } from './waitCard';

/** Data for a turn's view that is not in the state of the turn. */
interface TurnViewContext {
  /** Host name of the gateway, which is used until the turn knows its route. */
  readonly host: string;
  readonly queued: boolean;
  readonly isLatest: boolean;
  /** Whether the version buttons are disabled, because a turn of the conversation is running. */
  readonly versionsLocked: boolean;
  /** Ids of all versions of the exchange, oldest first, including the exchange itself. */
  readonly versions: readonly string[];
  /** Returns the current wait of the turn. The end of the wait may change while its card stays on screen. */
  readonly currentWait: () => WaitingEvent | undefined;
  /** Returns the models that the failure card offers. They may arrive while the card is on screen. */
  readonly nearestModels: () => readonly string[];
}

/** The view of a turn below its heading: the answer, the cards, the notes and the buttons. */
export interface TurnView {
  readonly elements: readonly HTMLElement[];
  readonly texts: TurnTexts;
  /** Renders everything except the answer and the reasoning. */
  render(state: TurnState, viewContext: TurnViewContext): void;
  dispose(): void;
}

/** Creates the view of a turn. */
export function createTurnView(context: PageContext, exchangeId: string): TurnView {
  const slot = (): CardSlot => createCardSlot(context, element('div', { class: 'card-slot' }));
  const texts = createTurnTexts(context, exchangeId);
  const seam = element('p', { class: 'seam-note', 'data-part': 'seam' });
  const switched = element('p', { class: 'switch-note', 'data-part': 'switch' });
  const route = element('p', { class: 'switch-note', 'data-part': 'route' });
  const progress = createProgressLine(context);
  const summary = createTurnSummary(context, exchangeId);
  const toolCalls = slot();
  const card = slot();
  const actions = slot();

  const showActions = (
    { phase, finishReason }: TurnState,
    { queued, isLatest, versions, versionsLocked }: TurnViewContext,
  ): void => {
    // Leaves out *Regenerate* if the answer ended at the token limit, because the outcome line of the latest turn
    // already has a button that restarts the answer.
    const canRegenerate = phase === 'done' && !(isLatest && finishReason === 'length');
    actions.show([queued, canRegenerate, versionsLocked, ...versions], () =>
      createTurnActions(context, exchangeId, { queued, canRegenerate, versions, versionsLocked }),
    );
  };

  return {
    elements: [
      texts.reasoning,
      texts.answer,
      seam,
      switched,
      route,
      toolCalls.element,
      progress.element,
      card.element,
      summary.element,
      actions.element,
    ],
    texts,
    render: (state, viewContext) => {
      const { queued, isLatest } = viewContext;
      const { phase, failure, schedule, wait } = state;
      const usedRoute = routeOf(state);
      // A scheduled prompt goes to the gateway in the settings, whichever route its last attempt used.
      const host = schedule || usedRoute === undefined ? viewContext.host : routeName(usedRoute);
      progress.update(state, queued, host);
      texts.setThinking(isRunning(state.phase) && state.text === '');
      setText(seam, seamText(context, state));
      setText(switched, switchText(context.strings, state));
      setText(route, routeText(context.strings, state));
      toolCalls.show(
        state.toolCalls.map(({ name }) => name),
        () => createToolCalls(context.strings, state.toolCalls),
      );
      const target = schedule ? `${schedule.id} ${host}` : usedRoute;
      card.show([phase, failure, target, isLatest, ...(wait ? waitKey(wait) : [])], () =>
        createTurnCard(context, exchangeId, state, { ...viewContext, host }),
      );
      summary.update(state);
      showActions(state, viewContext);
    },
    dispose: () => {
      for (const part of [toolCalls, card, actions, summary, progress, texts]) part.dispose();
    },
  };
}

/** Creates the card for the state of a turn: a wait card, a failure card or an outcome line. */
function createTurnCard(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  { isLatest, host, currentWait, nearestModels }: TurnViewContext,
): Card | undefined {
  switch (state.phase) {
    case 'waiting':
    case 'offline':
      return state.wait && createWaitCard(context, exchangeId, state, state.wait, { host, currentWait });
    case 'scheduled':
      return state.schedule && createScheduledCard(context, exchangeId, state.schedule, { host, model: state.model });
    case 'failed':
      return (
        state.failure && createFailureCard(context, exchangeId, state.failure, state, { host, isLatest, nearestModels })
      );
    case 'done':
    case 'stopped':
    case 'interrupted': {
      const line = createOutcomeLine(context, exchangeId, state, isLatest);
      return line && { element: line };
    }
    default:
      return undefined;
  }
}
