import type { HealthFigures, HealthPeriod, HealthReport } from '../../../src/shared/healthMessages';

const figures: HealthFigures = {
  attempts: 43,
  judgedTurns: 40,
  completeTurns: 39,
  firstTokenMs: 1200,
  slowFirstTokenMs: 3400,
  tokensPerSecond: 48,
  retries: 3,
  cuts: 2,
  resumes: 1,
  waitedMs: 65_000,
  promptTokens: 12_000,
  completionTokens: 3400,
  cachedTokens: 0,
  costs: [],
  unknownCosts: 0,
  cacheSavings: [],
  unknownSavings: 0,
};
const failing: HealthFigures = {
  ...figures,
  attempts: 1,
  judgedTurns: 1,
  completeTurns: 0,
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
  const starts = Array.from({ length }, (_, index) => new Date(2026, 5, 1).getTime() + index * step);
  const parts = starts.map((_, index) => (index === 3 ? figures : index === 4 ? failing : null));
  return {
    starts,
    rows: [
      {
        model: 'gpt-4o',
        host: 'a.test',
        total: figures,
        parts,
        faults: [{ kind: 'timeout', count: 1 }],
        refusals: [
          { kind: 'auth', count: 2 },
          { kind: 'credit', count: 1 },
        ],
      },
      { model: '<b>x</b>', host: 'b.test', total: failing, faults: [], refusals: [], parts: starts.map(() => null) },
    ],
  };
}

const sonnet: HealthFigures = {
  ...failing,
  attempts: 12,
  promptTokens: 84_000,
  completionTokens: 9100,
  cachedTokens: 61_000,
  costs: [{ amount: 1.234, currency: 'CNY', isEstimate: false }],
  cacheSavings: [{ amount: 0.45, currency: 'CNY', isEstimate: true }],
};
const markup: HealthFigures = {
  ...failing,
  attempts: 4,
  promptTokens: 5000,
  completionTokens: 700,
  unknownCosts: 3,
  costs: [{ amount: 0.0042, currency: 'USD', isEstimate: true }],
};

const local: HealthFigures = { ...failing, unknownCosts: 1 };

/** @param parts the figures of some of the last 14 days */
function usedRow(model: string, host: string, total: HealthFigures, parts: Readonly<Record<number, HealthFigures>>) {
  const allParts = Array.from({ length: 14 }, (_, index) => parts[index] ?? null);
  return { model, host, total, faults: [], refusals: [], parts: allParts };
}

export const report: HealthReport = { hours: periodOf(24, 3_600_000), days: periodOf(14, 86_400_000) };

/** A report with tokens, costs and a budget. */
export const usedReport: HealthReport = {
  ...report,
  days: {
    starts: Array.from({ length: 14 }, (_, index) => new Date(2026, 10, 1 + index).getTime()),
    rows: [
      usedRow('qwen3:8b', 'localhost:11434', local, { 11: local }),
      usedRow('<b>x</b>', 'b.test', markup, { 13: markup }),
      usedRow(
        'claude-sonnet-4',
        'api.holysheep.ai',
        { ...sonnet, attempts: 24, costs: [{ amount: 2.468, currency: 'CNY', isEstimate: false }] },
        { 11: sonnet, 13: sonnet },
      ),
    ],
  },
  budget: {
    daily: { amount: 5, currency: 'CNY', isEstimate: false },
    usedPercent: 24,
    uncounted: [{ amount: 0.0042, currency: 'USD', isEstimate: false }],
  },
};
export const emptyReport: HealthReport = { hours: { starts: [], rows: [] }, days: { starts: [], rows: [] } };
