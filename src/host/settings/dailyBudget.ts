import { isRecord, type JsonRecord } from '../../engine/json';
import type { Currency } from '../../engine/events/kinds';

/** Maximum amount that the user wants to spend in a day. Costs in another currency are not included. */
export interface DailyBudget {
  readonly daily: number;
  readonly currency: Currency;
  /**
   * What happens when the daily budget is used up. With `warn`, the user is only notified. With `ask`, requests also
   * need the user's confirmation.
   */
  readonly action: 'warn' | 'ask';
}

/** Highest accepted daily budget, which is also the maximum in package.json. A larger amount is surely a mistake. */
const maxDaily = 1_000_000;

/**
 * Reads the setting `holysheep.budget`. Returns undefined (no budget) unless the setting contains a valid amount.
 * @param defaultCurrency the currency of the primary gateway
 */
export function readBudget(value: unknown, defaultCurrency: Currency): DailyBudget | undefined {
  const fields: JsonRecord = isRecord(value) ? value : {};
  const { daily, currency, action } = fields;
  if (typeof daily !== 'number' || !(daily > 0 && daily <= maxDaily)) return undefined;
  return {
    daily,
    currency: currency === 'USD' || currency === 'CNY' ? currency : defaultCurrency,
    action: action === 'ask' ? 'ask' : 'warn',
  };
}
