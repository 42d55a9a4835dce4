import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classify, type Evidence, type Fault } from '../../../src/engine/faults/classify';
import { faultTable, localFaults, type RowId } from '../../../src/engine/faults/faultTable';
import { propertyRuns } from '../../support/propertyRuns';
import { rejections } from './rejections';

const now = Date.UTC(2026, 0, 15, 9, 0, 0);

function judge(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault {
  const written = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ type: 'status', status, headers: new Headers(headers), body: written }, now);
}

const inband = (error: unknown, streamed = false): Fault => classify({ type: 'inband', error, streamed }, now);

describe('the classifier of a status', () => {
  for (const { name, status, row, body, headers } of rejections) {
    it(`sends ${status} with ${name} to row ${row}`, () => {
      const fault = judge(status, body, headers);
      assert.equal(fault.row, row);
      assert.equal(fault.kind, faultTable[row].kind);
      assert.deepEqual(fault.policy, faultTable[row].policy);
    });
  }

  it('has an example for every row that a status can lead to', () => {
    const rows = new Set<number>(rejections.map(({ row }) => row));
    const all = [7, 9, ...Array.from({ length: 24 }, (_, n) => 15 + n), 67, 68, 69, 70];
    assert.deepEqual(
      all.filter((row) => !rows.has(row)),
      [],
    );
  });

  /** Without a word in the body. */
  const bare: readonly (readonly [statuses: readonly number[], row: RowId])[] = [
    [[300, 301, 302, 303, 304, 307, 308, 399], 9],
    [[400], 15],
    [[401], 21],
    [[402], 22],
    [[403], 24],
    [[404], 25],
    [[407], 7],
    [[408], 26],
    [[409, 425], 27],
    [[413], 28],
    [[422], 29],
    [[429], 31],
    [[500], 33],
    [[502, 520, 521, 522, 523, 530], 34],
    [[503, 529], 35],
    [[504, 524], 36],
    [[525, 526], 37],
  ];

  it('knows every status from 100 to 999, and calls unexpected what the table does not name', () => {
    const named = new Map<number, RowId>(
      bare.flatMap(([statuses, row]) => statuses.map((status) => [status, row] as const)),
    );
    for (let status = 100; status < 1000; status++) {
      const redirect = status >= 300 && status < 400;
      assert.equal(judge(status, '').row, redirect ? 9 : (named.get(status) ?? 38), String(status));
    }
  });

  it('says which parameter was refused, and only then', () => {
    const refused = (message: string): unknown => ({ error: { message, code: 'unsupported_parameter' } });
    assert.equal(judge(400, refused("Unsupported parameter: 'max_tokens'")).refused, 'max_tokens');
    assert.equal(judge(400, refused("Unsupported parameter: 'temperature'")).refused, 'temperature');
    assert.equal(judge(400, refused("Unsupported parameter: 'stream_options'")).refused, 'stream_options');
    assert.equal(judge(400, refused("Unsupported parameter: 'top_k'")).refused, undefined);
    assert.equal(judge(400, refused("Unsupported parameter: 'max_completion_tokens'")).refused, undefined);
    assert.equal(judge(500, refused("Unsupported parameter: 'max_tokens'")).refused, undefined);
  });

  it("keeps the provider's words, on one line and not too long", () => {
    assert.equal(judge(400, { error: { message: 'a\n  b' } }).detail, 'a b');
    assert.equal(judge(400, 'plain words').detail, 'plain words');
    assert.equal(judge(400, '<html>secret</html>').detail, '');
    const { detail } = judge(400, { error: { message: 'x'.repeat(5000) } });
    assert.deepEqual([detail.length, detail.at(-1)], [400, '…']);
    assert.equal(judge(422, { detail: [{ loc: ['body', 'n'], msg: 'too small' }] }).detail, 'n: too small');
    assert.equal(
      judge(429, { error: { message: 'Provider returned error', metadata: { raw: 'slow down' } } }).detail,
      'slow down',
    );
  });

  it('names the time of a reset only where the server named it', () => {
    assert.doesNotMatch(judge(403, '').message, /\{time\}/);
    assert.match(judge(403, '', { 'retry-after': '3600' }).message, /\{time\}/);
    const daily = {
      error: { message: 'requests per day', details: [{ violations: [{ quotaId: 'RequestsPerDay' }] }] },
    };
    assert.doesNotMatch(judge(429, daily).message, /\{time\}/);
    assert.match(judge(429, daily, { 'retry-after': '7200' }).message, /\{time\}/);
  });

  it('does not believe half a minute of a quota that returns tomorrow', () => {
    const details = [{ violations: [{ quotaId: 'RequestsPerDay' }] }, { retryDelay: '36s' }];
    const fault = judge(429, { error: { message: 'quota', details } });
    assert.deepEqual([fault.row, fault.retryAfter], [32, undefined]);
  });

  it('believes five minutes of it', () => {
    const details = [{ violations: [{ quotaId: 'RequestsPerDay' }] }];
    const fault = judge(429, { error: { message: 'quota', details } }, { 'retry-after': '300' });
    assert.deepEqual([fault.row, fault.retryAfter?.delayMs], [32, 300_000]);
  });

  it('names no time where it comes back by itself', () => {
    assert.equal(judge(503, '', { 'retry-after': '10' }).message, faultTable[35].message);
  });

  it('carries the hint', () => {
    assert.deepEqual(judge(503, '', { 'retry-after': '10' }).retryAfter, { delayMs: 10_000, field: 'retry-after' });
  });
});

