import assert from 'node:assert/strict';
import { decodeRecords, encodeRecords } from '../../../src/host/health/attemptRecord';
import { ended, entry, failedEntry, noon, origin, recordsOf, turn, wait } from '../../support/host/healthRecords';
import { rowsOf, valuesOf } from '../../support/valuesOf';
import { refOf } from '../../support/gatewayRef';

describe('health records of a turn', () => {
  it('contain the result, the times, the tokens and the cost of a complete answer', () => {
    const counts = { promptTokens: 7, completionTokens: 100, cachedTokens: 5, cacheWriteTokens: 1 };
    const usage = { ...counts, cost: 0.25, estimatedCost: undefined, cacheSaving: -0.01 };
    const [record] = recordsOf(turn(entry({ end: ended({ firstTokenMs: 1000.4, ...usage, currency: 'CNY' }) })));
    assert.deepEqual(record, {
      at: noon,
      gateway: refOf(origin),
      currency: 'CNY',
      model: 'gpt-4o',
      result: 'complete',
      firstTokenMs: 1000,
      tokensPerSecond: 50,
      ...usage,
    });
  });

  it("contain the fault of each attempt with the attempt's model and gateway", () => {
    const other = { gateway: refOf('https://other.test'), model: 'other' };
    assert.deepEqual(rowsOf(recordsOf(turn(failedEntry(), entry(other))).slice(0, 2), 'gateway', 'model', 'result'), [
      [refOf(origin), 'gpt-4o', 'rate-limit'],
      [other.gateway, other.model, 'complete'],
    ]);
  });

  it('mark an attempt that is a retry, and an attempt that resumed an answer', () => {
    const [repair, resume] = [entry({ why: 'repair' }), entry({ why: 'resume', how: 'continue' })];
    const records = recordsOf(turn(failedEntry(), repair, entry({ why: 'retry' }), resume)).slice(0, 4);
    assert.deepEqual(valuesOf(records, 'resumed'), [undefined, undefined, undefined, true]);
    assert.deepEqual(valuesOf(records, 'retry'), [undefined, undefined, true, true]);
  });

  it('mark an attempt as “stopped” if it was stopped, abandoned, or repeated with a corrected request', () => {
    for (const how of ['stopped', 'abandoned'] as const) {
      const [record] = recordsOf(turn(entry({ end: ended({ how, ms: 1, bytes: 0, chars: 0 }) })));
      assert.equal(record?.result, 'stopped');
    }
    const refused = failedEntry({ end: ended({ how: 'request', ms: 1, chars: 0 }) });
    const [record] = recordsOf(turn(refused, entry({ why: 'repair' })));
    assert.equal(record?.result, 'stopped');
  });

  it('contain each wait in the record of the previous attempt', () => {
    const records = recordsOf({
      ...turn(failedEntry({ waits: [wait(1)] }), failedEntry({ model: 'b', waits: [wait(20), wait(300)] })),
      waits: [wait(4000)],
    });
    assert.deepEqual(rowsOf(records.slice(2), 'model', 'result', 'waitedMs'), [
      ['gpt-4o', 'waited', 321],
      ['b', 'waited', 4000],
    ]);
  });

  describe('result of the turn', () => {
    const other = { gateway: refOf('https://other.test') };
    const stopped = entry({ end: ended({ how: 'stopped', ms: 1, bytes: 0, chars: 0 }) });
    for (const { name, record, results } of [
      {
        name: 'is complete if a retry was',
        record: turn(failedEntry(), entry()),
        results: [[refOf(origin), 'complete']],
      },
      {
        name: 'is the last fault if all attempts failed',
        record: { ...turn(failedEntry(), failedEntry()), outcome: 'rate-limit' },
        results: [[refOf(origin), 'rate-limit']],
      },
      {
        name: 'is “stopped” if the user stopped an attempt',
        record: { ...turn(stopped), outcome: 'stopped' },
        results: [[refOf(origin), 'stopped']],
      },
      {
        name: 'is “stopped” if the user stopped the wait after a fault',
        record: { ...turn(failedEntry()), outcome: 'stopped' },
        results: [[refOf(origin), 'stopped']],
      },
      {
        name: 'is recorded for each gateway of the turn',
        record: turn(failedEntry(), entry(other)),
        results: [
          [refOf(origin), 'rate-limit'],
          [other.gateway, 'complete'],
        ],
      },
    ])
      it(name, () => {
        const records = recordsOf(record).filter(({ turnResult }) => turnResult !== undefined);
        assert.deepEqual(rowsOf(records, 'gateway', 'turnResult'), results);
      });
  });

  it('omit the speed of an answer that arrived all at once', () => {
    for (const fields of [{ ms: 1100, completionTokens: 50 }, { ms: 3000 }]) {
      const attempt = entry({ end: ended({ firstTokenMs: 1000, ...fields }) });
      assert.equal(recordsOf(turn(attempt))[0]?.tokensPerSecond, undefined);
    }
  });
});

describe('lines of a health file', () => {
  const good = recordsOf(turn(failedEntry(), entry()));
  const line = (fields: object): string => JSON.stringify({ ...good[0], ...fields });

  it('are unchanged when they are read and written back', () => {
    assert.deepEqual(encodeRecords(decodeRecords(encodeRecords(good))), encodeRecords(good));
  });

  for (const damage of [
    '{"at":1790000000000,"gateway":{"id":"https://gate',
    '\0\0 not JSON',
    '[1]',
    line({ model: 5 }),
  ]) {
    it(`are ignored if they are damaged, such as ${JSON.stringify(damage)}`, () => {
      assert.equal(decodeRecords(`${encodeRecords(good)}\n${damage}${encodeRecords(good)}`).length, 2 * good.length);
    });
  }

  for (const [name, waitedMs] of [
    ['a negative number', -1],
    ['text instead of a number', '4'],
    ['a number that is too large', 1e300],
  ] as const) {
    it(`keep their other values if one value is ${name}`, () => {
      const [record] = decodeRecords(line({ waitedMs, promptTokens: 3 }));
      assert.deepEqual([record?.result, record?.waitedMs, record?.promptTokens], ['rate-limit', undefined, 3]);
    });
  }
});
