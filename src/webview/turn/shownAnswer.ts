import type { ShownExchange } from '../../shared/exchanges';
import type { TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';

/**
 * What the failure card offers after a request that was too long: `possible` offers a summary, and `ready` offers a
 * retry, because a summary written after the failure already makes the request shorter.
 */
export type SummaryOffer = 'none' | 'possible' | 'ready';

/** The data of an answer from which its elements on the page are drawn. */
export interface ShownAnswer {
  readonly id: string;
  readonly element: HTMLElement;
  /** State of the turn. It can be newer than the state that is visible on screen. */
  readonly state: TurnState;
  readonly isQueued: boolean;
  /** Model that the user has chosen for the answer. */
  readonly model: string;
  /** Exchange to which the answer belongs. Undefined if the answer belongs to a summary. */
  readonly exchange: ShownExchange | undefined;
  /** Whether the answer belongs to a comparison, which shows it beside the answers of other models. */
  readonly isCompared: boolean;
  /** Whether no later turn has started. The card of an older turn has no ARIA role and no buttons. */
  readonly isLatest: boolean;
  readonly summaryOffer: SummaryOffer;
  /** Opens the editor of the prompt to which the answer belongs. */
  editPrompt(): void;
}

/**
 * Returns the name of the gateway to which the turn belongs. A scheduled prompt goes to the gateway in the settings,
 * even if its last attempt used another gateway.
 */
export function hostOf({ host }: PageContext, state: TurnState): string {
  return (state.schedule ? undefined : state.gateway?.label) ?? host();
}
