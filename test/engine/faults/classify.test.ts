import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classify, type Evidence, type Fault } from '../../../src/engine/faults/classify';
import { faultTable, localFaults, type RowId } from '../../../src/engine/faults/faultTable';
import { propertyRuns } from '../../support/propertyRuns';
import { rejections } from './rejections';
import { rowLabel } from './rowLabel';

const now = Date.UTC(2026, 0, 15, 9, 0, 0);

function classifyResponse(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ type: 'status', status, headers: new Headers(headers), body: text }, now);
}

const classifyInband = (error: unknown, streamed = false): Fault => classify({ type: 'inband', error, streamed }, now);

describe('classification of a response', () => {
  for (const { name, status, row, body, headers } of rejections) {
    it(`maps ${status} (${name}) to ${rowLabel(row)}`, () => {
      const fault = classifyResponse(status, body, headers);
      assert.equal(fault.row, row);
      assert.equal(fault.kind, faultTable[row].kind);
      assert.deepEqual(fault.policy, faultTable[row].policy);
    });
  }

  it('is tested for every fault that a status can lead to', () => {
    const rows = new Set<number>(rejections.map(({ row }) => row));
    const all = [7, 9, ...Array.from({ length: 24 }, (_, n) => 15 + n), 67, 68, 69, 70];
    assert.deepEqual(
      all.filter((row) => !rows.has(row)),
      [],
    );
  });

  /** Statuses and the numbers of their faults when the body is empty. */
  const rowsByStatus: readonly (readonly [statuses: readonly number[], row: RowId])[] = [
    [[300, 301, 302, 303, 304, 307, 308, 399], 9],
    [[400], 15],
    [[401], 21],
    [[402], 22],
    [[403], 24],
    [[404, 410], 25],
    [[407], 7],
    [[408, 499], 26],
    [[409, 425], 27],
    [[413], 28],
    [[422], 29],
    [[429], 31],
    [[500], 33],
    [[424, 502, 520, 521, 522, 523, 530], 34],
    [[498, 503, 529], 35],
    [[504, 524], 36],
    [[525, 526], 37],
  ];

  it('maps every status from 100 to 999 to its fault, and one without a fault of its own to unexpectedStatus (fault 38)', () => {
    const rowOf = new Map<number, RowId>(
      rowsByStatus.flatMap(([statuses, row]) => statuses.map((status) => [status, row] as const)),
    );
    for (let status = 100; status < 1000; status++) {
      const isRedirect = status >= 300 && status < 400;
      assert.equal(classifyResponse(status, '').row, isRedirect ? 9 : (rowOf.get(status) ?? 38), String(status));
    }
  });

  it('names the refused parameter if a corrected request can leave it out', () => {
    const refusal = (message: string): unknown => ({ error: { message, code: 'unsupported_parameter' } });
    assert.equal(
      classifyResponse(400, refusal("Unsupported parameter: 'max_tokens'")).unsupportedParameter,
      'max_tokens',
    );
    assert.equal(
      classifyResponse(400, refusal("Unsupported parameter: 'temperature'")).unsupportedParameter,
      'temperature',
    );
    assert.equal(
      classifyResponse(400, refusal("Unsupported parameter: 'stream_options'")).unsupportedParameter,
      'stream_options',
    );
    assert.equal(classifyResponse(400, refusal("Unsupported parameter: 'top_k'")).unsupportedParameter, undefined);
    assert.equal(
      classifyResponse(400, refusal("Unsupported parameter: 'max_completion_tokens'")).unsupportedParameter,
      'max_completion_tokens',
    );
    assert.equal(classifyResponse(500, refusal("Unsupported parameter: 'max_tokens'")).unsupportedParameter, undefined);
  });

  it("keeps the provider's message on one line of at most 400 characters", () => {
    assert.equal(classifyResponse(400, { error: { message: 'a\n  b' } }).detail, 'a b');
    assert.equal(classifyResponse(400, 'plain words').detail, 'plain words');
    assert.equal(classifyResponse(400, '<html>secret</html>').detail, '');
    const { detail } = classifyResponse(400, { error: { message: 'x'.repeat(5000) } });
    assert.deepEqual([detail.length, detail.at(-1)], [400, '…']);
    assert.equal(classifyResponse(422, { detail: [{ loc: ['body', 'n'], msg: 'too small' }] }).detail, 'n: too small');
    assert.equal(
      classifyResponse(429, { error: { message: 'Provider returned error', metadata: { raw: 'slow down' } } }).detail,
      'slow down',
    );
  });

  it('includes the time at which the limit resets in the message only if the gateway named it', () => {
    assert.doesNotMatch(classifyResponse(403, '').message, /\{time\}/);
    assert.match(classifyResponse(403, '', { 'retry-after': '3600' }).message, /\{time\}/);
    const dailyQuota = {
      error: { message: 'requests per day', details: [{ violations: [{ quotaId: 'RequestsPerDay' }] }] },
    };
    assert.doesNotMatch(classifyResponse(429, dailyQuota).message, /\{time\}/);
    assert.match(classifyResponse(429, dailyQuota, { 'retry-after': '7200' }).message, /\{time\}/);
  });

  it('ignores a retry-after of half a minute for a daily quota', () => {
    const details = [{ violations: [{ quotaId: 'RequestsPerDay' }] }, { retryDelay: '36s' }];
    const fault = classifyResponse(429, { error: { message: 'quota', details } });
    assert.deepEqual([fault.row, fault.retryAfter], [32, undefined]);
  });

  it('keeps a retry-after of five minutes for a daily quota', () => {
    const details = [{ violations: [{ quotaId: 'RequestsPerDay' }] }];
    const fault = classifyResponse(429, { error: { message: 'quota', details } }, { 'retry-after': '300' });
    assert.deepEqual([fault.row, fault.retryAfter?.delayMs], [32, 300_000]);
  });

  it('does not include the time at which the limit resets in the message if the turn retries', () => {
    assert.equal(classifyResponse(503, '', { 'retry-after': '10' }).message, faultTable[35].message);
  });

  for (const [status, delayMs] of [
    [402, 1_500_000],
    [403, 1_500_000],
    [429, 1_500_000],
    [503, 1_500_000],
    [500, undefined],
    [502, undefined],
    [504, undefined],
  ] as const) {
    it(`${delayMs === undefined ? 'ignores' : 'reads'} the field "reset" of a response with status ${status}`, () => {
      assert.equal(classifyResponse(status, { error: 'no', reset: 1500 }).retryAfter?.delayMs, delayMs);
    });
  }

  it('returns the retry-after of the response', () => {
    assert.deepEqual(classifyResponse(503, '', { 'retry-after': '10' }).retryAfter, {
      delayMs: 10_000,
      field: 'retry-after',
    });
  });
});