const inbandCases: readonly (readonly [name: string, error: unknown, row: RowId])[] = [
  ['a sentence', 'Upstream idle timeout exceeded', 45],
  ['nothing', null, 45],
  ['a number', 502, 45],
  ['an empty object', {}, 45],
  ['an empty code', { code: '', message: 'no' }, 45],
  ['a server error that mentions a model', { code: 502, message: 'The model `x` does not exist' }, 45],
  ['OpenRouter, a provider that left', { code: 502, message: 'Provider disconnected' }, 45],
  ['a code as a string', { code: '500', message: 'Internal error' }, 45],
  ['a server error', { type: 'server_error', message: 'The server had an error' }, 45],
  ['Anthropic, overloaded', { details: null, type: 'overloaded_error', message: 'Overloaded' }, 35],
  ['a code of overload', { code: 503, message: 'try later' }, 35],
  ['an overload by its code', { type: 'overloaded_error', message: 'no' }, 35],
  ['an overload by its number', { code: 529, message: 'no' }, 35],
  ['an overload in words', 'The model is overloaded', 35],
  ['a rate limit', { code: 429, message: 'slow down' }, 31],
  ['a rate limit by its type', { type: 'rate_limit_error', message: 'slow down' }, 31],
  ['a rate limit with a time', { code: 'rate_limit_exceeded', message: 'Please try again in 20s' }, 30],
  ['a quota', { type: 'insufficient_quota', message: 'no' }, 22],
  ['a quota behind a status of the server', { code: 500, type: 'insufficient_quota', message: 'no' }, 22],
  ['no credits', { code: 402, message: 'Insufficient credits' }, 22],
  ['a budget that refills', { code: 402, message: 'Try again in 20s' }, 23],
  ['Chinese for no money', { code: '1113', message: '账户余额不足' }, 22],
  ['a key', { type: 'authentication_error', message: 'invalid x-api-key' }, 21],
  ['a key by its number', { code: 401, message: 'no' }, 21],
  ['a key behind a status of the server', { code: 500, type: 'authentication_error', message: 'no' }, 21],
  ['a permission', { type: 'permission_error', message: 'no' }, 24],
  ['a filter', { code: 'content_filter', message: 'no' }, 19],
  [
    'Qwen, inspection',
    { code: 'data_inspection_failed', message: 'Output data may contain inappropriate content.' },
    19,
  ],
  ['a context', { code: 'context_length_exceeded', message: 'no' }, 16],
  ['a context in words', { message: 'prompt is too long: 9 tokens > 8 maximum' }, 16],
  ['a model', { code: 404, message: 'The model `x` does not exist' }, 20],
  ['a path, which was fine', { code: 404, message: 'no' }, 15],
  ['an unexpected number, of which the response knew nothing', { code: 418, message: 'no' }, 15],
  ['a bad request', { type: 'invalid_request_error', message: 'no' }, 15],
  ['a bad request by its number', { code: 400, message: 'no' }, 15],
];

