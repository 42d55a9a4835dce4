import type { EndedEvent } from '../events/events';
import type { Currency } from '../events/kinds';
import type { LedgerEntry } from './ledger';
import { isRunning, type TurnState } from './turnState';
import { segmentsOf } from './turnTotals';
import { roundCost } from './usage';

export interface Cost {
  readonly amount: number;
  readonly currency: Currency;
  /** Whether a part of the amount was computed from the price of the model, because the gateway reported no cost. */
  readonly isEstimate: boolean;
}

export interface TotalCost {
  readonly costs: readonly Cost[];
  /** Number of answers of which at least one attempt has an unknown cost. */
  readonly unknownAnswers: number;
}

/** The end of an attempt, as in the ledger or in the health book. Undefined while the attempt runs. */
type EndedFields = Partial<EndedEvent> | undefined;

/** Returns undefined if the cost is unknown or there was none to report. */
export function costOfAttempt(ended: EndedFields): Cost | undefined {
  const amount = ended?.cost ?? ended?.estimatedCost;
  if (amount === undefined) return undefined;
  return { amount, currency: ended?.currency ?? 'USD', isEstimate: ended?.cost === undefined };
}

/**
 * Returns what all attempts of a turn cost, also those whose text was discarded, for each currency. Undefined if the cost
 * of an attempt is unknown, because a part of a cost would look like all of it.
 */
export function costsOf(state: TurnState): readonly Cost[] | undefined {
  const { costs, unknownAnswers } = totalCost([state]);
  return unknownAnswers > 0 || costs.length === 0 ? undefined : costs;
}

/** Returns what several turns cost together. */
export function totalCost(states: readonly TurnState[]): TotalCost {
  return {
    costs: addCosts(states.flatMap((state) => attemptsOf(state).flatMap(({ ended }) => costOfAttempt(ended) ?? []))),
    unknownAnswers: states.filter((state) =>
      attemptsOf(state).some(
        (attempt) => hasUnknownCost(attempt.ended) || (!isRunning(state.phase) && lacksEnd(attempt)),
      ),
    ).length,
  };
}

/** Returns one sum for each currency. */
export function addCosts(costs: readonly Cost[]): readonly Cost[] {
  return [...Map.groupBy(costs, ({ currency }) => currency)].map(([currency, ofCurrency]) => ({
    currency,
    amount: ofCurrency.reduce((sum, { amount }) => roundCost(sum + amount), 0),
    isEstimate: ofCurrency.some(({ isEstimate }) => isEstimate),
  }));
}

/** Leaves out an estimate of zero, because users of a free model need no reminder of its price at each answer. */
export function shownCosts(costs: readonly Cost[] = []): readonly Cost[] {
  return costs.filter(({ amount, isEstimate }) => amount > 0 || !isEstimate);
}

/** Returns all attempts that may have cost something, oldest first. */
export function attemptsOf(state: TurnState): readonly LedgerEntry[] {
  return [...state.discardedAttempts, ...segmentsOf(state).flatMap(({ ledger }) => ledger.entries)];
}

/** Gateways charge for a response that has text or reports usage. */
export function hasUnknownCost(ended: EndedFields): boolean {
  return (ended?.firstTokenMs ?? ended?.promptTokens) !== undefined && !costOfAttempt(ended);
}

/** Returns whether an attempt has a response, but no end. Its cost is then unknown if its window has closed. */
export function lacksEnd({ headers, ended }: LedgerEntry): boolean {
  const { status = 0 } = headers ?? {};
  return !ended && status >= 200 && status <= 299;
}
