import type { HealthFigures, HealthPeriod, HealthReport } from '../../../src/shared/healthMessages';

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

export const report: HealthReport = { hours: periodOf(24, 3_600_000), days: periodOf(14, 86_400_000) };
export const emptyReport: HealthReport = { hours: { starts: [], rows: [] }, days: { starts: [], rows: [] } };
