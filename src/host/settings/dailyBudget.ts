import { isRecord, type JsonRecord } from '../../engine/json';

/** The most that the user wants to spend in a day, in USD. */
export interface DailyBudget {
  readonly daily: number;
  /** What happens when the budget of the day is used up. The user is warned in either case. */
  readonly action: 'warn' | 'ask';
}

/** A larger amount is surely a mistake. It is also in the schema in package.json. */
const maxDailyUsd = 1_000_000;

/** Reads the setting `holysheep.budget`. Without a valid amount, there is no budget. */
export function readBudget(value: unknown): DailyBudget | undefined {
  const fields: JsonRecord = isRecord(value) ? value : {};
  const { daily, action } = fields;
  if (typeof daily !== 'number' || !(daily > 0 && daily <= maxDailyUsd)) return undefined;
  return { daily, action: action === 'ask' ? 'ask' : 'warn' };
}
