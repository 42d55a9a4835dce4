import type { ShownExchange } from '../../shared/exchanges';
import type { TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';

/**
 * Whether a summary can shorten a request that was too long (`possible`), or has done so since the request failed
 * (`ready`).
 */
export type SummaryOffer = 'none' | 'possible' | 'ready';

/** An answer on the page, as the parts of its turn see it. */
export interface ShownAnswer {
  readonly id: string;
  /** The state of the turn, which may be ahead of the one on screen. */
  readonly state: TurnState;
  readonly isQueued: boolean;
  /** The model that the user has chosen. */
  readonly model: string;
  /** The exchange to which the answer belongs. Undefined for the answer of a summary. */
  readonly exchange: ShownExchange | undefined;
  /** Whether the answer is shown side by side with answers of other models. */
  readonly isCompared: boolean;
  /** Whether no started turn follows. The card of an older turn has no role and no buttons. */
  readonly isLatest: boolean;
  readonly summaryOffer: SummaryOffer;
  /** Lets the user edit the prompt of the exchange. */
  editPrompt(): void;
}

/**
 * Returns the host to which the turn belongs. A scheduled prompt goes to the gateway in the settings, whichever gateway its
 * last attempt used.
 */
export function hostOf({ host }: PageContext, state: TurnState): string {
  return (state.schedule ? undefined : state.gateway?.label) ?? host();
}
