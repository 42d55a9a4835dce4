import type { TurnState, WaitingEvent } from '../../shared/protocol';
import { createFailureCard } from '../turn/failureCard';
import { createOutcomeLine } from '../turn/outcomeLine';
import type { PageContext } from '../pageContext';
import { type Card, createWaitCard } from '../turn/waitCard';

const nothingToEnd = (): void => undefined;

export interface TurnCardPlace {
  /** Its buttons can be pressed: it is of the latest turn. */
  readonly alive: boolean;
  /** Host name of the gateway. */
  readonly host: string;
  /** The present one: it may go on with another time while its card stays. */
  readonly wait: () => WaitingEvent | undefined;
}

/** The one card a turn shows now: its wait, its failure, or the line that says how it ended. */
export function createTurnCard(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  { alive, host, wait }: TurnCardPlace,
): Card | undefined {
  switch (state.phase) {
    case 'waiting':
    case 'offline':
      return state.wait && createWaitCard(context, exchangeId, state.wait, { host, current: wait });
    case 'failed':
      return state.failure && still(createFailureCard(context, exchangeId, state.failure, state, alive));
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

function still(cardElement: HTMLElement): Card {
  return { element: cardElement, dispose: nothingToEnd };
}
