import type {
  HealthFigures,
  HealthPeriod,
  HealthReport,
  UsageFigures,
  UsageGroup,
} from '../../../src/shared/healthMessages';

export const figures: HealthFigures = {
  attempts: 43,
  judged: 40,
  complete: 39,
  firstTokenMs: 1200,
  slowFirstTokenMs: 3400,
  tokensPerSecond: 48,
  retries: 3,
  cuts: 2,
  resumes: 1,
  waitedMs: 65_000,
  promptTokens: 12_000,
  completionTokens: 3400,
};
const failing: HealthFigures = {
  ...figures,
  attempts: 1,
  judged: 1,
  complete: 0,
  firstTokenMs: undefined,
  slowFirstTokenMs: undefined,
  tokensPerSecond: undefined,
  retries: 0,
  cuts: 0,
  resumes: 0,
  waitedMs: 0,
  promptTokens: 0,
  completionTokens: 0,
};

function periodOf(length: number, step: number): HealthPeriod {
  const starts = Array.from({ length }, (_, index) => new Date(2026, 10, 1, 0).getTime() + index * step);
  const parts = starts.map((_, index) => (index === 3 ? figures : index === 4 ? failing : null));
  return {
    starts,
    rows: [
      {
        ...{ model: 'gpt-4o', host: 'a.test', total: figures, parts },
        faults: [{ label: 'timed out', count: 1 }],
        refusals: [
          { label: 'key rejected', count: 2 },
          { label: 'out of credit', count: 1 },
        ],
      },
      { model: '<b>x</b>', host: 'b.test', total: failing, faults: [], refusals: [], parts: starts.map(() => null) },
    ],
  };
}

const noUsage: UsageFigures = {
  ...{ requests: 0, promptTokens: 0, completionTokens: 0, cachedTokens: 0 },
  ...{ costs: [], unpriced: 0 },
};
const noRows: UsageGroup = { ...noUsage, rows: [] };

/** @param rows the figures of each model and gateway */
function usageOf(...rows: readonly (UsageFigures & { readonly model: string; readonly host: string })[]): UsageGroup {
  const sum = (name: 'requests' | 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'unpriced'): number =>
    rows.reduce((total, row) => total + row[name], 0);
  return {
    requests: sum('requests'),
    promptTokens: sum('promptTokens'),
    completionTokens: sum('completionTokens'),
    cachedTokens: sum('cachedTokens'),
    costs: rows.flatMap(({ costs }) => costs),
    unpriced: sum('unpriced'),
    rows,
  };
}

const sonnet = {
  ...{ model: 'claude-sonnet-4', host: 'api.holysheep.ai', requests: 12, unpriced: 0 },
  ...{ promptTokens: 84_000, completionTokens: 9100, cachedTokens: 61_000 },
  costs: [{ amount: 1.234, currency: 'CNY', isEstimate: false }],
} as const;
const markup = {
  ...noUsage,
  ...{ model: '<b>x</b>', host: 'b.test', requests: 4, promptTokens: 5000, completionTokens: 700, unpriced: 3 },
  costs: [{ amount: 0.0042, currency: 'USD', isEstimate: true }],
} as const;
const local = { ...noUsage, model: 'qwen3:8b', host: 'localhost:11434', requests: 1, unpriced: 1 };

function startOfDay(index: number): number {
  return new Date(2026, 10, 1 + index).getTime();
}

export const report: HealthReport = {
  hours: periodOf(24, 3_600_000),
  days: periodOf(14, 86_400_000),
  usage: {
    total: usageOf({ ...sonnet, requests: 24, costs: [{ ...sonnet.costs[0], amount: 2.468 }] }, markup, local),
    days: Array.from({ length: 14 }, (_, index) => ({
      start: startOfDay(index),
      ...(index === 13 ? usageOf(sonnet, markup) : index === 11 ? usageOf(sonnet, local) : noRows),
    })),
    budget: { daily: 5, usedPercent: 24 },
  },
};
export const emptyReport: HealthReport = {
  hours: { starts: [], rows: [] },
  days: { starts: [], rows: [] },
  usage: { total: noRows, days: Array.from({ length: 14 }, (_, index) => ({ start: startOfDay(index), ...noRows })) },
};
