import assert from 'node:assert/strict';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import { hourMs, type AttemptRecord } from '../../../src/host/health/attemptRecord';
import { createHealthReport, essencesOf, gatewayModelKey } from '../../../src/host/health/healthReport';
import { successPercent } from '../../../src/shared/healthMessages';
import { valuesOf } from '../../support/valuesOf';
import { ended, entry, failedEntry, noon, origin, recordsOf, turn, wait } from '../../support/host/healthRecords';
import { refOf } from '../../support/gatewayRef';

const dayMs = 24 * hourMs;
const records = (...attempts: readonly LedgerEntry[]): readonly AttemptRecord[] =>
  attempts.flatMap((attempt) => recordsOf(turn(attempt)));
const report = (...attempts: readonly LedgerEntry[]) => createHealthReport(records(...attempts), noon);
const failed = (how: 'timeout' | 'offline' | 'auth' | 'credit', fields: Partial<LedgerEntry> = {}): LedgerEntry =>
  failedEntry({ end: ended({ how, ms: 1, bytes: 0, chars: 0 }), ...fields });

describe('network health report', () => {
  it('has one row for each model and gateway, most used first', () => {
    const other = { gateway: refOf('https://other.test:8443') };
    const { rows } = report(entry(), entry(other), entry(other), entry({ model: 'b' })).hours;
    assert.deepEqual(
      rows.map(({ model, host, total }) => [model, host, total.attempts]),
      [
        ['gpt-4o', 'other.test:8443', 2],
        ['gpt-4o', 'gateway.test', 1],
        ['b', 'gateway.test', 1],
      ],
    );
  });

  it('has numbers for each of the last 24 hours and each of the last 14 days', () => {
    // In some time zones, noon is not in the middle of an hour of the report.
    const lastHour = report(entry()).hours.starts.at(-1)!;
    const times = [noon, lastHour - 1, lastHour - hourMs, noon - 3 * dayMs];
    const { hours, days } = report(...times.map((time) => entry({ time })));
    const attemptsOf = (period: typeof hours): readonly number[] =>
      period.rows[0]?.parts.map((part) => part?.attempts ?? 0) ?? [];
    assert.deepEqual(attemptsOf(hours), [...Array.from({ length: 22 }, () => 0), 2, 1]);
    assert.deepEqual(attemptsOf(days), [...Array.from({ length: 10 }, () => 0), 1, 0, 0, 3]);
    assert.deepEqual([hours.rows[0]?.total.attempts, days.rows[0]?.total.attempts], [3, 4]);
    assert.deepEqual([hours.starts.length, days.starts.length], [24, 14]);
  });

  it('has a success rate that ignores failures while the computer was offline', () => {
    const { total, faults } = report(entry(), failed('timeout'), failed('offline'), failed('offline')).hours.rows[0]!;
    assert.deepEqual([total.completeTurns, total.judgedTurns, total.attempts], [1, 2, 4]);
    assert.deepEqual(faults, [
      { kind: 'offline', count: 2 },
      { kind: 'timeout', count: 1 },
    ]);
  });

  it('has a success rate that ignores faults that only the user can fix', () => {
    const { total, faults, refusals } = report(entry(), failed('timeout'), failed('auth'), failed('credit')).hours
      .rows[0]!;
    assert.deepEqual([total.completeTurns, total.judgedTurns, total.attempts], [1, 2, 4]);
    assert.deepEqual(faults, [{ kind: 'timeout', count: 1 }]);
    assert.deepEqual(valuesOf(refusals, 'kind'), ['auth', 'credit']);
  });

  it('has no success rate if the user stopped every turn', () => {
    const [row] = report(entry({ end: ended({ how: 'stopped', ms: 1, bytes: 0, chars: 0 }) })).hours.rows;
    assert.ok(row);
    assert.deepEqual([successPercent(row.total), row.total.firstTokenMs], [undefined, undefined]);
  });

  it('has the median and the 95th percentile of the time to the first token', () => {
    const attempts = Array.from({ length: 100 }, (_, index) => {
      const firstTokenMs = 10 * (100 - index);
      const end = ended({ ms: firstTokenMs + 2000, firstTokenMs, completionTokens: 80 });
      return entry({ end: end, waits: [wait(10)], how: 'continue' });
    });
    const { total } = report(...attempts, failed('timeout')).hours.rows[0]!;
    assert.deepEqual([total.firstTokenMs, total.slowFirstTokenMs, total.tokensPerSecond], [500, 950, 40]);
    assert.deepEqual([total.waitedMs, total.completionTokens, total.resumes, total.cuts], [1000, 8000, 100, 0]);
  });

  it('counts a turn as successful if a retry succeeds', () => {
    const turns = [turn(failedEntry(), entry()), turn(entry()), { ...turn(failedEntry()), outcome: 'stopped' }];
    const { total } = createHealthReport(turns.flatMap(recordsOf), noon).hours.rows[0]!;
    assert.deepEqual([total.completeTurns, total.judgedTurns, total.attempts], [2, 2, 4]);
  });

  it("has the current labels of the user's gateways", () => {
    const gateways = [{ id: origin, label: 'OpenRouter' }];
    const other = entry({ gateway: refOf('https://other.test') });
    const { rows } = createHealthReport(records(entry(), other), noon, gateways).hours;
    assert.deepEqual(valuesOf(rows, 'host'), ['OpenRouter', 'other.test']);
  });

  it('includes the number of broken streams', () => {
    const cut = entry({ end: ended({ how: 'connection', ms: 2000, firstTokenMs: 300 }) });
    assert.equal(report(cut).hours.rows[0]?.total.cuts, 1);
  });

  it('shortens long names of models, and removes hidden characters', () => {
    const attempts = [entry({ model: `gpt\u202e-4o${'x'.repeat(150)}` }), entry({ model: '__proto__' })];
    const [row, other] = report(...attempts).hours.rows;
    assert.match(row?.model ?? '', /^gpt-4ox+…$/);
    assert.deepEqual([row?.model.length, other?.model], [80, '__proto__']);
  });
});

describe('success rate of a model in the model picker', () => {
  const times = (count: number, attempt: LedgerEntry): readonly LedgerEntry[] =>
    Array.from({ length: count }, () => attempt);
  const essence = (attempts: readonly LedgerEntry[]) =>
    essencesOf(records(...attempts), noon).get(gatewayModelKey(origin, 'gpt-4o'))?.successPercent;

  it('is based on the last 24 hours', () => {
    const old = failed('timeout', { time: noon - 3 * dayMs });
    assert.equal(essence([...times(4, entry()), failed('timeout'), ...times(5, old)]), 80);
  });

  it('is based on the last 14 days if the last 24 hours have fewer than five turns', () => {
    assert.equal(essence([...times(4, entry()), failed('timeout', { time: noon - 3 * dayMs })]), 80);
  });

  it('is unknown for fewer than five turns', () => {
    assert.equal(essence(times(4, entry())), undefined);
  });
});
