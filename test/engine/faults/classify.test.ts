import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { classify, type Evidence, type Fault } from '../../../src/engine/faults/classify';
import { faultTable, type FaultName } from '../../../src/engine/faults/faultTable';
import { propertyRuns } from '../../support/propertyRuns';

const now = Date.UTC(2026, 0, 15, 9, 0, 0);

function classifyResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  hasImages = false,
): Fault {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return classify({ type: 'status', status, headers: new Headers(headers), body: text }, now, hasImages);
}

/** An error response as a provider sends it, and its fault. Each line of the file is a response. */
interface Rejection {
  readonly row: FaultName;
  readonly status: number;
  readonly name: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the request contained images. */
  readonly hasImages?: boolean;
}

function readLines(file: string): readonly unknown[] {
  const lines = readFileSync(join(__dirname, file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

const classifyInband = (error: unknown, streamed = false): Fault =>
  classify({ type: 'inband', body: JSON.stringify(error), streamed }, now);

describe('classification of a response', () => {
  for (const rejection of readLines('rejections.jsonl') as readonly Rejection[]) {
    const { name, status, row, body, headers, hasImages } = rejection;
    it(`maps ${status} (${name}) to ${row}`, () => {
      const fault = classifyResponse(status, body, headers, hasImages);
      assert.equal(fault.row, row);
      assert.equal(fault.kind, faultTable[row].kind);
      assert.deepEqual(fault.policy, faultTable[row].policy);
    });
  }

  /** Statuses and their faults when the body is empty. */
  const rowsByStatus: readonly (readonly [statuses: readonly number[], row: FaultName])[] = [
    [[300, 301, 302, 303, 304, 307, 308, 399], 'redirect'],
    [[400], 'requestRejected'],
    [[401], 'keyRejected'],
    [[402], 'outOfCredit'],
    [[403], 'permissionDenied'],
    [[404, 410], 'pathNotFound'],
    [[407], 'proxySignIn'],
    [[408, 499], 'requestTimeout'],
    [[409, 425], 'conflict'],
    [[413], 'requestTooLarge'],
    [[422], 'parameterInvalid'],
    [[429], 'rateLimitedWithoutRetryAfter'],
    [[500], 'serverError'],
    [[424, 502, 520, 521, 522, 523, 530], 'badGateway'],
    [[498, 503, 529], 'overloaded'],
    [[504, 524], 'gatewayTimeout'],
    [[525, 526], 'gatewayCertificate'],
  ];

  it('maps each HTTP status from 100 to 999 to a fault (unexpectedStatus by default)', () => {
    const rowOf = new Map<number, FaultName>(
      rowsByStatus.flatMap(([statuses, row]) => statuses.map((status) => [status, row] as const)),
    );
    for (let status = 100; status < 1000; status++) {
      const isRedirect = status >= 300 && status < 400;
      assert.equal(
        classifyResponse(status, '').row,
        isRedirect ? 'redirect' : (rowOf.get(status) ?? 'unexpectedStatus'),
        String(status),
      );
      const isEdge = [520, 521, 522, 523, 524, 525, 526, 527, 530].includes(status);
      if (status >= 500) assert.equal(classifyResponse(status, '').leavesGateway, isEdge || undefined, String(status));
    }
  });

  for (const { status, parameter, unsupportedParameter } of [
    { status: 400, parameter: 'max_tokens', unsupportedParameter: 'max_tokens' },
    { status: 400, parameter: 'temperature', unsupportedParameter: 'temperature' },
    { status: 400, parameter: 'stream_options', unsupportedParameter: 'stream_options' },
    { status: 400, parameter: 'max_completion_tokens', unsupportedParameter: 'max_completion_tokens' },
    { status: 400, parameter: 'top_k', unsupportedParameter: undefined },
    { status: 500, parameter: 'max_tokens', unsupportedParameter: undefined },
  ] as const) {
    it(`finds ${unsupportedParameter ?? 'no parameter'} to leave out of a corrected request after status ${status} for ${parameter}`, () => {
      const error = { message: `Unsupported parameter: '${parameter}'`, code: 'unsupported_parameter' };
      assert.equal(classifyResponse(status, { error }).unsupportedParameter, unsupportedParameter);
    });
  }

  it("shortens the provider's message to one line", () => {
    assert.equal(classifyResponse(400, { error: { message: 'a\n  b' } }).detail, 'a b');
    assert.equal(classifyResponse(400, 'plain words').detail, 'plain words');
    assert.equal(classifyResponse(400, '<html>secret</html>').detail, '');
    const { detail } = classifyResponse(400, { error: { message: 'x'.repeat(5000) } });
    assert.deepEqual([detail.length, detail.at(-1)], [300, '…']);
    assert.equal(classifyResponse(422, { detail: [{ loc: ['body', 'n'], msg: 'too small' }] }).detail, 'n: too small');
    assert.equal(
      classifyResponse(429, { error: { message: 'Provider returned error', metadata: { raw: 'slow down' } } }).detail,
      'slow down',
    );
  });

  it('mentions the reset time in the message of the fault only if the response contains that time', () => {
    assert.doesNotMatch(classifyResponse(403, '').message, /\{time\}/);
    assert.match(classifyResponse(403, '', { 'retry-after': '3600' }).message, /\{time\}/);
    // A countdown shows the time until the retry.
    assert.doesNotMatch(classifyResponse(503, '', { 'retry-after': '3600' }).message, /\{time\}/);
    const dailyQuota = {
      error: { message: 'requests per day', details: [{ violations: [{ quotaId: 'RequestsPerDay' }] }] },
    };
    assert.doesNotMatch(classifyResponse(429, dailyQuota).message, /\{time\}/);
    assert.match(classifyResponse(429, dailyQuota, { 'retry-after': '7200' }).message, /\{time\}/);
  });

  it('ignores a short retry-after when the daily quota is used up', () => {
    const details = [{ violations: [{ quotaId: 'RequestsPerDay' }] }, { retryDelay: '36s' }];
    const fault = classifyResponse(429, { error: { message: 'quota', details } });
    assert.deepEqual([fault.row, fault.retryAfter], ['usageLimitReached', undefined]);
  });

  it('uses a retry-after of five minutes even if the daily quota is used up', () => {
    const details = [{ violations: [{ quotaId: 'RequestsPerDay' }] }];
    const fault = classifyResponse(429, { error: { message: 'quota', details } }, { 'retry-after': '300' });
    assert.deepEqual([fault.row, fault.retryAfter?.delayMs], ['usageLimitReached', 300_000]);
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
      const body = { error: 'no', reset: 1500 };
      assert.equal(classifyResponse(status, body).retryAfter?.delayMs, delayMs);
      assert.equal(classifyResponse(status, body, { 'retry-after': '3000' }).retryAfter?.delayMs, 3_000_000);
    });
  }
});

/** An error inside a response with status 200. `streamed`: part of the answer arrived before it. */
interface InbandError {
  readonly row: FaultName;
  readonly name: string;
  readonly error: unknown;
  readonly streamed?: true;
}

describe('classification of an error inside a 200', () => {
  for (const { name, error, row, streamed } of readLines('inbandErrors.jsonl') as readonly InbandError[]) {
    it(`maps ${name} to ${row}`, () => assert.equal(classifyInband(error, streamed).row, row));
  }
});

describe('classification of a plain text that arrives instead of an answer', () => {
  it('recognizes a rate limit by the words "Too many requests"', () => {
    const { row, detail } = classify({ type: 'plainText', text: 'Too many requests, slow down' }, now);
    assert.deepEqual([row, detail], ['rateLimitedWithoutRetryAfter', 'Too many requests, slow down']);
  });

  it('reports an unknown text as a malformed response', () => {
    const { row, detail } = classify({ type: 'plainText', text: 'sheep' }, now);
    assert.deepEqual([row, detail], ['garbledBody', 'sheep']);
  });
});

const baseUrl = 'https://gateway.test/v1';

const evidenceCases: readonly (readonly [evidence: Evidence, row: FaultName])[] = [
  [{ type: 'timeout', clock: 'headersTimeout', afterMs: 60_000 }, 'headersTimeout'],
  [{ type: 'timeout', clock: 'firstTokenTimeout', afterMs: 120_000 }, 'firstTokenTimeout'],
  [{ type: 'timeout', clock: 'streamStalled', afterMs: 60_000 }, 'streamStalled'],
  [{ type: 'timeout', clock: 'streamSilent', afterMs: 180_000 }, 'streamSilent'],
  [
    { type: 'error', error: new Error('x', { cause: { code: 'ECONNREFUSED' } }), streaming: false, baseUrl },
    'connectionRefused',
  ],
  [
    { type: 'error', error: new Error('x', { cause: { code: 'ECONNREFUSED' } }), streaming: true, baseUrl },
    'connectionLost',
  ],
  [
    {
      type: 'error',
      error: new TypeError('terminated', { cause: { code: 'UND_ERR_SOCKET' } }),
      streaming: true,
      baseUrl,
    },
    'connectionLost',
  ],
  [{ type: 'error', error: { code: 'UND_ERR_BODY_TIMEOUT', message: '' }, streaming: true, baseUrl }, 'connectionLost'],
  [{ type: 'error', error: undefined, streaming: true, baseUrl }, 'connectionLost'],
];

/** Replaces an error, which JSON leaves empty, with its message and cause. */
const withErrors = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { message: value.message, cause: value.cause } : value;

describe('classification of failures without an error response', () => {
  for (const [evidence, row] of evidenceCases) {
    it(`maps ${JSON.stringify(evidence, withErrors)} to ${row}`, () => {
      const fault = classify(evidence, now);
      assert.equal(fault.row, row);
      assert.notEqual(fault.message, '');
    });
  }

  it('reports the duration of an expired timeout in seconds', () => {
    assert.equal(classify({ type: 'timeout', clock: 'streamStalled', afterMs: 59_600 }, now).seconds, 60);
  });

  it('returns the row of the fault table for a fault that is given by name', () => {
    const { kind, policy, message, actions } = faultTable.noKey;
    assert.deepEqual(classify('noKey', now), { row: 'noKey', detail: '', kind, policy, message, actions });
    assert.equal(classify('webPage', now).leavesGateway, true);
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
        assert.ok(faultTable[fault.row].kind);
        assert.ok(fault.message !== '' && fault.actions.length > 0);
        assert.ok(fault.detail.length <= 400);
        assert.equal(fault.row === 'unsupportedParameter', fault.unsupportedParameter !== undefined);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('returns a fault with a message for any error value in a stream', () => {
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

  it('allows no retry if an HTTP error other than 402, 403 and 407 reports a lack of credit', () => {
    // A 403 may be a limit that resets at a time that it names.
    const errorStatus = fc.integer({ min: 400, max: 599 }).filter((value) => ![402, 403, 407].includes(value));
    fc.assert(
      fc.property(errorStatus, creditErrors, anyHeaders, (status, body, headers) => {
        const { row, policy } = classifyResponse(status, body, headers);
        // A message of a content filter may mention credits.
        const isFilter = JSON.stringify(body).includes('"content_filter"');
        assert.deepEqual(
          [isFilter && row === 'promptFiltered' ? 'outOfCredit' : row, policy.retry],
          ['outOfCredit', 'never'],
        );
      }),
      { numRuns: propertyRuns },
    );
  });

  it('allows a retry after a 402 response only if the response contains a retry-after', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const { policy, retryAfter } = classifyResponse(402, body);
        assert.equal(policy.retry, retryAfter ? 'hint' : 'never');
      }),
      { numRuns: propertyRuns },
    );
  });

  it('allows no retry if an error inside a stream reports a lack of credit', () => {
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
    '['.repeat(size) + ']'.repeat(size),
    `${'{"a":'.repeat(size)}1${'}'.repeat(size)}`,
    JSON.stringify({ error: { message: '{"message":'.repeat(5000) } }),
  ];
  for (const body of largeBodies) {
    it(`maps ${body.length} characters that start with ${JSON.stringify(body.slice(0, 12))} in linear time`, () => {
      assert.equal(classifyResponse(418, body).row, 'unexpectedStatus');
      assert.ok(['requestRejected', 'unsupportedParameter', 'modelNotFound'].includes(classifyResponse(400, body).row));
    });
  }
});
