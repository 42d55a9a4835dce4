import assert from 'node:assert/strict';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import { decodeRecords, encodeRecords, hourMs, recordsOf } from '../../../src/host/health/attemptRecord';
import { createUsageReport, spentToday } from '../../../src/host/health/usageReport';
import type { UsageGroup } from '../../../src/shared/healthMessages';
import { entry, failedEntry, noon, turn } from './records';

const ended = { how: 'finished', ms: 3000, firstTokenMs: 1000, bytes: 1, chars: 1 } as const;
const tokens = { promptTokens: 100, completionTokens: 20 };
const holySheep = { origin: 'https://api.holysheep.ai', model: 'claude-sonnet-4' };

/** An attempt with tokens that cost this amount. */
function paid(cost: number, fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return entry({ ended: { ...ended, ...tokens, cost }, ...fields });
}

const estimated = (estimatedCost: number): LedgerEntry => entry({ ended: { ...ended, ...tokens, estimatedCost } });

/** Returns the records as they are read from the disk. */
const records = (...attempts: readonly LedgerEntry[]) => decodeRecords(encodeRecords(recordsOf(turn(...attempts))));
const report = (...attempts: readonly LedgerEntry[]) => createUsageReport(records(...attempts), noon, undefined);
const namesOf = ({ rows }: UsageGroup): readonly string[] => rows.map(({ model, host }) => `${model} ${host}`);

describe('usage report', () => {
  it('sums each day in local time, each model and each gateway, with the highest cost first', () => {
    const midnight = new Date(noon).setHours(0, 0, 0, 0);
    const { total, days } = report(
      paid(0.1),
      paid(0.2, { time: midnight }),
      paid(5, holySheep),
      paid(0.5, { time: midnight - 1 }),
      paid(9, { time: noon - 15 * 24 * hourMs }),
    );
    assert.equal(days.length, 14);
    const [yesterday, today] = days.slice(-2);
    assert.ok(yesterday && today);
    const rows = ['claude-sonnet-4 api.holysheep.ai', 'gpt-4o gateway.test'];
    assert.deepEqual([namesOf(today), namesOf(yesterday), namesOf(total)], [rows, rows.slice(1), rows]);
    assert.deepEqual([yesterday.requests, today.requests, total.requests], [1, 3, 4]);
    assert.deepEqual([today.start, today.promptTokens, today.completionTokens], [midnight, 300, 60]);
    const usd = { currency: 'USD', isEstimate: false } as const;
    assert.deepEqual(yesterday.costs, [{ amount: 0.5, ...usd }]);
    assert.deepEqual(today.costs, [
      { amount: 0.3, ...usd },
      { amount: 5, currency: 'CNY', isEstimate: false },
    ]);
  });

  it('knows days that begin at half an hour of UTC', () => {
    const { TZ } = process.env;
    process.env['TZ'] = 'Asia/Kolkata';
    try {
      const midnight = new Date(noon).setHours(0, 0, 0, 0);
      const days = report(paid(1, { time: midnight + 60_000 }), paid(2, { time: midnight - 60_000 })).days.slice(-2);
      assert.deepEqual(
        days.map(({ costs }) => costs[0]?.amount),
        [2, 1],
      );
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  it('counts estimates where the gateway reports no cost, and the requests with unknown cost', () => {
    const withoutUsage = entry({ ended });
    const { total } = report(paid(0), estimated(0.25), withoutUsage, entry({ ended: { ...ended, ...tokens } }));
    assert.deepEqual(total.costs, [{ amount: 0.25, currency: 'USD', isEstimate: true }]);
    assert.deepEqual([total.requests, total.unpriced, total.cachedTokens], [4, 2, 0]);
  });

  it('expects no cost of a request that the gateway has refused', () => {
    assert.deepEqual([report(failedEntry()).total.unpriced, report(failedEntry()).total.costs], [0, []]);
  });

  it('counts an attempt that was discarded or cut off', () => {
    const cut = paid(0.2, { ended: { ...ended, ...tokens, how: 'connection', cost: 0.2 } });
    assert.equal(report(cut, paid(0.3, { why: 'retry' })).total.costs[0]?.amount, 0.5);
  });

  it('adds no cent and loses none in 1,000 answers', () => {
    const attempts = Array.from({ length: 1000 }, (_, index) => paid(0.1, { time: noon - (index % 12) * hourMs }));
    assert.deepEqual(
      [report(...attempts).total.costs[0]?.amount, spentToday(records(...attempts), noon).amount],
      [100, 100],
    );
  });

  it('shows neither hidden characters nor endless names', () => {
    const { rows } = report(
      paid(1, { model: `gpt\u202e-4o${'x'.repeat(150)}` }),
      paid(0, { model: '__proto__' }),
    ).total;
    assert.match(rows[0]?.model ?? '', /^gpt-4ox+…$/);
    assert.equal(rows[1]?.model, '__proto__');
  });

  it('says how much of the budget is used, in whole percent rounded down, with ¥1 as $1', () => {
    const budget = { daily: 5, action: 'warn' } as const;
    const { budget: used } = createUsageReport(records(paid(2.499), estimated(2.5), paid(0, holySheep)), noon, budget);
    assert.deepEqual(used, { daily: 5, usedPercent: 99 });
    assert.deepEqual(spentToday(records(paid(1), paid(2, holySheep)), noon), {
      ...{ amount: 3, currency: 'USD', isEstimate: false },
    });
    assert.equal('budget' in report(), false);
  });
});
