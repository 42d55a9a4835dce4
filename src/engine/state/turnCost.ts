import { segmentsOf } from './turnTotals';
import type { TurnState } from './turnState';

/** HolySheep bills ¥1 where the list price of the model is $1, so its amounts are shown in ¥ without a conversion. */
export type Currency = 'USD' | 'CNY';

export interface Cost {
  readonly amount: number;
  readonly currency: Currency;
  /** Whether a part of the amount was computed from the price of the model, because the gateway reported no cost. */
  readonly isEstimate: boolean;
}

export function currencyOf(origin: string): Currency {
  return /^https:\/\/(?:[a-z0-9-]+\.)*holysheep\.ai$/.test(origin) ? 'CNY' : 'USD';
}

/**
 * Returns what all attempts of a turn cost, also those whose text was discarded, for each currency. Undefined if the cost
 * of an attempt is unknown.
 */
export function costsOf(state: TurnState): readonly Cost[] | undefined {
  const attempts = segmentsOf(state).flatMap(({ ledger }) => ledger.entries);
  const costs = attempts.flatMap(({ origin, ended }): readonly Cost[] => {
    const amount = ended?.cost ?? ended?.estimatedCost;
    if (amount === undefined) return [];
    return [{ amount, currency: currencyOf(origin), isEstimate: ended?.cost === undefined }];
  });
  return costs.length > 0 ? addCosts(costs) : undefined;
}

/** Returns one sum for each currency. */
export function addCosts(costs: readonly Cost[]): readonly Cost[] {
  return [...Map.groupBy(costs, ({ currency }) => currency)].map(([currency, ofCurrency]) => ({
    currency,
    amount: ofCurrency.reduce((sum, { amount }) => sum + amount, 0),
    isEstimate: ofCurrency.some(({ isEstimate }) => isEstimate),
  }));
}