describe('the classifier of an error inside a 200', () => {
  for (const [name, error, row] of inbandCases) {
    it(`sends ${name} to row ${row}`, () => assert.equal(inband(error).row, row));
  }
});

const baseUrl = 'https://gateway.test/v1';

const seen: readonly (readonly [evidence: Evidence, row: RowId | 0])[] = [
  [{ type: 'timeout', clock: 'headers', afterMs: 60_000 }, 10],
  [{ type: 'timeout', clock: 'first', afterMs: 120_000 }, 39],
  [{ type: 'timeout', clock: 'idle', afterMs: 60_000 }, 40],
  [{ type: 'timeout', clock: 'silent', afterMs: 180_000 }, 41],
  [{ type: 'web-page' }, 11],
  [{ type: 'no-body' }, 14],
  [{ type: 'eof' }, 43],
  [{ type: 'finish-error' }, 47],
  [{ type: 'slept' }, 58],
  [{ type: 'filtered' }, 49],
  [{ type: 'no-text' }, 50],
  [{ type: 'garbled', what: 'events' }, 51],
  [{ type: 'endless-event' }, 52],
  [{ type: 'garbled', what: 'json' }, 63],
  [{ type: 'error', error: new Error('x', { cause: { code: 'ECONNREFUSED' } }), streaming: false, baseUrl }, 3],
  [{ type: 'error', error: new Error('x', { cause: { code: 'ECONNREFUSED' } }), streaming: true, baseUrl }, 42],
  [
    {
      type: 'error',
      error: new TypeError('terminated', { cause: { code: 'UND_ERR_SOCKET' } }),
      streaming: true,
      baseUrl,
    },
    42,
  ],
  [{ type: 'error', error: { code: 'UND_ERR_BODY_TIMEOUT', message: '' }, streaming: true, baseUrl }, 42],
  [{ type: 'error', error: undefined, streaming: true, baseUrl }, 42],
];

describe('the classifier of what else was seen', () => {
  for (const [evidence, row] of seen) {
    const { type, ...rest } = evidence;
    it(`sends ${type} ${JSON.stringify(rest)} to row ${row}`, () => {
      const fault = classify(evidence, now);
      assert.equal(fault.row, row);
      assert.notEqual(fault.message, '');
    });
  }

  it('says after how many seconds a clock ran out', () => {
    assert.equal(classify({ type: 'timeout', clock: 'idle', afterMs: 59_600 }, now).seconds, 60);
  });

  it('has words for a request that never left', () => {
    const fault = classify({ type: 'no-key' }, now);
    assert.deepEqual([fault.row, fault.message, fault.policy.retry], [0, localFaults.noKey.message, 'never']);
  });
});

