import { isRunning, type TurnState, type WaitingEvent, waitIdentity } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText } from '../util/element';
import { type Card, type CardSlot, createCardSlot } from './cardParts';
import { createFailureCard } from './failureCard';
import { createProgressLine } from './progressLine';
import { createTurnActions } from './turnActions';
import { createToolCalls, seamText, switchText, createOutcomeLine } from './turnNotes';
import { createTurnSummary } from './turnSummary';
import { createTurnTexts, type TurnTexts } from './turnTexts';
import { createWaitCard } from './waitCard';

/** Where a turn stands in its conversation. */
interface TurnPlace {
  /** Host name of the gateway. */
  readonly host: string;
  readonly queued: boolean;
  readonly latest: boolean;
  /** A turn of the conversation runs. */
  readonly held: boolean;
  /** Ids of all that were asked in its place, itself included, oldest first. */
  readonly versions: readonly string[];
  /** The present wait: it may go on with another time while its card stays. */
  readonly wait: () => WaitingEvent | undefined;
}

/** All that is shown of a turn below its name. */
export interface TurnView {
  readonly elements: readonly HTMLElement[];
  readonly texts: TurnTexts;
  /** The texts excepted. */
  render(state: TurnState, place: TurnPlace): void;
  dispose(): void;
}

export function createTurnView(context: PageContext, exchangeId: string): TurnView {
  const slot = (): CardSlot => createCardSlot(context, element('div', { class: 'card-slot' }));
  const texts = createTurnTexts(context, exchangeId);
  const seam = element('p', { class: 'seam-note', 'data-part': 'seam' });
  const switched = element('p', { class: 'switch-note', 'data-part': 'switch' });
  const progress = createProgressLine(context);
  const summary = createTurnSummary(context, exchangeId);
  const toolCalls = slot();
  const card = slot();
  const actions = slot();

  const showActions = ({ phase, finishReason }: TurnState, { queued, latest, versions, held }: TurnPlace): void => {
    // At the token limit the card of the latest one has the same.
    const regenerate = phase === 'done' && !(latest && finishReason === 'length');
    actions.show([queued, regenerate, held, ...versions], () =>
      createTurnActions(context, exchangeId, { queued, regenerate, versions, held }),
    );
  };

  return {
    elements: [
      texts.reasoning,
      texts.answer,
      seam,
      switched,
      toolCalls.element,
      progress.element,
      card.element,
      summary.element,
      actions.element,
    ],
    texts,
    render: (state, place) => {
      const { host, queued, latest: alive } = place;
      progress.update(state, queued, host);
      texts.setThinking(isRunning(state.phase) && state.text === '');
      setText(seam, seamText(context, state));
      setText(switched, switchText(context.strings, state));
      toolCalls.show(
        state.toolCalls.map(({ name }) => name),
        () => createToolCalls(context.strings, state.toolCalls),
      );
      card.show([state.phase, state.failure, alive, ...(state.wait ? waitIdentity(state.wait) : [])], () =>
        createTurnCard(context, exchangeId, state, place),
      );
      summary.update(state);
      showActions(state, place);
    },
    dispose: () => {
      for (const each of [toolCalls, card, actions, summary, progress, texts]) each.dispose();
    },
  };
}

/** The one card a turn shows now: its wait, its failure, or the line that says how it ended. */
function createTurnCard(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  { latest: alive, host, wait }: TurnPlace,
): Card | undefined {
  switch (state.phase) {
    case 'waiting':
    case 'offline':
      return state.wait && createWaitCard(context, exchangeId, state.wait, { host, current: wait });
    case 'failed':
      return state.failure && { element: createFailureCard(context, exchangeId, state.failure, state, alive) };
    case 'done':
    case 'stopped':
    case 'interrupted': {
      const line = createOutcomeLine(context, exchangeId, state, alive);
      return line && { element: line };
    }
    default:
      return undefined;
  }
}
