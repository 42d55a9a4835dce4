export interface HealthFigures {
  readonly attempts: number;
  /** From 0 to 1, without attempts that were stopped or failed while the computer was offline. */
  readonly successRate?: number | undefined;
  /** Median of the times to the first token, in milliseconds. */
  readonly firstTokenMs?: number | undefined;
  /** 95th percentile of the times to the first token, in milliseconds. */
  readonly slowFirstTokenMs?: number | undefined;
  /** Median. */
  readonly tokensPerSecond?: number | undefined;
  readonly cuts: number;
  readonly resumes: number;
  readonly waitedMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface HealthFault {
  readonly label: string;
  readonly count: number;
}

export interface HealthRow {
  readonly model: string;
  readonly host: string;
  readonly total: HealthFigures;
  /** The most frequent faults first. */
  readonly faults: readonly HealthFault[];
  /** The figures of each hour or day, in the order of {@link HealthPeriod.starts}. Null if there was no attempt. */
  readonly parts: readonly (HealthFigures | null)[];
}

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
  milliseconds: '{0} ms',
  minutesSeconds: '{0} min {1} s',
  hoursMinutes: '{0} h {1} min',
} as const;

export type HealthStrings = Readonly<Record<keyof typeof healthStrings, string>>;
