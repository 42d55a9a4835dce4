import type { Cost, FaultKind } from './protocol';

export interface HealthFigures {
  readonly attempts: number;
  /** Attempts that say something about the gateway: not those that were stopped, offline, or refused. */
  readonly judged: number;
  /** Judged attempts that gave a complete answer. */
  readonly complete: number;
  /** Median of the times to the first token, in milliseconds. */
  readonly firstTokenMs?: number | undefined;
  /** 95th percentile of the times to the first token, in milliseconds. */
  readonly slowFirstTokenMs?: number | undefined;
  /** Median. */
  readonly tokensPerSecond?: number | undefined;
  readonly retries: number;
  readonly cuts: number;
  readonly resumes: number;
  readonly waitedMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Tokens of the prompts that came from a cache. */
  readonly cachedTokens: number;
  /** One sum for each currency. */
  readonly costs: readonly Cost[];
  /** Attempts with an unknown cost. */
  readonly unknownCosts: number;
}

export interface HealthFault {
  readonly kind: FaultKind;
  readonly count: number;
}

export interface HealthRow {
  readonly model: string;
  readonly host: string;
  readonly total: HealthFigures;
  /** The most frequent ones first, as in `refusals`. */
  readonly faults: readonly HealthFault[];
  /** Faults that only the user can cure, such as a wrong key. They say that the gateway works. */
  readonly refusals: readonly HealthFault[];
  /** The figures of each hour or day, in the order of {@link HealthPeriod.starts}. Null if there was no attempt. */
  readonly parts: readonly (HealthFigures | null)[];
}

/** A whole number, rounded down, because only 100 % means that no attempt has failed. */
export function successPercent({ judged, complete }: HealthFigures): number | undefined {
  return judged === 0 ? undefined : Math.floor((100 * complete) / judged);
}

export interface HealthPeriod {
  /** Epoch milliseconds at which each hour or day begins, in ascending order. */
  readonly starts: readonly number[];
  /** The models and gateways with the most attempts first. */
  readonly rows: readonly HealthRow[];
}

/** The names of the periods: the last 24 hours by hour, and the last 14 days by day. */
export type HealthPeriodName = 'hours' | 'days';

export interface BudgetReport {
  /** The amount that can be spent in a day. */
  readonly daily: Cost;
  readonly usedPercent: number;
  /** The costs of today in another currency, which are not part of `usedPercent`. */
  readonly uncounted: readonly Cost[];
}

export interface HealthReport extends Readonly<Record<HealthPeriodName, HealthPeriod>> {
  /** Absent if the user has set no budget. */
  readonly budget?: BudgetReport | undefined;
}

/**
 * Adds the amounts of all currencies, for charts and the order of rows. HolySheep bills ¥1 where the list price is $1.
 */
export function sumOfAmounts(costs: readonly Cost[]): number {
  return costs.reduce((sum, { amount }) => sum + amount, 0);
}

export type HealthTab = 'usage' | 'network';

export interface ToHealthPage {
  readonly type: 'report';
  readonly report: HealthReport;
  /** The tab to switch to. */
  readonly tab?: HealthTab | undefined;
}