const inbandCases: readonly (readonly [name: string, error: unknown, row: RowId])[] = [
  ['a text', 'Upstream idle timeout exceeded', 45],
  ['null', null, 45],
  ['a number', 502, 45],
  ['an empty object', {}, 45],
  ['an empty code', { code: '', message: 'no' }, 45],
  ['a server error that mentions a model', { code: 502, message: 'The model `x` does not exist' }, 45],
  ['a disconnected provider (OpenRouter)', { code: 502, message: 'Provider disconnected' }, 45],
  ['a status as a string', { code: '500', message: 'Internal error' }, 45],
  ['a server error', { type: 'server_error', message: 'The server had an error' }, 45],
  ['an overload (Anthropic)', { details: null, type: 'overloaded_error', message: 'Overloaded' }, 35],
  ['an overload by its status 503', { code: 503, message: 'try later' }, 35],
  ['an overload by its type', { type: 'overloaded_error', message: 'no' }, 35],
  ['an overload by its status 529', { code: 529, message: 'no' }, 35],
  ['an overload in the message', 'The model is overloaded', 35],
  ['a rate limit', { code: 429, message: 'slow down' }, 31],
  ['a rate limit by its type', { type: 'rate_limit_error', message: 'slow down' }, 31],
  ['a rate limit with a retry-after', { code: 'rate_limit_exceeded', message: 'Please try again in 20s' }, 30],
  ['an exhausted quota', { type: 'insufficient_quota', message: 'no' }, 22],
  ['an exhausted quota with a status of 500', { code: 500, type: 'insufficient_quota', message: 'no' }, 22],
  ['a lack of credits', { code: 402, message: 'Insufficient credits' }, 22],
  ['a budget with a reset time', { code: 402, message: 'Try again in 20s' }, 23],
  ['a lack of credit in Chinese', { code: '1113', message: '账户余额不足' }, 22],
  ['a rejected key', { type: 'authentication_error', message: 'invalid x-api-key' }, 21],
  ['a rejected key by its status', { code: 401, message: 'no' }, 21],
  ['a rejected key with a status of 500', { code: 500, type: 'authentication_error', message: 'no' }, 21],
  ['a missing permission', { type: 'permission_error', message: 'no' }, 24],
  ['a content filter', { code: 'content_filter', message: 'no' }, 19],
  [
    'a content filter (Qwen)',
    { code: 'data_inspection_failed', message: 'Output data may contain inappropriate content.' },
    19,
  ],
  ['a full context', { code: 'context_length_exceeded', message: 'no' }, 16],
  ['a full context in the message', { message: 'prompt is too long: 9 tokens > 8 maximum' }, 16],
  ['an unknown model', { code: 404, message: 'The model `x` does not exist' }, 20],
  ['a status of 404 without details', { code: 404, message: 'no' }, 15],
  ['an unknown status', { code: 418, message: 'no' }, 15],
  ['a bad request', { type: 'invalid_request_error', message: 'no' }, 15],
  ['a bad request by its status', { code: 400, message: 'no' }, 15],
  ['an app without permission (Spark)', { code: '11200', message: 'no' }, 24],
  ['a limit per day (Spark)', { code: 11201, message: 'no' }, 32],
  ['a limit per second (Spark)', { code: 11202, message: 'no' }, 31],
  ['a limit of parallel requests (Spark)', { code: 11203, message: 'no' }, 31],
  ['a filtered prompt (Spark)', { code: 10013, message: 'no' }, 19],
  ['a filtered answer (Spark)', { code: 10014, message: 'no' }, 19],
  ['a full context (Spark)', { code: 10907, message: 'no' }, 16],
  ['a busy service (Spark)', { code: 10110, message: 'service busy' }, 35],
];

