import type { Currency, FaultKind } from '../../engine/events/kinds';
import type { GatewayRef } from '../../engine/events/events';
import { visibleText } from '../../engine/gateway/visibleText';
import { addCosts, cacheSavingOf, costOfAttempt, hasUnknownCost, type Cost } from '../../engine/state/turnCost';
import {
  minRatedTurns,
  successPercent,
  sumOfAmounts,
  type BudgetReport,
  type HealthFault,
  type HealthFigures,
  type HealthPeriod,
  type HealthReport,
  type HealthRow,
} from '../../shared/healthMessages';
import type { DailyBudget } from '../settings/dailyBudget';
import { startOfDay } from '../ui/historyTime';
import { hourMs, type AttemptRecord } from './attemptRecord';

const maxShownNameLength = 80;

const shownHours = 24;
const shownDays = 14;

/** @param gateways the user's gateways, whose labels can have changed since the records were written */
export function createHealthReport(
  records: readonly AttemptRecord[],
  now: number,
  gateways: readonly GatewayRef[] = [],
  budget?: DailyBudget,
): HealthReport {
  const labelOf = ({ id, label }: GatewayRef): string =>
    visibleText(gateways.find((gateway) => gateway.id === id)?.label ?? label, maxShownNameLength);
  return {
    hours: createPeriod(records, hoursUntil(now), ({ at }) => startOfHour(at), labelOf),
    days: createPeriod(records, daysUntil(now), ({ at }) => startOfDay(at), labelOf),
    budget: budget && budgetReport(budget, spentToday(records, now, budget.currency)),
  };
}

export interface SpentToday {
  /** Today's costs in the currency of the daily budget. */
  readonly spent: Cost;
  /** Today's costs in other currencies. These costs are not included in `spent`, because no exchange rate is known. */
  readonly uncounted: readonly Cost[];
}

/**
 * Returns the costs of today's requests.
 * @param now the current time in epoch milliseconds, which determines the day in local time
 */
export function spentToday(records: readonly AttemptRecord[], now: number, currency: Currency): SpentToday {
  const costs = sumCosts(records.filter(({ at }) => at >= startOfDay(now)));
  return {
    spent: costs.find((cost) => cost.currency === currency) ?? { amount: 0, currency, isEstimate: false },
    uncounted: costs.filter((cost) => cost.currency !== currency && cost.amount > 0),
  };
}

/**
 * Returns the average cost of the requests to a model. If no cost is known for the model, returns the average cost of
 * all requests. Costs in other currencies, such as the cost 0 of a local model, are known but not included.
 */
export function averageCost(
  records: readonly AttemptRecord[],
  { model, currency }: { readonly model: string | undefined; readonly currency: Currency },
): number {
  const known = records.filter(costOfAttempt);
  const ofModel = known.filter((record) => record.model === model);
  const relevantRecords = (ofModel.length > 0 ? ofModel : known).filter(
    (record) => costOfAttempt(record)?.currency === currency,
  );
  return sumOfAmounts(sumCosts(relevantRecords)) / Math.max(1, relevantRecords.length);
}

/**
 * Returns the used part of the budget in percent. The number is rounded down, so that it reaches 100 only when the
 * budget is used up.
 */
export function usedPercent({ daily }: DailyBudget, { amount }: Cost): number {
  return Math.floor((100 * amount) / daily);
}

export function budgetCost({ daily, currency }: DailyBudget): Cost {
  return { amount: daily, currency, isEstimate: false };
}

function budgetReport(budget: DailyBudget, { spent, uncounted }: SpentToday): BudgetReport {
  return { daily: budgetCost(budget), usedPercent: usedPercent(budget, spent), uncounted };
}

/**
 * Returns the success rate and the time to the first token of each pair of gateway and model, keyed by {@link gatewayModelKey}.
 * They are computed from the last 24 hours or, if these have too few turns for a rate, from the last 14 days.
 */
export function essencesOf(records: readonly AttemptRecord[], now: number) {
  const [firstHour = now] = hoursUntil(now);
  const [firstDay = now] = daysUntil(now);
  const shown = records.filter(({ at }) => at >= firstDay);
  return new Map(
    [...Map.groupBy(shown, ({ gateway, model }) => gatewayModelKey(gateway.id, model))].map(([pair, ofPair]) => {
      const recent = figuresOf(ofPair.filter(({ at }) => at >= firstHour));
      const figures = recent.judgedTurns < minRatedTurns ? figuresOf(ofPair) : recent;
      return [pair, { successPercent: successPercent(figures), firstTokenMs: figures.firstTokenMs }];
    }),
  );
}

export function gatewayModelKey(gatewayId: string, model: string): string {
  return JSON.stringify([gatewayId, model]);
}

/**
 * Kinds of faults that occur when a working gateway refuses a request because of the user's account, key, model or
 * prompt.
 */
