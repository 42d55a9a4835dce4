import type { Cost, FaultKind } from './protocol';

export interface HealthFigures {
  readonly attempts: number;
  /**
   * Number of turns that show whether the gateway works. Turns that were stopped, offline or refused are not included.
   */
  readonly judgedTurns: number;
  /** Number of turns that gave a complete answer, among the turns that show whether the gateway works. */
  readonly completeTurns: number;
  /** Median of the times to the first token, in milliseconds. */
  readonly firstTokenMs?: number | undefined;
  /** 95th percentile of the times to the first token, in milliseconds. */
  readonly slowFirstTokenMs?: number | undefined;
  /** Median of the throughputs of the attempts, in tokens per second. */
  readonly tokensPerSecond?: number | undefined;
  readonly retries: number;
  readonly cuts: number;
  readonly resumes: number;
  readonly waitedMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Number of prompt tokens that came from a cache. */
  readonly cachedTokens: number;
  /** Sum of the attempts' costs, for each currency. */
  readonly costs: readonly Cost[];
  /** Number of attempts whose cost is unknown. */
  readonly unknownCosts: number;
  /** What prompt caching saved, for each currency. An amount is negative if the cache cost more than it saved. */
  readonly cacheSavings: readonly Cost[];
  /** Number of attempts that wrote to the cache at an unknown price. */
  readonly unknownSavings: number;
}

export interface HealthFault {
  readonly kind: FaultKind;
  readonly count: number;
}

export interface HealthRow {
  readonly model: string;
  readonly host: string;
  readonly total: HealthFigures;
  /** Faults with their frequency, most frequent first. `refusals` has the same order. */
  readonly faults: readonly HealthFault[];
  /**
   * Faults that only the user can remove, such as a wrong key. They do not lower the success rate, because the gateway
   * itself works.
   */
  readonly refusals: readonly HealthFault[];
  /**
   * Figures of each hour or day, in the order of {@link HealthPeriod.starts}. Null for an hour or day without attempts.
   */
  readonly parts: readonly (HealthFigures | null)[];
}

/** Minimum number of turns for a success rate. A rate of fewer turns would say little about the gateway. */
export const minRatedTurns = 5;

/**
 * Returns the success rate as a whole percentage. It is rounded down, so that 100% means that no turn has failed.
 * Returns undefined if there are fewer turns than `minTurns`.
 */
export function successPercent(
  { judgedTurns, completeTurns }: HealthFigures,
  minTurns = minRatedTurns,
): number | undefined {
  return judgedTurns < minTurns ? undefined : Math.floor((100 * completeTurns) / judgedTurns);
}

export interface HealthPeriod {
  /** Start times of the period's hours or days, in epoch milliseconds, earliest first. */
  readonly starts: readonly number[];
  /** Rows of the report, one for each model at each gateway. The row with the most attempts comes first. */
  readonly rows: readonly HealthRow[];
}

/** Names of the periods: `hours` for the last 24 hours by hour, `days` for the last 14 days by day. */
export type HealthPeriodName = 'hours' | 'days';

export interface BudgetReport {
  /** The daily budget: the amount that can be spent in a day. */
  readonly daily: Cost;
  readonly usedPercent: number;
  /** Today's costs in another currency, which `usedPercent` does not include. */
  readonly uncounted: readonly Cost[];
}

export interface HealthReport extends Readonly<Record<HealthPeriodName, HealthPeriod>> {
  /** State of the daily budget. Absent if the user has set no budget. */
  readonly budget?: BudgetReport | undefined;
}

/**
 * Adds the amounts of all currencies, for charts and for the order of rows. The currencies can be added because
 * HolySheep charges ¥1 where the list price is $1.
 */
export function sumOfAmounts(costs: readonly Cost[]): number {
  return costs.reduce((sum, { amount }) => sum + amount, 0);
}

export type HealthTab = 'usage' | 'network';

export interface ToHealthPage {
  readonly type: 'report';
  readonly report: HealthReport;
  /** Tab that the page should show. Absent if the page should keep its current tab. */
  readonly tab?: HealthTab | undefined;
}
