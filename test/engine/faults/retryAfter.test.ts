import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRetryAfter } from '../../../src/engine/faults/retryAfter';
import { parseDuration } from '../../../src/engine/faults/retryAfterDurations';
import { propertyRuns } from '../../support/propertyRuns';

const now = Date.UTC(2026, 0, 15, 9, 0, 0);
const hour = 3_600_000;
const in37s = now + 37_000;

const httpDate = (at: number): string => new Date(at).toUTCString();
const bodyText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** A response, and the retry-after that is read from it. */
interface Case {
  readonly name: string;
  readonly delayMs: number | undefined;
}

const headerCases: readonly (Case & { readonly headers: Readonly<Record<string, string>> })[] = [
  { name: 'no headers', headers: {}, delayMs: undefined },
  { name: 'seconds', headers: { 'retry-after': '37' }, delayMs: 37_000 },
  { name: '60 seconds, not the year 60', headers: { 'retry-after': '60' }, delayMs: 60_000 },
  { name: 'zero', headers: { 'retry-after': '0' }, delayMs: undefined },
  { name: 'a negative number', headers: { 'retry-after': '-5' }, delayMs: undefined },
  { name: 'a number with an exponent', headers: { 'retry-after': '1e3' }, delayMs: undefined },
  { name: 'words', headers: { 'retry-after': 'soon' }, delayMs: undefined },
  { name: 'an empty value', headers: { 'retry-after': '' }, delayMs: undefined },
  { name: 'a huge number', headers: { 'retry-after': '9'.repeat(400) }, delayMs: 366 * 86_400_000 },
  { name: 'epoch seconds', headers: { 'retry-after': String(in37s / 1000) }, delayMs: 37_000 },
  { name: 'epoch milliseconds', headers: { 'retry-after': String(in37s) }, delayMs: 37_000 },
  {
    name: 'the smallest number read as epoch seconds, in the past',
    headers: { 'retry-after': '1000000000' },
    delayMs: undefined,
  },
  {
    name: 'the smallest number read as epoch milliseconds, in the past',
    headers: { 'retry-after': '1000000000000' },
    delayMs: undefined,
  },
  { name: 'epoch seconds in the past', headers: { 'retry-after': String(now / 1000 - 1) }, delayMs: undefined },
  { name: 'a duration with units', headers: { 'retry-after': '2m30s' }, delayMs: 150_000 },
  { name: 'the header x-retry-after', headers: { 'x-retry-after': '37' }, delayMs: 37_000 },
  { name: 'milliseconds', headers: { 'retry-after-ms': '1500' }, delayMs: 1500 },
  { name: 'decimal milliseconds, rounded up', headers: { 'retry-after-ms': '1500.2' }, delayMs: 1501 },
  { name: 'milliseconds in the header of Azure', headers: { 'x-ms-retry-after-ms': '250' }, delayMs: 250 },
  { name: 'an HTTP date', headers: { 'retry-after': httpDate(in37s) }, delayMs: 37_000 },
  { name: 'an RFC 3339 time', headers: { 'retry-after': '2026-01-15T09:00:37Z' }, delayMs: 37_000 },
  {
    name: 'an RFC 3339 time in another zone',
    headers: { 'retry-after': '2026-01-15T10:00:37+01:00' },
    delayMs: 37_000,
  },
  { name: 'a day without a time', headers: { 'retry-after': '2026-01-16' }, delayMs: undefined },
  { name: 'an HTTP date in the past', headers: { 'retry-after': httpDate(now - 1000) }, delayMs: undefined },
  {
    name: 'a date from a gateway whose clock is 3 h ahead',
    headers: { 'retry-after': httpDate(in37s + 3 * hour), date: httpDate(now + 3 * hour) },
    delayMs: 37_000,
  },
  {
    name: 'a date next to a Date header that is more than a week off',
    headers: { 'retry-after': httpDate(in37s), date: httpDate(now - 170 * hour) },
    delayMs: 37_000,
  },
  {
    name: 'a date next to an invalid Date header',
    headers: { 'retry-after': httpDate(in37s), date: 'yesterday' },
    delayMs: 37_000,
  },
  {
    name: 'an exhausted rate limit of tokens (OpenAI)',
    headers: { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' },
    delayMs: 360_000,
  },
  {
    name: 'the reset of a rate limit in milliseconds',
    headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '120ms' },
    delayMs: 120,
  },
  {
    name: 'the later of two exhausted rate limits, which is listed last',
    headers: {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '2s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '5s',
    },
    delayMs: 5000,
  },
  {
    name: 'an exhausted rate limit next to one with an unreadable reset',
    headers: {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '5s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': 'soon',
    },
    delayMs: 5000,
  },
  {
    name: 'a rate limit with unknown header names',
    headers: { 'x-quota-remaining': '0', 'x-quota-reset': '60' },
    delayMs: undefined,
  },
  {
    name: 'a rate limit that is not exhausted',
    headers: { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '60' },
    delayMs: undefined,
  },
  { name: 'a rate limit without a remaining count', headers: { 'x-ratelimit-reset': '60' }, delayMs: undefined },
  {
    name: 'a rate limit with an unreadable remaining count',
    headers: { 'x-ratelimit-remaining': 'some', 'x-ratelimit-reset': '60' },
    delayMs: undefined,
  },
  {
    name: 'a reset in epoch seconds',
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(in37s / 1000) },
    delayMs: 37_000,
  },
  {
    name: 'a reset without the x- prefix (IETF)',
    headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '37' },
    delayMs: 37_000,
  },
  {
    name: 'a reset in RFC 3339 (Anthropic)',
    headers: {
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-15T09:00:37Z',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-01-15T09:05:00Z',
    },
    delayMs: 37_000,
  },
  { name: 'the retry-after of a rate limit', headers: { 'x-ratelimit-retry-after': '37' }, delayMs: 37_000 },
  { name: 'the retry-after of Bucket4j', headers: { 'x-rate-limit-retry-after-seconds': '37' }, delayMs: 37_000 },
  { name: 'the header RateLimit', headers: { ratelimit: '"burst";r=0;t=37' }, delayMs: 37_000 },
  {
    name: 'the header RateLimit of an older draft',
    headers: { ratelimit: 'limit=100, remaining=0, reset=37' },
    delayMs: 37_000,
  },
  {
    name: 'the header RateLimit with a remaining request',
    headers: { ratelimit: '"burst";r=1;t=37' },
    delayMs: undefined,
  },
  {
    name: 'the unified reset of Anthropic',
    headers: { 'anthropic-ratelimit-unified-reset': String(in37s / 1000) },
    delayMs: 37_000,
  },
  {
    name: 'the unified reset of Anthropic, with a rate limit that rejects requests',
    headers: {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': String(in37s / 1000),
    },
    delayMs: 37_000,
  },
  {
    name: 'the unified reset of Anthropic, with a rate limit that is not reached',
    headers: {
      'anthropic-ratelimit-unified-status': 'allowed_warning',
      'anthropic-ratelimit-unified-reset': String(in37s / 1000),
    },
    delayMs: undefined,
  },
];

