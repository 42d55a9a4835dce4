import { isRecord, type JsonRecord } from '../../engine/json';
import type { Currency } from '../../engine/events/kinds';

/** The most that the user wants to spend in a day. Costs in another currency do not count. */
export interface DailyBudget {
  readonly daily: number;
  readonly currency: Currency;
  /** What happens when the budget of the day is used up. The user is warned in either case. */
  readonly action: 'warn' | 'ask';
}

/** A larger amount is surely a mistake. The schema in package.json has the same limit. */
const maxDaily = 1_000_000;

/**
 * Reads the setting `holysheep.budget`. Without a valid amount, there is no budget.
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