const refusals: ReadonlySet<AttemptRecord['result']> = new Set<FaultKind>([
  'auth',
  'credit',
  'permission',
  'model',
  'context-length',
  'content-filter',
  'request',
  'too-large',
]);

/**
 * Returns whether the record's turn is included in the success rate. Turns that do not show whether the gateway works
 * are not included.
 */
function isJudged({ turnResult = 'stopped' }: AttemptRecord): boolean {
  return turnResult !== 'stopped' && turnResult !== 'offline' && !refusals.has(turnResult);
}

function figuresOf(records: readonly AttemptRecord[]): HealthFigures {
  const judged = records.filter(isJudged);
  const firstTokens = records.flatMap(({ firstTokenMs }) => firstTokenMs ?? []);
  const speeds = records.flatMap(({ tokensPerSecond }) => tokensPerSecond ?? []);
  const sum = (numberOf: (record: AttemptRecord) => number | undefined): number =>
    records.reduce((total, record) => total + (numberOf(record) ?? 0), 0);
  return {
    attempts: records.filter(({ result }) => result !== 'waited').length,
    judgedTurns: judged.length,
    completeTurns: judged.filter(({ turnResult }) => turnResult === 'complete').length,
    firstTokenMs: percentile(firstTokens, 0.5),
    slowFirstTokenMs: percentile(firstTokens, 0.95),
    tokensPerSecond: percentile(speeds, 0.5),
    cuts: records.filter((record) => isFault(record) && record.firstTokenMs !== undefined).length,
    retries: records.filter(({ retry }) => retry).length,
    resumes: records.filter(({ resumed }) => resumed).length,
    waitedMs: sum(({ waitedMs }) => waitedMs),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
    costs: sumCosts(records),
    unknownCosts: records.filter((record) => record.interrupted ?? hasUnknownCost(record)).length,
    cacheSavings: addCosts(records.flatMap((record) => cacheSavingOf(record) ?? [])),
    unknownSavings: records.filter((record) => record.cacheWriteTokens && !cacheSavingOf(record)).length,
  };
}

function sumCosts(records: readonly AttemptRecord[]): readonly Cost[] {
  return addCosts(records.flatMap((record) => costOfAttempt(record) ?? []));
}

function isFault(record: AttemptRecord): record is AttemptRecord & { readonly result: FaultKind } {
  return record.result !== 'complete' && record.result !== 'stopped' && record.result !== 'waited';
}

/**
 * Returns a percentile: the smallest value for which at least the given share of all values is equal or smaller.
 * @param share a number from 0 to 1, such as 0.95
 */
function percentile(values: readonly number[], share: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)];
}

function createPeriod(
  records: readonly AttemptRecord[],
  starts: readonly number[],
  startOf: (record: AttemptRecord) => number,
  labelOf: (gateway: GatewayRef) => string,
): HealthPeriod {
  const inPeriod = records.filter((record) => starts.includes(startOf(record)));
  const rows = [...Map.groupBy(inPeriod, ({ gateway, model }) => gatewayModelKey(gateway.id, model)).values()].flatMap(
    (ofPair): readonly HealthRow[] => {
      const [first] = ofPair;
      if (!first) return [];
      const parts = new Map([...Map.groupBy(ofPair, startOf)].map(([start, ofPart]) => [start, figuresOf(ofPart)]));
      const row = {
        model: visibleText(first.model, maxShownNameLength),
        host: labelOf(first.gateway),
        total: figuresOf(ofPair),
        faults: faultsOf(ofPair, false),
        refusals: faultsOf(ofPair, true),
        parts: starts.map((start) => parts.get(start) ?? null),
      };
      return [row];
    },
  );
  return { starts, rows: rows.toSorted((a, b) => b.total.attempts - a.total.attempts) };
}

function faultsOf(records: readonly AttemptRecord[], areRefusals: boolean): readonly HealthFault[] {
  const faults = records.filter(isFault).filter(({ result }) => refusals.has(result) === areRefusals);
  return [...Map.groupBy(faults, ({ result }) => result)]
    .map(([kind, failed]) => ({ kind, count: failed.length }))
    .toSorted((a, b) => b.count - a.count);
}

/** Returns the start times of the last 24 hours, including the current hour. */
function hoursUntil(now: number): readonly number[] {
  const current = startOfHour(now);
  return Array.from({ length: shownHours }, (_, index) => current - (shownHours - 1 - index) * hourMs);
}

/** Returns the start times of the last 14 days in local time, including today. */
function daysUntil(now: number): readonly number[] {
  return Array.from({ length: shownDays }, (_, index) => {
    const day = new Date(startOfDay(now));
    day.setDate(day.getDate() - (shownDays - 1 - index));
    return day.getTime();
  });
}

function startOfHour(time: number): number {
  return Math.floor(time / hourMs) * hourMs;
}
