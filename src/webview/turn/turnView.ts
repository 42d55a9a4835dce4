import { isRunning, type TurnState, type WaitingEvent } from '../../shared/protocol';
import { element, setText } from '../util/element';
import { createTurnCard } from '../conversation/exchangeCards';
import { createExchangeTexts, type ExchangeTexts } from '../state/exchangeTexts';
import type { PageContext } from '../pageContext';
import { createProgressLine } from './progressLine';
import { waitParts } from '../../shared/sameWait';
import { createTurnActions } from './turnActions';
import { createToolCalls, seamText, switchText } from './turnNotes';
import { createTurnSummary } from './turnSummary';
import type { Card } from './waitCard';

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
  readonly texts: ExchangeTexts;
  /** The texts excepted. */
  render(state: TurnState, place: TurnPlace): void;
  dispose(): void;
}

export function createTurnView(context: PageContext, exchangeId: string): TurnView {
  const slot = (): CardSlot => createCardSlot(element('div', { class: 'card-slot' }), context.focusComposer);
  const texts = createExchangeTexts(context, exchangeId);
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
      const { host, queued, latest: alive, wait } = place;
      progress.update(state, queued, host);
      texts.setThinking(isRunning(state.phase) && state.text === '');
      setText(seam, seamText(context, state));
      setText(switched, switchText(context.strings, state));
      toolCalls.show(
        state.toolCalls.map(({ name }) => name),
        () => createToolCalls(context.strings, state.toolCalls),
      );
      card.show([state.phase, state.failure, alive, ...(state.wait ? waitParts(state.wait) : [])], () =>
        createTurnCard(context, exchangeId, state, { alive, host, wait }),
      );
      summary.update(state);
      showActions(state, place);
    },
    dispose: () => {
      for (const each of [toolCalls, card, actions, summary, progress, texts]) each.dispose();
    },
  };
}

/** A place for one card; a new one is built only when what it is built from has changed. */
interface CardSlot {
  readonly element: HTMLElement;
  show(from: readonly unknown[], build: () => Card | undefined): void;
  dispose(): void;
}

/** @param focusLost The card that goes away had the keyboard focus. */
function createCardSlot(element: HTMLElement, focusLost: () => void): CardSlot {
  let shownFrom: readonly unknown[] = [];
  let card: Card | undefined;
  const clear = (): void => {
    const hadFocus = card?.element.contains(document.activeElement) ?? false;
    card?.dispose();
    card?.element.remove();
    card = undefined;
    if (hadFocus) focusLost();
  };
  return {
    element,
    show: (from, build) => {
      if (from.length === shownFrom.length && from.every((part, index) => part === shownFrom[index])) {
        card?.refresh?.();
        return;
      }
      clear();
      shownFrom = from;
      card = build();
      if (card) element.append(card.element);
    },
    dispose: clear,
  };
}