const errorWithMessage = (message: string): unknown => ({ error: { message } });
const errorWithCode = (code: string, message: string): unknown => ({ error: { code, message } });

/** Wraps an error as the message of another error, as many times as `times` says. */
const wrapped = (error: unknown, times: number): unknown =>
  times === 0 ? error : { message: JSON.stringify(wrapped(error, times - 1)) };

const bodyCases: readonly (Case & { readonly body: unknown })[] = [
  { name: 'epoch seconds in a field', body: { error: { retry_after: in37s / 1000 } }, delayMs: 37_000 },
  {
    name: 'OpenAI, minutes',
    body: errorWithMessage(
      'Rate limit reached for gpt-4o in organization org-x on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s. Visit https://platform.openai.com/account/rate-limits to learn more.',
    ),
    delayMs: 432_000,
  },
  {
    name: 'OpenAI, seconds',
    body: errorWithMessage(
      'Rate limit reached for gpt-4 on tokens per min (TPM): Limit 10000. Please try again in 20s.',
    ),
    delayMs: 20_000,
  },
  {
    name: 'Groq',
    body: errorWithMessage(
      'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_01` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 99336, Requested 1500. Please try again in 12m2.304s. Need more tokens?',
    ),
    delayMs: 722_304,
  },
  {
    name: 'Gemini, RetryInfo in a list',
    body: [
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
    delayMs: 22_000,
  },
  {
    name: 'Gemini, a RetryInfo of zero before a message',
    body: { error: { details: [{ retryDelay: '0s' }], message: 'Please retry in 12.3s.' } },
    delayMs: 12_300,
  },
  { name: 'the fourth error of a list', body: [{}, {}, {}, { retry_after: 5 }], delayMs: 5000 },
  { name: 'the fifth error of a list', body: [{}, {}, {}, {}, { retry_after: 5 }], delayMs: undefined },
  { name: 'an error nested in four messages', body: wrapped({ retry_after: 5 }, 4), delayMs: 5000 },
  { name: 'an error nested in five messages', body: wrapped({ retry_after: 5 }, 5), delayMs: undefined },
  { name: 'an error in a message, after whitespace', body: { message: ' \n{"retry_after":5}' }, delayMs: 5000 },
  {
    name: 'an error of the provider in metadata.raw',
    body: { error: { metadata: { raw: '{"retry_after":5}' } } },
    delayMs: 5000,
  },
  {
    name: 'Gemini, wrapped by a gateway',
    body: errorWithMessage(JSON.stringify([{ error: { details: [{ retryDelay: '22s' }] } }])),
    delayMs: 22_000,
  },
  {
    name: 'Moonshot',
    body: errorWithMessage('request reached organization max RPM: 3, please try again after 1 seconds'),
    delayMs: 1000,
  },
  {
    name: 'OpenRouter, seconds',
    body: { error: { message: 'Provider returned error', code: 429, metadata: { retry_after_seconds: 41 } } },
    delayMs: 41_000,
  },
  {
    name: 'OpenRouter, a header',
    body: { error: { metadata: { headers: { 'Retry-After': '19' } } } },
    delayMs: 19_000,
  },
  {
    name: 'OpenRouter, an exhausted rate limit',
    body: {
      error: {
        message: 'Rate limit exceeded: free-models-per-min. ',
        code: 429,
        metadata: {
          headers: { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(in37s) },
        },
      },
    },
    delayMs: 37_000,
  },
  { name: 'a field in seconds', body: { error: { retry_after: 2520 } }, delayMs: 2_520_000 },
  { name: 'a field in milliseconds', body: { retry_after_ms: 1200 }, delayMs: 1200 },
  { name: 'an error that is a text', body: { error: 'Too fast, retry in 3 s' }, delayMs: 3000 },
  {
    name: 'words before the duration',
    body: errorWithMessage('Please retry your request in 20 seconds'),
    delayMs: 20_000,
  },
  {
    name: 'a number of attempts before a duration',
    body: errorWithMessage('Retry after 3 attempts; try again in 20s'),
    delayMs: 20_000,
  },
  {
    name: 'a duration that is cut at the maximum length',
    body: errorWithMessage(`try again in ${'1s'.repeat(80)}`),
    delayMs: 50_000,
  },
  {
    name: 'a duration beyond the part of a message that is searched',
    body: `${'x'.repeat(5000)} try again in 20s`,
    delayMs: undefined,
  },
  { name: 'a wait', body: errorWithMessage('Please wait 20 seconds before the next request'), delayMs: 20_000 },
  { name: 'a wait of at least some time', body: errorWithMessage('Please wait at least 20 seconds'), delayMs: 20_000 },
  {
    name: 'hours, minutes and seconds',
    body: errorWithMessage('Quota will be replenished in 05:11:02.'),
    delayMs: 18_662_000,
  },
  { name: 'days and hours', body: errorWithMessage('Quota resets in 1.05:11:02.'), delayMs: 105_062_000 },
  {
    name: 'minutes and seconds in words',
    body: errorWithMessage('Please retry in 1 minute and 20 seconds.'),
    delayMs: 80_000,
  },
  { name: 'Chinese', body: errorWithMessage('请求过于频繁，请在 20 秒后重试'), delayMs: 20_000 },
  { name: 'Chinese, two units', body: errorWithMessage('请1分30秒之后再试'), delayMs: 90_000 },
  {
    name: 'Chinese, a time in the zone of China',
    body: errorWithMessage('您的限额将在 2026-01-15 20:33:36 重置。'),
    delayMs: 3.56 * hour,
  },
  { name: 'Chinese, a date in words', body: errorWithMessage('将于2026年1月15日18:00恢复'), delayMs: hour },
  {
    name: 'Zhipu in English, a time in the zone of China',
    body: errorWithCode('1308', 'It will reset at 2026-01-15 18:00:00'),
    delayMs: hour,
  },
  { name: 'a time without a zone', body: errorWithMessage('Your limit resets at 2026-01-15 10:00'), delayMs: hour },
  {
    name: 'a time with an offset',
    body: errorWithMessage('Your limit will reset at 2026-01-15 18:00 (UTC+8)'),
    delayMs: hour,
  },
  {
    name: 'the time of a log line before a message to try again',
    body: errorWithMessage(
      '[2026-01-15 17:00:00] upstream failed after a long time of waiting for an answer that never came, please try again later',
    ),
    delayMs: undefined,
  },
  {
    name: 'the time at which a key expired',
    body: errorWithMessage('The key has expired at 2026-01-15 10:00 UTC'),
    delayMs: undefined,
  },
  { name: 'a duration in Chinese before a reset', body: errorWithMessage('距离重置还有 5 分钟'), delayMs: 300_000 },
  { name: 'an hour', body: errorWithMessage('Try again in an hour.'), delayMs: hour },
  { name: 'a minute', body: errorWithMessage('Please wait a minute'), delayMs: 60_000 },
  { name: 'an unknown duration', body: errorWithMessage('Try again in a moment'), delayMs: undefined },
  { name: 'an ISO 8601 duration', body: { retryAfter: 'PT1M30S' }, delayMs: 90_000 },
  { name: 'a time to come back', body: errorWithMessage('Come back in 3h 47m'), delayMs: 13_620_000 },
  {
    name: 'epoch seconds in a message',
    body: errorWithMessage(`Quota exceeded, resets at ${in37s / 1000}`),
    delayMs: 37_000,
  },
  {
    name: 'a number that is no time in a message',
    body: errorWithMessage(`Resource ${in37s / 1000} is exhausted`),
    delayMs: undefined,
  },
  { name: 'a time after which to retry', body: errorWithMessage('Retry after 2026-01-15T09:00:37Z.'), delayMs: 37_000 },
  {
    name: 'a field of an envelope that is JSON text',
    body: { code: 429, data: '{"retry_after":37}' },
    delayMs: 37_000,
  },
  { name: 'a camel-case field in milliseconds', body: { error: { resetsInMs: 2500 } }, delayMs: 2500 },
  {
    name: 'a field with the time of the reset',
    body: { error: { resets_at: '2026-01-15T09:00:37Z' } },
    delayMs: 37_000,
  },
  { name: 'plain text', body: 'Too Many Requests, retry in 7 seconds', delayMs: 7000 },
  { name: 'no time at all', body: errorWithMessage('Overloaded. Please try again later.'), delayMs: undefined },
  { name: 'a number of attempts', body: errorWithMessage('Please retry after 3 attempts'), delayMs: undefined },
  { name: 'a month, not a minute', body: errorWithMessage('try again in 1 month'), delayMs: undefined },
  { name: 'a number without a unit in a message', body: errorWithMessage('try again in 20'), delayMs: undefined },
  {
    name: 'a duration in another sentence',
    body: errorWithMessage('Please retry. Limit 20s of audio.'),
    delayMs: undefined,
  },
  { name: 'a negative number in a field', body: { error: { retry_after: -3 } }, delayMs: undefined },
  {
    name: 'fields of wrong types',
    body: { error: { retry_after: {}, metadata: { headers: [], retry_after_seconds: true } } },
    delayMs: undefined,
  },
  { name: 'null', body: 'null', delayMs: undefined },
  { name: 'an error quoted in plain text', body: 'Failed: {"error":{"retry_after":5}}', delayMs: 5000 },
  {
    name: 'an error at the fifth level of nesting',
    body: { a: { a: { a: { a: { retry_after: 5 } } } } },
    delayMs: 5000,
  },
  {
    name: 'an error at the sixth level of nesting',
    body: { a: { a: { a: { a: { a: { retry_after: 5 } } } } } },
    delayMs: undefined,
  },
  { name: 'a field in milliseconds with spaces', body: { retry_after_ms: ' 1200 ' }, delayMs: 1200 },
  { name: 'a field in milliseconds whose text has another unit', body: { retry_delay_ms: '22s' }, delayMs: 22_000 },
  { name: 'a field in minutes', body: { retry_after_minutes: 2 }, delayMs: 120_000 },
  { name: 'a field with a time without a zone', body: { cooldown_until: '2026-01-15 10:00:00' }, delayMs: hour },
  {
    name: 'a time west of UTC',
    body: errorWithMessage('Your limit resets at 2026-01-15 06:30 (UTC-03:30)'),
    delayMs: hour,
  },
  {
    name: 'a message in Chinese with an English title',
    body: { title: 'Limit', msg: '将于 2026-01-15 18:00 恢复' },
    delayMs: hour,
  },
  {
    name: 'a time far away from a message to try again',
    body: errorWithMessage(`Please try again. The request ${'x'.repeat(60)} failed at 2026-01-15 10:00`),
    delayMs: undefined,
  },
  { name: 'a truncated body', body: '{"error":{"message":"Please try again in 20s', delayMs: 20_000 },
];

describe('parsing of retry-after', () => {
  for (const { name, headers, delayMs } of headerCases) {
    it(`${delayMs === undefined ? 'finds no retry-after' : 'reads a retry-after'} in the headers: ${name}`, () => {
      assert.equal(parseRetryAfter(new Headers(headers), '', now)?.delayMs, delayMs);
    });
  }

  for (const { name, body, delayMs } of bodyCases) {
    it(`${delayMs === undefined ? 'finds no retry-after' : 'reads a retry-after'} in the body: ${name}`, () => {
      assert.equal(parseRetryAfter(new Headers(), bodyText(body), now)?.delayMs, delayMs);
    });
  }

  it('uses the most precise of several delays in a response', () => {
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

  it('reports whether the delay came from the body or from a header', () => {
    const isInBody = (headers: Headers, body: unknown): boolean | undefined =>
      parseRetryAfter(headers, JSON.stringify(body), now)?.isInBody;
    assert.equal(isInBody(new Headers(), { error: { retry_after: 5 } }), true);
    assert.equal(isInBody(new Headers(), { error: { metadata: { headers: { 'retry-after': '5' } } } }), true);
    const limits = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' };
    assert.equal(isInBody(new Headers(), { error: { metadata: { headers: limits } } }), true);
    assert.equal(isInBody(new Headers(limits), {}), undefined);
  });

  it('falls back to the error message if the retry-after headers contain zero or a past time', () => {
    const headers = new Headers({ 'retry-after-ms': '0', 'retry-after': httpDate(now - 5000) });
    assert.equal(parseRetryAfter(headers, JSON.stringify(errorWithMessage('try again in 20s')), now)?.delayMs, 20_000);
  });

  for (const body of ['{"message":"Please retry in 5s"}', '{"error":"Please retry in 5s"}', '"Please retry in 5s"'])
    it(`reads a retry-after of 5 s from the body ${body}`, () => {
      assert.equal(parseRetryAfter(new Headers(), body, now)?.delayMs, 5000);
    });

  it('reads a delay from the message of an error inside a stream', () => {
    for (const body of ['{"message":"Please retry in 5s"}', '"Please retry in 5s"', 'Please retry in 5s'])
      assert.equal(parseRetryAfter(undefined, body, now)?.delayMs, 5000);
  });

  it('ignores a delay in answer text that arrives in the same chunk as an error', () => {
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

  it('reads a delay that is followed by 64 KB of other text', () => {
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
