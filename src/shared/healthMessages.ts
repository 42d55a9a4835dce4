import type { Cost } from './protocol';

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
  readonly label: string;
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

export const healthStrings = {
  title: 'Usage and health',
  intro:
    'What your requests have used and how they went. These numbers contain no prompts and no answers, and stay on this computer.',
  usage: 'Usage',
  network: 'Network health',
  empty: 'No requests yet',
  emptyHint: 'Send a prompt, and its numbers appear here.',
  emptyPeriod: 'No requests in this period.',
  period: 'Period',
  hours: '24 hours',
  days: '14 days',
  hoursCaption: 'Last 24 hours',
  daysCaption: 'Last 14 days',
  testConnection: 'Test connection',
  clear: 'Clear',
  success: 'Success rate',
  successCounts: '{0} of {1} succeeded',
  refused: '{0} refused ({1})',
  firstToken: 'First token',
  speed: 'Speed',
  retries: 'Retries',
  details: 'Details',
  requests: 'Requests',
  cuts: 'Answers cut off',
  resumes: 'Resumed',
  waited: 'Waited',
  tokens: 'Tokens in / out',
  faults: 'Faults',
  today: 'Today',
  cost: 'Cost',
  model: 'Model',
  usageCaption: 'Usage by day, model and gateway',
  cached: '{0} cached',
  requestCount: '{0} requests',
  oneRequest: '{0} request',
  unknownCosts: '{0} requests with unknown cost',
  unknownCostOne: '{0} request with unknown cost',
  unknownCostsShort: '{0} unknown',
  budgetUsed: '{0} of the {1} budget used',
  budgetUncounted: "{0} doesn't count towards the budget",
  estimateHint: '“≈” marks an estimate based on the price of the model, because the gateway reports no cost.',
  percent: '{0}%',
  tokensPerSecond: '{0} tok/s',
  medianAndSlow: '{0} · p95 {1}',
  fewRequests: 'Charts appear after {0} requests.',
  hoursChart: '{0}, last 24 hours: {1}. By hour: from {2} to {3}.',
  daysChart: '{0}, last 14 days: {1}. By day: from {2} to {3}.',
  hoursStart: '24 h ago',
  hoursEnd: 'now',
  daysStart: '13 days ago',
  daysEnd: 'today',
  barTitle: '{0}: {1}',
  seconds: '{0} s',
  minutes: '{0} min',
  milliseconds: '{0} ms',
  minutesSeconds: '{0} min {1} s',
  hoursMinutes: '{0} h {1} min',
} as const;

export type HealthStrings = Readonly<Record<keyof typeof healthStrings, string>>;
