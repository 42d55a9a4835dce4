import type { EndedEvent } from '../events/events';
import type { Currency } from '../events/kinds';
import type { LedgerEntry } from './ledger';
import { isRunning, type TurnState } from './turnState';
import { segmentsOf } from './turnTotals';
import { roundCost } from './usage';

export interface Cost {
  readonly amount: number;
  readonly currency: Currency;
  /**
   * Whether the amount was computed, at least in part, from the price of the model, because the gateway reported no
   * cost.
   */
  readonly isEstimate: boolean;
}

export interface TotalCost {
  readonly costs: readonly Cost[];
  /** Number of answers for which the cost of at least one attempt is unknown. */
  readonly unknownAnswers: number;
}

/**
 * The end of an attempt, as recorded in the turn's ledger or in the gateway's health records. Undefined while the
 * attempt runs.
 */
type EndedFields = Partial<EndedEvent> | undefined;

/** Returns the cost of an attempt. Returns undefined if the cost is unknown or if nothing was charged. */
export function costOfAttempt(end: EndedFields): Cost | undefined {
  const amount = end?.cost ?? end?.estimatedCost;
  if (amount === undefined) return undefined;
  return { amount, currency: end?.currency ?? 'USD', isEstimate: end?.cost === undefined };
}

/** Returns what prompt caching saved in an attempt. Returns undefined if this is unknown or the cache was not used. */
export function cacheSavingOf(end: EndedFields): Cost | undefined {
  const amount = end?.cacheSaving;
  return amount === undefined ? undefined : { amount, currency: end?.currency ?? 'USD', isEstimate: true };
}

/**
 * Returns the cost of all attempts of a turn, one sum per currency. Attempts whose text was discarded are included. If
 * the cost of any attempt is unknown, returns undefined. Otherwise, a part of the cost would look like the total.
 */
export function costsOf(state: TurnState): readonly Cost[] | undefined {
  const { costs, unknownAnswers } = totalCost([state]);
  return unknownAnswers > 0 || costs.length === 0 ? undefined : costs;
}

export function totalCost(states: readonly TurnState[]): TotalCost {
  return {
    costs: addCosts(states.flatMap((state) => attemptsOf(state).flatMap(({ end }) => costOfAttempt(end) ?? []))),
    unknownAnswers: states.filter((state) =>
      attemptsOf(state).some(
        (attempt) => hasUnknownCost(attempt.end) || (!isRunning(state.phase) && lacksEnd(attempt)),
      ),
    ).length,
  };
}

/**
 * Adds up costs per currency. A sum is an estimate if any nonzero cost in it is an estimate, or if all costs are
 * estimates.
 */
export function addCosts(costs: readonly Cost[]): readonly Cost[] {
  return [...Map.groupBy(costs, ({ currency }) => currency)].map(([currency, ofCurrency]) => ({
    currency,
    amount: ofCurrency.reduce((sum, { amount }) => roundCost(sum + amount), 0),
    isEstimate:
      ofCurrency.some(({ amount, isEstimate }) => isEstimate && amount > 0) ||
      ofCurrency.every(({ isEstimate }) => isEstimate),
  }));
}

/**
 * Returns the costs that are displayed. An estimated cost of zero is omitted, because users of a free model don't need
 * to read below each answer that it was free.
 */
export function shownCosts(costs: readonly Cost[] = []): readonly Cost[] {
  return costs.filter(({ amount, isEstimate }) => amount > 0 || !isEstimate);
}

/** Returns all attempts of a turn, including the attempts of discarded answers, oldest first. */
export function attemptsOf(state: TurnState): readonly LedgerEntry[] {
  return [...state.discardedAttempts, ...segmentsOf(state).flatMap(({ ledger }) => ledger.entries)];
}

/**
 * Returns whether the cost of an attempt that has ended is unknown. Gateways charge for a response that contains text
 * or reports usage.
 */
export function hasUnknownCost(end: EndedFields): boolean {
  return (end?.firstTokenMs ?? end?.promptTokens) !== undefined && !costOfAttempt(end);
}

/**
 * Returns whether the gateway accepted the attempt, but no end of the attempt was recorded. The cost of such an attempt
 * is unknown, unless the attempt is still running.
 */
export function lacksEnd({ headers, end }: LedgerEntry): boolean {
  const { status = 0 } = headers ?? {};
  return !end && status >= 200 && status <= 299;
}
