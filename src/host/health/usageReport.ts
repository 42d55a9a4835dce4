import { hostOf } from '../../engine/gateway/baseUrl';
import { visibleText } from '../../engine/gateway/visibleText';
import { addCosts, costOfAttempt, type Cost } from '../../engine/state/turnCost';
import { usdOf, type UsageFigures, type UsageGroup, type UsageReport } from '../../shared/healthMessages';
import type { DailyBudget } from '../settings/dailyBudget';
import type { AttemptRecord } from './attemptRecord';
import { daysUntil, maxShownNameLength, pairOf, startOfDay } from './healthReport';

export function createUsageReport(
  records: readonly AttemptRecord[],
  now: number,
  budget: DailyBudget | undefined,
): UsageReport {
  const starts = daysUntil(now);
  const byDay = Map.groupBy(records, ({ at }) => startOfDay(at));
  const ofDays = starts.map((start) => byDay.get(start) ?? []);
  return {
    total: groupOf(ofDays.flat()),
    days: ofDays.map((ofDay, index) => ({ start: starts[index] ?? now, ...groupOf(ofDay) })),
    ...(budget && { budget: { daily: budget.daily, usedPercent: usedPercent(budget, spentToday(records, now)) } }),
  };
}

/** Returns what the requests of the day of `now` in local time have cost. An amount in ¥ counts as if it were in USD. */
export function spentToday(records: readonly AttemptRecord[], now: number): Cost {
  const today = startOfDay(now);
  const costs = records.filter(({ at }) => at >= today).flatMap((record) => costOf(record) ?? []);
  return { amount: usdOf(addCosts(costs)), currency: 'USD', isEstimate: costs.some(({ isEstimate }) => isEstimate) };
}

/** A whole number, rounded down, because only 100 % means that the budget is used up. */
export function usedPercent({ daily }: DailyBudget, { amount }: Cost): number {
  return Math.floor((100 * amount) / daily);
}

function groupOf(records: readonly AttemptRecord[]): UsageGroup {
  const rows = [...Map.groupBy(records, pairOf).values()].flatMap((ofPair) => {
    const [first] = ofPair;
    if (!first) return [];
    return {
      model: visibleText(first.model, maxShownNameLength),
      host: visibleText(hostOf(first.origin), maxShownNameLength),
      ...figuresOf(ofPair),
    };
  });
  return {
    ...figuresOf(records),
    rows: rows.toSorted((a, b) => usdOf(b.costs) - usdOf(a.costs) || b.requests - a.requests),
  };
}

function figuresOf(records: readonly AttemptRecord[]): UsageFigures {
  const sum = (numberOf: (record: AttemptRecord) => number | undefined): number =>
    records.reduce((total, record) => total + (numberOf(record) ?? 0), 0);
  return {
    requests: records.length,
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
    costs: addCosts(records.flatMap((record) => costOf(record) ?? [])),
    unpriced: records.filter(hasUnknownCost).length,
  };
}

function costOf(record: AttemptRecord): Cost | undefined {
  return costOfAttempt({ origin: record.origin, ended: record });
}

/** Gateways charge only for a response with text or with a usage. */
function hasUnknownCost(record: AttemptRecord): boolean {
  const { firstTokenMs, promptTokens, completionTokens } = record;
  const isBilled = [firstTokenMs, promptTokens, completionTokens].some((each) => each !== undefined);
  return isBilled && !costOf(record);
}
