/** The figures of one model over one route in a period. */
export interface HealthFigures {
  readonly attempts: number;
  /**
   * Share of the attempts that ended with a complete answer, from 0 to 1. Attempts that were stopped, or failed because
   * the computer was offline, don't count. Absent if no attempt counts.
   */
  readonly successRate?: number | undefined;
  /** Median of the times to the first token, in milliseconds. */
  readonly firstTokenMs?: number | undefined;
  /** 95th percentile of the times to the first token, in milliseconds. */
  readonly slowFirstTokenMs?: number | undefined;
  /** Median. */
  readonly tokensPerSecond?: number | undefined;
  /** Number of streams that broke after part of the answer had arrived. */
  readonly cuts: number;
  readonly resumes: number;
  readonly waitedMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface HealthFault {
  /** Localized name of the fault kind. */
  readonly label: string;
  readonly count: number;
}

/** The figures of one model over one route, for the whole period and for each of its hours or days. */
export interface HealthRow {
  readonly model: string;
  readonly host: string;
  readonly total: HealthFigures;
  /** The most frequent faults first. */
  readonly faults: readonly HealthFault[];
  /** The figures of each hour or day, in the order of {@link HealthPeriod.starts}. Null if there was no attempt. */
  readonly parts: readonly (HealthFigures | null)[];
}

/** A period of the report, divided into hours or days. */
export interface HealthPeriod {
  /** Epoch milliseconds at which each hour or day begins, in ascending order. */
  readonly starts: readonly number[];
  /** The models and routes with the most attempts first. */
  readonly rows: readonly HealthRow[];
}

/** The names of the periods: the last 24 hours by hour, and the last 14 days by day. */
export type HealthPeriodName = 'hours' | 'days';

export type HealthReport = Readonly<Record<HealthPeriodName, HealthPeriod>>;

export interface ToHealthPage {
  readonly type: 'report';
  readonly report: HealthReport;
}

/** A message from the page of the network health to the host. The page sends `ready` when it has loaded. */
export interface FromHealthPage {
  readonly type: 'ready' | 'clear' | 'testConnection';
}

/** All strings of the page of the network health in English. The host localizes them. */
export const healthStrings = {
  title: 'Network health',
  intro:
    'How requests to your gateways went. These numbers contain no prompts and no answers, and stay on this computer.',
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
  model: 'Model',
  route: 'Route',
  requests: 'Requests',
  successRate: 'Success rate',
  firstToken: 'First token',
  firstTokenMedian: 'First token, median',
  firstTokenSlow: 'First token, 95th percentile',
  speed: 'Speed',
  cuts: 'Broken streams',
  resumes: 'Resumed',
  waited: 'Waited',
  tokens: 'Tokens in / out',
  faults: 'Faults',
  percent: '{0} %',
  tokensPerSecond: '{0} tokens/s',
  medianAndSlow: '{0} · p95 {1}',
  chartHours: '{0}, last 24 hours: {1}. By hour: from {2} to {3}.',
  chartDays: '{0}, last 14 days: {1}. By day: from {2} to {3}.',
  chartEmpty: '{0}: no data',
  barTitle: '{0}: {1}',
  seconds: '{0} s',
  minutes: '{0} min',
  minutesSeconds: '{0} min {1} s',
  hoursMinutes: '{0} h {1} min',
} as const;

export type HealthStrings = Readonly<Record<keyof typeof healthStrings, string>>;
