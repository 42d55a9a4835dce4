import type { TurnState, WaitingEvent } from '../protocol';
import { isRunning } from '../protocol';
import { element } from './element';
import { createFailureCard } from './failureCard';
import { createOutcomeLine } from './outcomeLine';
import type { PanelContext } from './panelContext';
import { createTimeline } from './timeline';
import { createTurnFooter } from './turnFooter';
import type { Card } from './waitCard';
import { createWaitCard } from './waitCard';

const nothingToEnd = (): void => undefined;

/**
 * The one card a turn shows now: its wait, its failure, or the line that says how it ended.
 * @param wait the present one: it may go on with another time while its card stays
 */
export function createTurnCard(
  context: PanelContext,
  exchangeId: string,
  state: TurnState,
  alive: boolean,
  wait: () => WaitingEvent | undefined,
): Card | undefined {
  switch (state.phase) {
    case 'waiting':
    case 'offline':
      return state.wait && createWaitCard(context, exchangeId, state.wait, wait);
    case 'failed':
      return state.failure && still(createFailureCard(context, exchangeId, state.failure, alive));
    case 'done':
    case 'stopped':
    case 'interrupted': {
      const line = createOutcomeLine(context, exchangeId, state, alive);
      return line && still(line);
    }
    case 'connecting':
    case 'streaming':
    case 'resuming':
      return undefined;
  }
}

/** What remains to be said of a turn that is over. */
export function createTurnSummary(context: PanelContext, state: TurnState): Card | undefined {
  if (isRunning(state.phase)) return undefined;
  const timeline = createTimeline(context, state);
  const footer = state.phase === 'done' || state.text ? createTurnFooter(context, state) : undefined;
  if (!timeline && !footer) return undefined;
  const summary = element('div', { class: 'turn-summary' }, ...(timeline ? [timeline] : []));
  if (footer) summary.append(footer.element);
  return { element: summary, dispose: footer?.dispose ?? nothingToEnd };
}

function still(cardElement: HTMLElement): Card {
  return { element: cardElement, dispose: nothingToEnd };
}