describe('the classifier, whatever it is shown,', () => {
  const anyStatus = fc.integer({ min: 100, max: 999 });
  const code = fc.oneof(
    fc.constantFrom(
      'overloaded',
      'rate_limit_exceeded',
      'model_not_found',
      'content_filter',
      'server_error',
      '429',
      '503',
    ),
    fc.string(),
    fc.integer({ min: 0, max: 999 }),
  );
  const words = fc.constantFrom(
    'Overloaded',
    'try again in 20s',
    'model x not found',
    'max_tokens is not supported',
    '',
  );
  const anyError = fc.record({
    message: fc.oneof(words, fc.string()),
    code,
    type: code,
    param: fc.oneof(fc.string(), fc.constant(null)),
  });
  const anyBody = fc.oneof(
    fc.string(),
    fc.json(),
    anyError.map((error) => JSON.stringify({ error })),
  );
  const anyHeaders = fc.constantFrom<Record<string, string>>({}, { 'retry-after': '5' }, { 'retry-after': '9999' });

  it('finds a row with a kind, words and something to do', () => {
    fc.assert(
      fc.property(anyStatus, anyBody, anyHeaders, (status, body, headers) => {
        const fault = judge(status, body, headers);
        assert.ok(fault.row in faultTable);
        assert.ok(faultTable[fault.row as RowId].kind);
        assert.ok(fault.message !== '' && fault.actions.length > 0);
        assert.ok(fault.detail.length <= 400);
        assert.equal(fault.row === 17, fault.refused !== undefined);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('finds a row for any JSON inside a stream', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyError), (error) => {
        assert.ok(inband(error).row in faultTable);
        assert.notEqual(inband(error).message, '');
      }),
      { numRuns: propertyRuns },
    );
  });

  /** The ways of providers to say that there is no money, in every place where they say it. */
  const noMoney = fc
    .tuple(
      fc.constantFrom('insufficient_quota', 'insufficient_user_quota', 'InsufficientQuota', 'INSUFFICIENT_BALANCE'),
      anyError,
    )
    .chain(([money, error]) =>
      fc.constantFrom<unknown>(
        { ...error, code: money },
        { ...error, type: money },
        { ...error, status: money },
        { ...error, message: 'Your credit balance is too low' },
        { ...error, message: JSON.stringify({ error: { code: money } }) },
      ),
    )
    .chain((error) => fc.constantFrom<unknown>({ error }, [{ error }], error));

  it('never retries for want of money, unless the payment itself named a time', () => {
    const status = fc.integer({ min: 400, max: 599 }).filter((it) => it !== 402 && it !== 407);
    fc.assert(
      fc.property(status, noMoney, anyHeaders, (it, body, headers) => {
        const { row, policy } = judge(it, body, headers);
        // A filter may mention credits.
        const isFilter = JSON.stringify(body).includes('"content_filter"');
        assert.deepEqual([isFilter && row === 19 ? 22 : row, policy.retry], [22, 'never']);
      }),
      { numRuns: propertyRuns },
    );
    fc.assert(
      fc.property(anyBody, (body) => {
        const { policy, retryAfter } = judge(402, body);
        assert.equal(policy.retry, retryAfter ? 'hint' : 'never');
      }),
      { numRuns: propertyRuns },
    );
  });

  it('never retries for want of money inside a stream either', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('insufficient_quota', 'insufficient_balance'),
        code,
        // A unit of time would make it a rate.
        fc.string().filter((text) => !/p[ms]|min|sec|concurren/i.test(text)),
        (money, other, message) => {
          if (String(other) === '402') return;
          assert.equal(inband({ type: money, code: other, message }).policy.retry, 'never');
        },
      ),
      { numRuns: propertyRuns },
    );
  });

  const size = 64 * 1024;
  const hostile: readonly string[] = [
    'model '.repeat(size / 6),
    `"${'quota '.repeat(size / 6)}`,
    "'".repeat(size),
    'api key '.repeat(size / 8),
    'max_tokens '.repeat(size / 11),
    '模型'.repeat(size / 3),
    '“'.repeat(size),
    '1'.repeat(size),
    '['.repeat(size),
    JSON.stringify({ error: { message: '{"message":'.repeat(5000) } }),
  ];
  for (const body of hostile) {
    it(`is not impressed by 64 KB of ${JSON.stringify(body.slice(0, 12))}…`, () => {
      assert.equal(judge(418, body).row, 38);
      assert.ok([15, 17, 20].includes(judge(400, body).row));
    });
  }
});
