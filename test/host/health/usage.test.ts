import assert from 'node:assert/strict';
import type { EndedEvent } from '../../../src/engine/events/events';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import { decodeRecords, encodeRecords, hourMs } from '../../../src/host/health/attemptRecord';
import { averageCost, createHealthReport, spentToday } from '../../../src/host/health/healthReport';
import type { HealthFigures } from '../../../src/shared/healthMessages';
import { ended, entry, failedEntry, noon, recordsOf, turn } from '../../support/host/healthRecords';
import { refOf } from '../../support/gatewayRef';

const end = ended({ firstTokenMs: 1000 });
const tokens = { promptTokens: 100, completionTokens: 20 };
/** An attempt that cost this amount in CNY. */
const paidInYuan = (cost: number): LedgerEntry =>
  entry({
    gateway: refOf('https://api.holysheep.ai'),
    model: 'claude-sonnet-4',
    end: { ...end, ...tokens, cost, currency: 'CNY' },
  });

/** An attempt with tokens that cost this amount. */
function paid(cost: number, fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return entry({ end: { ...end, ...tokens, cost }, ...fields });
}

const usd = (amount: number) => ({ amount, currency: 'USD', isEstimate: false }) as const;
const yuan = (amount: number) => ({ amount, currency: 'CNY', isEstimate: false }) as const;
const estimated = (estimatedCost: number): LedgerEntry => entry({ end: { ...end, ...tokens, estimatedCost } });

/** Returns the records as they are read from the disk. */
const records = (...attempts: readonly LedgerEntry[]) => decodeRecords(encodeRecords(recordsOf(turn(...attempts))));
const days = (...attempts: readonly LedgerEntry[]) => createHealthReport(records(...attempts), noon).days;
/** Returns the figures of the model and gateway with the most attempts in the last 14 days. */
const figures = (...attempts: readonly LedgerEntry[]): HealthFigures => days(...attempts).rows[0]!.total;

describe('usage in the network health report', () => {
  it('is summed for each day, model and gateway', () => {
    const midnight = new Date(noon).setHours(0, 0, 0, 0);
    const { rows, starts } = days(
      paid(0.1),
      paid(0.2, { time: midnight }),
      paidInYuan(5),
      paid(0.5, { time: midnight - 1 }),
      paid(9, { time: noon - 15 * 24 * hourMs }),
    );
    assert.equal(starts.at(-1), midnight);
    assert.deepEqual(
      rows.map(({ host, total, parts }) => [host, ...[parts.at(-2), parts.at(-1), total].map((each) => each?.costs)]),
      [
        ['gateway.test', [usd(0.5)], [usd(0.3)], [usd(0.8)]],
        ['api.holysheep.ai', undefined, [yuan(5)], [yuan(5)]],
      ],
    );
    const { promptTokens, completionTokens } = rows[0]!.parts.at(-1)!;
    assert.deepEqual([promptTokens, completionTokens], [200, 40]);
  });

  it('begins each day at local midnight, even if the time zone has a half-hour offset', () => {
    const { TZ } = process.env;
    process.env['TZ'] = 'Asia/Kolkata';
    try {
      const midnight = new Date(noon).setHours(0, 0, 0, 0);
      const { rows } = days(paid(1, { time: midnight + 60_000 }), paid(2, { time: midnight - 60_000 }));
      const costs = rows[0]?.parts.slice(-2).map((part) => part?.costs);
      assert.deepEqual(costs, [[usd(2)], [usd(1)]]);
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  it('includes estimated costs, and the number of requests with unknown cost', () => {
    const withoutUsage = entry({ end });
    const total = figures(paid(0), estimated(0.25), withoutUsage, entry({ end: { ...end, ...tokens } }));
    assert.deepEqual(total.costs, [{ amount: 0.25, currency: 'USD', isEstimate: true }]);
    assert.deepEqual([total.attempts, total.unknownCosts, total.cachedTokens], [4, 2, 0]);
  });

  it('includes what caching saved in some requests, less what it cost in others', () => {
    const caching = (fields: Partial<EndedEvent>) => entry({ end: { ...end, ...tokens, ...fields } });
    const { cacheSavings, unknownSavings } = figures(
      caching({ cacheWriteTokens: 80, cacheSaving: -0.25 }),
      caching({ cachedTokens: 80, cacheSaving: 1 }),
      caching({ cachedTokens: 80, cacheSaving: 2, currency: 'CNY' }),
    );
    const saving = { amount: 0.75, currency: 'USD', isEstimate: true };
    assert.deepEqual([cacheSavings, unknownSavings], [[saving, { ...saving, amount: 2, currency: 'CNY' }], 0]);
  });

  it('includes the number of requests that wrote to the cache at an unknown price', () => {
    const wrote = (cacheWriteTokens: number, cacheSaving?: number) =>
      entry({ end: { ...end, ...tokens, cacheWriteTokens, cacheSaving } });
    assert.equal(figures(wrote(80), wrote(0), wrote(80, -0.1), entry({ end })).unknownSavings, 1);
  });

  it('does not count a refused request as a request with unknown cost', () => {
    const { unknownCosts, costs } = figures(failedEntry());
    assert.deepEqual([unknownCosts, costs], [0, []]);
  });

  it('includes the costs of discarded attempts and of broken streams', () => {
    const cut = paid(0.2, { end: { ...end, ...tokens, how: 'connection', cost: 0.2 } });
    assert.equal(figures(cut, paid(0.3, { why: 'retry' })).costs[0]?.amount, 0.5);
  });

  it('is exact to the cent for the sum of 1,000 answers', () => {
    const attempts = Array.from({ length: 1000 }, (_, index) => paid(0.1, { time: noon - (index % 12) * hourMs }));
    assert.deepEqual(
      [figures(...attempts).costs[0]?.amount, spentToday(records(...attempts), noon, 'USD').spent.amount],
      [100, 100],
    );
  });

  it('rounds the used percentage of the budget down', () => {
    const budget = { daily: 5, currency: 'USD', action: 'warn' } as const;
    const spent = records(paid(2.499), estimated(2.5), paidInYuan(0));
    const expected = { daily: usd(5), usedPercent: 99, uncounted: [] };
    assert.deepEqual(createHealthReport(spent, noon, [], budget).budget, expected);
    assert.equal(createHealthReport([], noon).budget, undefined);
  });

  it('excludes costs that are not in the currency of the budget', () => {
    const spent = records(paid(1), paidInYuan(2));
    assert.deepEqual(spentToday(spent, noon, 'USD'), { spent: usd(1), uncounted: [yuan(2)] });
    assert.deepEqual(spentToday(spent, noon, 'CNY'), { spent: yuan(2), uncounted: [usd(1)] });
  });
});

describe('average cost of the requests to a model', () => {
  const local = entry({ model: 'llama3', end: { ...end, ...tokens, estimatedCost: 0, currency: 'USD' } });
  const average = (model: string) =>
    averageCost(records(paidInYuan(2), paidInYuan(4), local), { model, currency: 'CNY' });

  it('is the average of all requests if no cost of the model is known', () => assert.equal(average('gpt-5'), 3));

  it('is 0 for a local model, whose cost is in another currency', () => assert.equal(average('llama3'), 0));
});
