import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRetryAfter } from '../../../src/engine/faults/retryAfter';
import { parseDuration } from '../../../src/engine/faults/retryAfterDurations';
import { propertyRuns } from '../../support/propertyRuns';

const now = Date.UTC(2026, 0, 15, 9, 0, 0);
const hour = 3_600_000;
const in37s = now + 37_000;

type Cases<Input> = readonly (readonly [name: string, input: Input, delayMs: number | undefined])[];

const httpDate = (at: number): string => new Date(at).toUTCString();
const bodyText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

const headerCases: Cases<Readonly<Record<string, string>>> = [
  ['no headers', {}, undefined],
  ['seconds', { 'retry-after': '37' }, 37_000],
  ['60 seconds, not the year 60', { 'retry-after': '60' }, 60_000],
  ['zero', { 'retry-after': '0' }, undefined],
  ['a negative number', { 'retry-after': '-5' }, undefined],
  ['a number with an exponent', { 'retry-after': '1e3' }, undefined],
  ['words', { 'retry-after': 'soon' }, undefined],
  ['an empty value', { 'retry-after': '' }, undefined],
  ['a huge number', { 'retry-after': '9'.repeat(400) }, 366 * 86_400_000],
  ['epoch seconds', { 'retry-after': String(in37s / 1000) }, 37_000],
  ['epoch milliseconds', { 'retry-after': String(in37s) }, 37_000],
  ['the smallest number read as epoch seconds, in the past', { 'retry-after': '1000000000' }, undefined],
  ['the smallest number read as epoch milliseconds, in the past', { 'retry-after': '1000000000000' }, undefined],
  ['epoch seconds in the past', { 'retry-after': String(now / 1000 - 1) }, undefined],
  ['a duration with units', { 'retry-after': '2m30s' }, 150_000],
  ['the header x-retry-after', { 'x-retry-after': '37' }, 37_000],
  ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
  ['decimal milliseconds, rounded up', { 'retry-after-ms': '1500.2' }, 1501],
  ['milliseconds in the header of Azure', { 'x-ms-retry-after-ms': '250' }, 250],
  ['an HTTP date', { 'retry-after': httpDate(in37s) }, 37_000],
  ['an RFC 3339 time', { 'retry-after': '2026-01-15T09:00:37Z' }, 37_000],
  ['an RFC 3339 time in another zone', { 'retry-after': '2026-01-15T10:00:37+01:00' }, 37_000],
  ['a day without a time', { 'retry-after': '2026-01-16' }, undefined],
  ['an HTTP date in the past', { 'retry-after': httpDate(now - 1000) }, undefined],
  [
    'a date from a gateway whose clock is 3 h ahead',
    { 'retry-after': httpDate(in37s + 3 * hour), date: httpDate(now + 3 * hour) },
    37_000,
  ],
  [
    'a date next to a Date header that is more than a week off',
    { 'retry-after': httpDate(in37s), date: httpDate(now - 170 * hour) },
    37_000,
  ],
  ['a date next to an invalid Date header', { 'retry-after': httpDate(in37s), date: 'yesterday' }, 37_000],
  [
    'an exhausted rate limit of tokens (OpenAI)',
    { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' },
    360_000,
  ],
  [
    'the reset of a rate limit in milliseconds',
    { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '120ms' },
    120,
  ],
  [
    'the later of two exhausted rate limits, which is listed last',
    {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '2s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '5s',
    },
    5000,
  ],
  [
    'an exhausted rate limit next to one with an unreadable reset',
    {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '5s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': 'soon',
    },
    5000,
  ],
  ['a rate limit with unknown header names', { 'x-quota-remaining': '0', 'x-quota-reset': '60' }, undefined],
  ['a rate limit that is not exhausted', { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '60' }, undefined],
  ['a rate limit without a remaining count', { 'x-ratelimit-reset': '60' }, undefined],
  [
    'a rate limit with an unreadable remaining count',
    { 'x-ratelimit-remaining': 'some', 'x-ratelimit-reset': '60' },
    undefined,
  ],
  ['a reset in epoch seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(in37s / 1000) }, 37_000],
  ['a reset without the x- prefix (IETF)', { 'ratelimit-remaining': '0', 'ratelimit-reset': '37' }, 37_000],
  [
    'a reset in RFC 3339 (Anthropic)',
    {
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-15T09:00:37Z',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-01-15T09:05:00Z',
    },
    37_000,
  ],
  ['the retry-after of a rate limit', { 'x-ratelimit-retry-after': '37' }, 37_000],
  ['the retry-after of Bucket4j', { 'x-rate-limit-retry-after-seconds': '37' }, 37_000],
  ['the header RateLimit', { ratelimit: '"burst";r=0;t=37' }, 37_000],
  ['the header RateLimit of an older draft', { ratelimit: 'limit=100, remaining=0, reset=37' }, 37_000],
  ['the header RateLimit with a remaining request', { ratelimit: '"burst";r=1;t=37' }, undefined],
  ['the unified reset of Anthropic', { 'anthropic-ratelimit-unified-reset': String(in37s / 1000) }, 37_000],
  [
    'the unified reset of Anthropic, with a rate limit that rejects requests',
    { 'anthropic-ratelimit-unified-status': 'rejected', 'anthropic-ratelimit-unified-reset': String(in37s / 1000) },
    37_000,
  ],
  [
    'the unified reset of Anthropic, with a rate limit that is not reached',
    {
      'anthropic-ratelimit-unified-status': 'allowed_warning',
      'anthropic-ratelimit-unified-reset': String(in37s / 1000),
    },
    undefined,
  ],
];

const errorWithMessage = (message: string): unknown => ({ error: { message } });
const errorWithCode = (code: string, message: string): unknown => ({ error: { code, message } });

/** Wraps an error as the message of another error, as many times as `times` says. */
const wrapped = (error: unknown, times: number): unknown =>
  times === 0 ? error : { message: JSON.stringify(wrapped(error, times - 1)) };

const bodyCases: Cases<unknown> = [
  ['epoch seconds in a field', { error: { retry_after: in37s / 1000 } }, 37_000],
  [
    'OpenAI, minutes',
    errorWithMessage(
      'Rate limit reached for gpt-4o in organization org-x on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s. Visit https://platform.openai.com/account/rate-limits to learn more.',
    ),
    432_000,
  ],
  [
    'OpenAI, seconds',
    errorWithMessage('Rate limit reached for gpt-4 on tokens per min (TPM): Limit 10000. Please try again in 20s.'),
    20_000,
  ],
  [
    'Groq',
    errorWithMessage(
      'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_01` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 99336, Requested 1500. Please try again in 12m2.304s. Need more tokens?',
    ),
    722_304,
  ],
  [
    'Gemini, RetryInfo in a list',
    [
      {
        error: {
          code: 429,
          message: 'You exceeded your current quota.\nPlease retry in 12.3s.',
          status: 'RESOURCE_EXHAUSTED',
          details: [
            { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
            { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '22s' },
          ],
        },
      },
    ],
    22_000,
  ],
  [
    'Gemini, a RetryInfo of zero before a message',
    { error: { details: [{ retryDelay: '0s' }], message: 'Please retry in 12.3s.' } },
    12_300,
  ],
  ['the fourth error of a list', [{}, {}, {}, { retry_after: 5 }], 5000],
  ['the fifth error of a list', [{}, {}, {}, {}, { retry_after: 5 }], undefined],
  ['an error nested in four messages', wrapped({ retry_after: 5 }, 4), 5000],
  ['an error nested in five messages', wrapped({ retry_after: 5 }, 5), undefined],
  ['an error in a message, after whitespace', { message: ' \n{"retry_after":5}' }, 5000],
  ['an error of the provider in metadata.raw', { error: { metadata: { raw: '{"retry_after":5}' } } }, 5000],
  [
    'Gemini, wrapped by a gateway',
    errorWithMessage(JSON.stringify([{ error: { details: [{ retryDelay: '22s' }] } }])),
    22_000,
  ],
  ['Moonshot', errorWithMessage('request reached organization max RPM: 3, please try again after 1 seconds'), 1000],
  [
    'OpenRouter, seconds',
    { error: { message: 'Provider returned error', code: 429, metadata: { retry_after_seconds: 41 } } },
    41_000,
  ],
  ['OpenRouter, a header', { error: { metadata: { headers: { 'Retry-After': '19' } } } }, 19_000],
  [
    'OpenRouter, an exhausted rate limit',
    {
      error: {
        message: 'Rate limit exceeded: free-models-per-min. ',
        code: 429,
        metadata: {
          headers: { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(in37s) },
        },
      },
    },
    37_000,
  ],
  ['a field in seconds', { error: { retry_after: 2520 } }, 2_520_000],
  ['a field in milliseconds', { retry_after_ms: 1200 }, 1200],
  ['an error that is a text', { error: 'Too fast, retry in 3 s' }, 3000],
  ['words before the duration', errorWithMessage('Please retry your request in 20 seconds'), 20_000],
  ['a number of attempts before a duration', errorWithMessage('Retry after 3 attempts; try again in 20s'), 20_000],
  ['a duration that is cut at the maximum length', errorWithMessage(`try again in ${'1s'.repeat(80)}`), 50_000],
  ['a duration beyond the part of a message that is searched', `${'x'.repeat(5000)} try again in 20s`, undefined],
  ['a wait', errorWithMessage('Please wait 20 seconds before the next request'), 20_000],
  ['a wait of at least some time', errorWithMessage('Please wait at least 20 seconds'), 20_000],
  ['hours, minutes and seconds', errorWithMessage('Quota will be replenished in 05:11:02.'), 18_662_000],
  ['days and hours', errorWithMessage('Quota resets in 1.05:11:02.'), 105_062_000],
  ['minutes and seconds in words', errorWithMessage('Please retry in 1 minute and 20 seconds.'), 80_000],
  ['Chinese', errorWithMessage('请求过于频繁，请在 20 秒后重试'), 20_000],
  ['Chinese, two units', errorWithMessage('请1分30秒之后再试'), 90_000],
  ['Chinese, a time in the zone of China', errorWithMessage('您的限额将在 2026-01-15 20:33:36 重置。'), 3.56 * hour],
  ['Chinese, a date in words', errorWithMessage('将于2026年1月15日18:00恢复'), hour],
  [
    'Zhipu in English, a time in the zone of China',
    errorWithCode('1308', 'It will reset at 2026-01-15 18:00:00'),
    hour,
  ],
  ['a time without a zone', errorWithMessage('Your limit resets at 2026-01-15 10:00'), hour],
  ['a time with an offset', errorWithMessage('Your limit will reset at 2026-01-15 18:00 (UTC+8)'), hour],
  [
    'the time of a log line before a message to try again',
    errorWithMessage(
      '[2026-01-15 17:00:00] upstream failed after a long time of waiting for an answer that never came, please try again later',
    ),
    undefined,
  ],
  ['the time at which a key expired', errorWithMessage('The key has expired at 2026-01-15 10:00 UTC'), undefined],
  ['a duration in Chinese before a reset', errorWithMessage('距离重置还有 5 分钟'), 300_000],
  ['an hour', errorWithMessage('Try again in an hour.'), hour],
  ['a minute', errorWithMessage('Please wait a minute'), 60_000],
  ['an unknown duration', errorWithMessage('Try again in a moment'), undefined],
  ['an ISO 8601 duration', { retryAfter: 'PT1M30S' }, 90_000],
  ['a time to come back', errorWithMessage('Come back in 3h 47m'), 13_620_000],
  ['epoch seconds in a message', errorWithMessage(`Quota exceeded, resets at ${in37s / 1000}`), 37_000],
  ['a number that is no time in a message', errorWithMessage(`Resource ${in37s / 1000} is exhausted`), undefined],
  ['a time after which to retry', errorWithMessage('Retry after 2026-01-15T09:00:37Z.'), 37_000],
  ['a field of an envelope that is JSON text', { code: 429, data: '{"retry_after":37}' }, 37_000],
  ['a field in milliseconds', { error: { resetsInMs: 2500 } }, 2500],
  ['a field with the time of the reset', { error: { resets_at: '2026-01-15T09:00:37Z' } }, 37_000],
  ['plain text', 'Too Many Requests, retry in 7 seconds', 7000],
  ['no time at all', errorWithMessage('Overloaded. Please try again later.'), undefined],
  ['a number of attempts', errorWithMessage('Please retry after 3 attempts'), undefined],
  ['a month, not a minute', errorWithMessage('try again in 1 month'), undefined],
  ['a number without a unit in a message', errorWithMessage('try again in 20'), undefined],
  ['a duration in another sentence', errorWithMessage('Please retry. Limit 20s of audio.'), undefined],
  ['a negative number in a field', { error: { retry_after: -3 } }, undefined],
  [
    'fields of wrong types',
    { error: { retry_after: {}, metadata: { headers: [], retry_after_seconds: true } } },
    undefined,
  ],
  ['null', 'null', undefined],
  ['an error quoted in plain text', 'Failed: {"error":{"retry_after":5}}', 5000],
  ['an error at the fifth level of nesting', { a: { a: { a: { a: { retry_after: 5 } } } } }, 5000],
  ['an error at the sixth level of nesting', { a: { a: { a: { a: { a: { retry_after: 5 } } } } } }, undefined],
  ['a field in milliseconds with spaces', { retry_after_ms: ' 1200 ' }, 1200],
  ['a field in milliseconds whose text has another unit', { retry_delay_ms: '22s' }, 22_000],
  ['a field in minutes', { retry_after_minutes: 2 }, 120_000],
  ['a field with a time without a zone', { cooldown_until: '2026-01-15 10:00:00' }, hour],
  ['a time west of UTC', errorWithMessage('Your limit resets at 2026-01-15 06:30 (UTC-03:30)'), hour],
  ['a message in Chinese with an English title', { title: 'Limit', msg: '将于 2026-01-15 18:00 恢复' }, hour],
  [
    'a time far away from a message to try again',
    errorWithMessage(`Please try again. The request ${'x'.repeat(60)} failed at 2026-01-15 10:00`),
    undefined,
  ],
  ['a truncated body', '{"error":{"message":"Please try again in 20s', 20_000],
];

describe('parsing of retry-after', () => {
  for (const [name, headers, delayMs] of headerCases) {
    it(`${delayMs === undefined ? 'finds no retry-after' : 'reads a retry-after'} in the headers: ${name}`, () => {
      assert.equal(parseRetryAfter(new Headers(headers), '', now)?.delayMs, delayMs);
    });
  }

  for (const [name, body, delayMs] of bodyCases) {
    it(`${delayMs === undefined ? 'finds no retry-after' : 'reads a retry-after'} in the body: ${name}`, () => {
      assert.equal(parseRetryAfter(new Headers(), bodyText(body), now)?.delayMs, delayMs);
    });
  }

  it('uses the most precise source when a response names several delays', () => {
    const headers = new Headers({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' });
    const body: Record<string, unknown> = {};
    const field = (): string | undefined => parseRetryAfter(headers, JSON.stringify({ error: body }), now)?.field;
    const fields = [field()];
    body['message'] = 'try again in 6m0s';
    fields.push(field());
    body['details'] = [{ retryDelay: '22s' }];
    fields.push(field());
    for (const name of ['retry-after', 'x-ms-retry-after-ms', 'retry-after-ms']) {
      headers.set(name, '9');
      fields.push(field());
    }
    assert.deepEqual(fields, [
      'x-ratelimit-reset',
      'message',
      'retry_delay',
      'retry-after',
      'x-ms-retry-after-ms',
      'retry-after-ms',
    ]);
  });

  it('reports whether the retry-after was found in the body or in a header', () => {
    const isInBody = (headers: Headers, body: unknown): boolean | undefined =>
      parseRetryAfter(headers, JSON.stringify(body), now)?.isInBody;
    assert.equal(isInBody(new Headers(), { error: { retry_after: 5 } }), true);
    assert.equal(isInBody(new Headers(), { error: { metadata: { headers: { 'retry-after': '5' } } } }), true);
    const limits = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' };
    assert.equal(isInBody(new Headers(), { error: { metadata: { headers: limits } } }), true);
    assert.equal(isInBody(new Headers(limits), {}), undefined);
  });

  it('uses the next source when a source contains zero or a time in the past', () => {
    const headers = new Headers({ 'retry-after-ms': '0', 'retry-after': httpDate(now - 5000) });
    assert.equal(parseRetryAfter(headers, JSON.stringify(errorWithMessage('try again in 20s')), now)?.delayMs, 20_000);
  });

  for (const body of ['{"message":"Please retry in 5s"}', '{"error":"Please retry in 5s"}', '"Please retry in 5s"'])
    it(`reads a retry-after of 5 s from the body ${body}`, () => {
      assert.equal(parseRetryAfter(new Headers(), body, now)?.delayMs, 5000);
    });

  it("reads the delay of an error inside a stream from the error's message", () => {
    for (const body of ['{"message":"Please retry in 5s"}', '"Please retry in 5s"', 'Please retry in 5s'])
      assert.equal(parseRetryAfter(undefined, body, now)?.delayMs, 5000);
  });

  it("ignores a delay that is mentioned in the answer's text next to an error inside a stream", () => {
    const error = { message: 'Provider disconnected', code: 'server_error' };
    const choices = [{ delta: { content: ' Just try again in 2 hours.' } }];
    assert.equal(parseRetryAfter(undefined, JSON.stringify({ error, choices }), now), undefined);
  });

  it('ignores the creation time of a chunk that contains an error', () => {
    const error = { message: 'Upstream failed, please try again later', code: 502 };
    const body = JSON.stringify({ error, created: Math.ceil(now / 1000) + 60 });
    assert.equal(parseRetryAfter(undefined, body, now), undefined);
  });
});

describe('parsing of retry-after in any response', () => {
  const names = [
    'retry-after',
    'retry-after-ms',
    'date',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
    'ratelimit-reset',
  ];
  const plausibleValue = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom('', '0', '-1', '1s', '6m0s', '99999999999999999999d', 'Thu Jan 15 09:00:37 2026'),
  );
  const headerValue = plausibleValue.map((value) => value.replace(/[^\x20-\x7e]/g, '?'));
  const anyHeaders = fc.dictionary(fc.constantFrom(...names), headerValue).map((entries) => new Headers(entries));
  const anyBody = fc.oneof(
    fc.string(),
    fc.json(),
    plausibleValue.map((value) => `{"error":{"message":"try again in ${value}","retry_after":"${value}"}}`),
    fc.double().map((value) => `{"error":{"retry_after":${value},"metadata":{"retry_after_seconds":${value}}}}`),
    fc.constantFrom('{"retry_after":1e999}', '[[[[', '{"error":{"details":[null,1,{"retryDelay":"-1s"}]}}'),
  );

  it('returns a positive and finite delay, or undefined', () => {
    fc.assert(
      fc.property(anyHeaders, anyBody, fc.integer({ min: 0, max: 4e12 }), (headers, body, at) => {
        const retryAfter = parseRetryAfter(headers, body, at);
        if (retryAfter) assert.ok(Number.isFinite(retryAfter.delayMs) && retryAfter.delayMs > 0);
      }),
      { numRuns: propertyRuns },
    );
  });

  const size = 64 * 1024;
  const hostile: readonly (readonly [name: string, body: string])[] = [
    ['spaces after "try again in"', `try again in${' '.repeat(size)}`],
    ['repeated "try again"', 'try again '.repeat(size / 10)],
    ['digits without a unit', `retry in ${'1'.repeat(size)}`],
    ['repeated numbers with an unknown unit', `retry in ${'1x '.repeat(size / 3)}`],
    ['open brackets', '['.repeat(size)],
    ['nested errors', `${'{"error":'.repeat(size / 10)}1${'}'.repeat(size / 10)}`],
    ['a list of empty errors', `[${'{},'.repeat(size / 4)}{}]`],
  ];
  for (const [name, body] of hostile) {
    it(`returns undefined for 64 KB of ${name}`, () => {
      assert.equal(parseRetryAfter(new Headers(), body, now), undefined);
    });
  }

  it('reads a retry-after that is followed by 64 KB of other text', () => {
    assert.equal(parseRetryAfter(new Headers(), `retry in 20s. ${'x'.repeat(size)}`, now)?.delayMs, 20_000);
  });

  it('ignores a header with a name of 16 KB', () => {
    const headers = new Headers({ [`x-ratelimit${'-reset'.repeat(2600)}`]: '9', date: '1'.repeat(16_000) });
    assert.equal(parseRetryAfter(headers, '', now), undefined);
  });
});

const durations: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['22s', 22_000],
  ['6m0s', 360_000],
  ['120ms', 120],
  ['1h2m3.5s', 3_723_500],
  ['20 seconds', 20_000],
  ['1d', 86_400_000],
  ['5', 5000],
  ['2.5', 2500],
  ['2.25', 2250],
  [' 5s ', 5000],
  ['1 minute,  20 seconds', 80_000],
  ['1 minute and  20 seconds', 80_000],
  ['20毫秒', 20],
  ['1 秒钟', 1000],
  ['3分钟', 180_000],
  ['2 个小时', 7_200_000],
  ['1s'.repeat(50), 50_000],
  ['1s'.repeat(51), undefined],
  ['1 minute and 20 seconds', 80_000],
  ['0s', 0],
  ['', undefined],
  ['s', undefined],
  ['5 parsecs', undefined],
  ['-5s', undefined],
  ['5s later', undefined],
  ['1constructor', undefined],
];

describe('parsing of durations', () => {
  for (const [duration, ms] of durations) {
    const text = duration.length > 40 ? `of ${duration.length} characters` : JSON.stringify(duration);
    it(`${ms === undefined ? 'rejects' : 'reads'} the duration ${text}`, () => {
      assert.equal(parseDuration(duration), ms);
    });
  }
});