describe('classification of an error inside a 200', () => {
  for (const [name, error, row] of inbandCases) {
    it(`maps ${name} to ${rowLabel(row)}`, () => assert.equal(classifyInband(error).row, row));
  }
});

const baseUrl = 'https://gateway.test/v1';

const evidenceCases: readonly (readonly [evidence: Evidence, row: RowId | 0])[] = [
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
  [{ type: 'garbled', format: 'events' }, 51],
  [{ type: 'endless-event' }, 52],
  [{ type: 'garbled', format: 'json' }, 63],
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

/** Replaces an error, which JSON leaves empty, with its message and cause. */
const withErrors = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { message: value.message, cause: value.cause } : value;

describe('classification of failures without an error response', () => {
  for (const [evidence, row] of evidenceCases) {
    const { type, ...details } = evidence;
    it(`maps ${type} ${JSON.stringify(details, withErrors)} to ${rowLabel(row)}`, () => {
      const fault = classify(evidence, now);
      assert.equal(fault.row, row);
      assert.notEqual(fault.message, '');
    });
  }

  it('returns the length of the expired timeout in seconds', () => {
    assert.equal(classify({ type: 'timeout', clock: 'idle', afterMs: 59_600 }, now).seconds, 60);
  });

  it('returns a message for a request that was not sent because no key is set', () => {
    const fault = classify({ type: 'no-key' }, now);
    assert.deepEqual([fault.row, fault.message, fault.policy.retry], [0, localFaults.noKey.message, 'never']);
  });
});

describe('classification of random responses', () => {
  const anyStatus = fc.integer({ min: 100, max: 999 });
  const anyCode = fc.oneof(
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
  const anyMessage = fc.constantFrom(
    'Overloaded',
    'try again in 20s',
    'model x not found',
    'max_tokens is not supported',
    '',
  );
  const anyError = fc.record({
    message: fc.oneof(anyMessage, fc.string()),
    code: anyCode,
    type: anyCode,
    param: fc.oneof(fc.string(), fc.constant(null)),
  });
  const anyBody = fc.oneof(
    fc.string(),
    fc.json(),
    anyError.map((error) => JSON.stringify({ error })),
  );
  const anyHeaders = fc.constantFrom<Record<string, string>>({}, { 'retry-after': '5' }, { 'retry-after': '9999' });

  it('always returns a fault with a kind, a message and actions', () => {
    fc.assert(
      fc.property(anyStatus, anyBody, anyHeaders, (status, body, headers) => {
        const fault = classifyResponse(status, body, headers);
        assert.ok(fault.row in faultTable);
        assert.ok(faultTable[fault.row as RowId].kind);
        assert.ok(fault.message !== '' && fault.actions.length > 0);
        assert.ok(fault.detail.length <= 400);
        assert.equal(fault.row === 17, fault.unsupportedParameter !== undefined);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('returns a fault with a message for any JSON value that a stream reports as its error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyError), (error) => {
        assert.ok(classifyInband(error).row in faultTable);
        assert.notEqual(classifyInband(error).message, '');
      }),
      { numRuns: propertyRuns },
    );
  });

  /** Errors that report a lack of credit, in all the fields that providers use for it. */
  const creditErrors = fc
    .tuple(
      fc.constantFrom('insufficient_quota', 'insufficient_user_quota', 'InsufficientQuota', 'INSUFFICIENT_BALANCE'),
      anyError,
    )
    .chain(([creditCode, error]) =>
      fc.constantFrom<unknown>(
        { ...error, code: creditCode },
        { ...error, type: creditCode },
        { ...error, status: creditCode },
        { ...error, message: 'Your credit balance is too low' },
        { ...error, message: JSON.stringify({ error: { code: creditCode } }) },
      ),
    )
    .chain((error) => fc.constantFrom<unknown>({ error }, [{ error }], error));

  it('never retries after a lack of credit, unless a 402 named a retry-after', () => {
    const errorStatus = fc.integer({ min: 400, max: 599 }).filter((value) => value !== 402 && value !== 407);
    fc.assert(
      fc.property(errorStatus, creditErrors, anyHeaders, (status, body, headers) => {
        const { row, policy } = classifyResponse(status, body, headers);
        // A message of a content filter may mention credits.
        const isFilter = JSON.stringify(body).includes('"content_filter"');
        assert.deepEqual([isFilter && row === 19 ? 22 : row, policy.retry], [22, 'never']);
      }),
      { numRuns: propertyRuns },
    );
    fc.assert(
      fc.property(anyBody, (body) => {
        const { policy, retryAfter } = classifyResponse(402, body);
        assert.equal(policy.retry, retryAfter ? 'hint' : 'never');
      }),
      { numRuns: propertyRuns },
    );
  });

  it('never retries when an error inside a stream reports a lack of credit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('insufficient_quota', 'insufficient_balance'),
        anyCode,
        // With a unit of time, the message would describe a rate limit.
        fc.string().filter((text) => !/p[ms]|min|sec|concurren/i.test(text)),
        (creditCode, code, message) => {
          if (String(code) === '402') return;
          assert.equal(classifyInband({ type: creditCode, code, message }).policy.retry, 'never');
        },
      ),
      { numRuns: propertyRuns },
    );
  });

  const size = 64 * 1024;
  const largeBodies: readonly string[] = [
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
  for (const body of largeBodies) {
    it(`maps 64 KB of ${JSON.stringify(body.slice(0, 12))}… in linear time`, () => {
      assert.equal(classifyResponse(418, body).row, 38);
      assert.ok([15, 17, 20].includes(classifyResponse(400, body).row));
    });
  }
});
