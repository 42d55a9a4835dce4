import assert from 'node:assert/strict';
import { wireKey } from '../stage';
import type { WireCase } from '../wireCase';
import { answers, answersRest, cut, status } from '../wireReplies';

const done = '200 → text → done stop, complete answer';

/** Rows 15 to 38: what a status, and the words with it, mean. */
export const statuses: readonly WireCase[] = [
  {
    row: 15,
    fault: 'a 400',
    replies: () => [status(400, { message: 'messages must not be empty', type: 'invalid_request_error' })],
    after: ({ run }) => assert.equal(run.last('failed').detail, 'messages must not be empty'),
    expected: '400 → row 15 → failed request [details retryNow]',
  },
  {
    row: 16,
    fault: 'a 400: the context is too long',
    replies: () => [
      status(400, {
        message: "This model's maximum context length is 8192 tokens.",
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
      }),
    ],
    expected: '400 → row 16 → failed context-length [newConversation switchModel]',
  },
  {
    row: 17,
    fault: 'a 400 for `stream_options` and another for `max_tokens`; the next turn omits both',
    replies: () => [
      status(400, { message: 'Unrecognized request argument supplied: stream_options' }),
      status(400, {
        message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
        code: 'unsupported_parameter',
        param: 'max_tokens',
      }),
      answers,
    ],
    after: async (stage) => {
      await stage.ask().over;
      const sent = stage.gateway.requests.map(({ json }) => [
        Boolean(json?.['stream_options']),
        json?.['max_tokens'],
        json?.['max_completion_tokens'],
      ]);
      const mended = [false, undefined, 100];
      assert.deepEqual(sent, [[true, 100, undefined], [false, 100, undefined], mended, mended]);
    },
    expected: `(400 → row 17 → repair) ×2 → ${done}`,
  },
  {
    row: 17,
    fault: 'a 400 for `temperature`, even after it was left out',
    replies: () => [status(400, { message: "'temperature' is not supported with this model.", param: 'temperature' })],
    expected: '400 → row 17 → repair → 400 → row 17 → failed request [details switchModel]',
  },
  {
    row: 18,
    fault: 'a 400 for a prefill; the next turn does not use one',
    model: 'claude-sonnet-4',
    replies: (stage) => [
      cut(stage, 'reset'),
      status(400, { message: 'This model does not support assistant message prefill.' }),
      answersRest,
      cut(stage, 'reset'),
      answersRest,
    ],
    after: async (stage) => {
      const next = stage.ask();
      await next.over;
      const last = stage.gateway.requests.map(({ json }) => json?.messages.at(-1)?.role);
      assert.deepEqual(last, ['user', 'assistant', 'user', 'user', 'user']);
    },
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (prefill) → 400 → row 18 → repair (continue) → 200 → joined continue → text → done stop, complete answer',
  },
  {
    row: 18,
    fault: 'a 400 that wants the last message to be from the user, although it is',
    replies: () => [status(400, { message: 'The last message must be from the user.' })],
    expected: '400 → row 18 → failed request [details retryNow]',
  },
  {
    row: 19,
    fault: 'a 400 from the content filter',
    replies: () => [status(400, { message: 'Blocked.', code: 'content_filter' })],
    expected: '400 → row 19 → failed content-filter [switchModel details]',
  },
  {
    row: 20,
    fault: 'a 404: the model does not exist',
    replies: () => [status(404, { message: 'The model `gpt-4o` does not exist.', code: 'model_not_found' })],
    expected: '404 → row 20 → failed model [switchModel details]',
  },
  {
    row: 20,
    fault: 'a 400 "Invalid model"',
    replies: () => [status(400, { message: 'Invalid model: gpt-4o' })],
    expected: '400 → row 20 → failed model [switchModel details]',
  },
  {
    row: 21,
    fault: 'a key that the gateway does not know',
    replies: () => [answers],
    before: (stage) => {
      stage.connection = { ...stage.connection, apiKey: 'hsa-key-of-somebody-else' };
    },
    expected: '401 → row 21 → failed auth [setApiKey retryNow details]',
  },
  {
    row: 22,
    fault: 'a 402',
    replies: () => [status(402, { message: 'Insufficient Balance' })],
    expected: '402 → row 22 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 22,
    fault: 'a 429 for an empty balance',
    replies: () => [
      status(429, { message: 'You exceeded your current quota.', code: 'insufficient_quota' }, { 'retry-after': '5' }),
    ],
    expected: '429 → row 22 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 23,
    fault: 'a 402 with `Retry-After: 90`',
    replies: () => [status(402, { message: 'Budget used up' }, { 'retry-after': '90' }), answers],
    expected: `402 → row 23 → waiting server 90000 credit → retry → ${done}`,
  },
  {
    row: 23,
    fault: 'a 402 with a `Retry-After` of an hour',
    replies: () => [status(402, { message: 'Budget used up' }, { 'retry-after': '3600' })],
    after: ({ run }) => assert.match(run.last('failed').message, /resets at 10:00/),
    expected: '402 → row 23 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 24,
    fault: 'a 403',
    replies: () => [status(403, { message: 'Your country is not supported' })],
    expected: '403 → row 24 → failed permission [setApiKey switchModel details]',
  },
  {
    row: 24,
    fault: 'a 403 with a `Retry-After` of an hour',
    replies: () => [status(403, { message: 'The team is paused' }, { 'retry-after': '3600' })],
    after: ({ run }) => assert.match(run.last('failed').message, /until 10:00/),
    expected: '403 → row 24 → failed permission [setApiKey switchModel details]',
  },
  {
    row: 25,
    fault: 'a 404: the path does not exist',
    replies: () => [answers],
    before: (stage) => {
      stage.connection = { baseUrl: `${stage.gateway.origin}/api`, apiKey: wireKey };
    },
    expected: '404 → row 25 → failed not-found [checkUrl details]',
  },
  {
    row: 26,
    fault: 'a 408',
    replies: () => [status(408), answers],
    expected: `408 → row 26 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 27,
    fault: 'a 409, then a 425, then a 409',
    replies: () => [status(409), status(425), status(409)],
    expected:
      '409 → row 27 → waiting backoff server → retry → 425 → row 27 → waiting backoff server → retry → 409 → row 27 → failed server [retryNow]',
  },
  {
    row: 28,
    fault: 'a 413',
    replies: () => [status(413, { message: 'Payload Too Large' })],
    expected: '413 → row 28 → failed too-large [newConversation details]',
  },
  {
    row: 29,
    fault: 'a 422',
    replies: () => [
      () => [
        { status: 422 },
        { send: JSON.stringify({ detail: [{ loc: ['body', 'top_p'], msg: 'must be at most 1' }] }) },
      ],
    ],
    after: ({ run }) => assert.equal(run.last('failed').detail, 'top_p: must be at most 1'),
    expected: '422 → row 29 → failed request [details retryNow]',
  },
  {
    row: 30,
    fault: 'a 429 with `Retry-After: 37`; another turn of the window waits too',
    replies: () => [status(429, { message: 'slow down' }, { 'retry-after': '37' }), answers],
    on: (event, stage) => {
      if (event.type === 'waiting' && stage.runs.length === 1) stage.ask();
    },
    after: async ({ runs, gateway }) => {
      await runs[1]?.over;
      const [wait] = runs[1]?.of('waiting') ?? [];
      assert.deepEqual([wait?.reason, wait?.source, wait?.told], ['rate-limit', 'server', 'request']);
      assert.equal(gateway.requests.length, 3);
    },
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 30,
    fault: 'a 429 with a delay in milliseconds',
    replies: () => [status(429, { message: 'slow down' }, { 'retry-after-ms': '1500', 'retry-after': '2' }), answers],
    after: ({ run }) => assert.equal(run.last('waiting').hintFrom, 'retry-after-ms'),
    expected: `429 → row 30 → waiting server 1500 rate-limit → retry → ${done}`,
  },
  {
    row: 30,
    fault: 'a 429 with a delay in its message',
    replies: () => [status(429, { message: 'Rate limit reached. Please try again in 1m30s.' }), answers],
    expected: `429 → row 30 → waiting server 90000 rate-limit → retry → ${done}`,
  },
  {
    row: 31,
    fault: 'a 429 without a delay, twice',
    replies: () => [status(429), status(429), answers],
    after: ({ run }) =>
      assert.deepEqual(
        run.of('waiting').map(({ delayMs }) => delayMs),
        [1500, 3000],
      ),
    expected: `(429 → row 31 → waiting backoff rate-limit → retry) ×2 → ${done}`,
  },
  {
    row: 32,
    fault: 'a 429 with a `Retry-After` of five hours',
    replies: () => [status(429, { message: 'slow down' }, { 'retry-after': '18000' })],
    after: ({ run, clock }) => {
      const { message, resetsAt } = run.last('failed');
      assert.match(message, /14:00/);
      assert.equal(resetsAt, clock.now() + 18_000_000);
    },
    expected: '429 → row 30 → failed rate-limit [switchModel retryNow details]',
  },
  {
    row: 32,
    fault: 'a 429 for the daily quota, with a delay of half a minute that does not apply to it',
    replies: () => [
      status(429, {
        message: 'Quota exceeded for metric: generate_requests_per_day',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          { violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '31s' },
        ],
      }),
    ],
    expected: '429 → row 32 → failed rate-limit [switchModel retryNow details]',
  },
  {
    row: 33,
    fault: 'a 500',
    replies: () => [status(500), answers],
    expected: `500 → row 33 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 34,
    fault: 'a 502, then a 522',
    replies: () => [status(502), status(522), answers],
    expected: `502 → row 34 → waiting backoff gateway → retry → 522 → row 34 → waiting backoff gateway → retry → ${done}`,
  },
  {
    row: 35,
    fault: 'a 503, three times; there is a fallback model',
    settings: { fallbackModels: ['deepseek-v3'] },
    replies: () => [status(503), status(503), status(503), answers],
    after: ({ gateway }) => assert.equal(gateway.requests[3]?.json?.model, 'deepseek-v3'),
    expected: `(503 → row 35 → waiting backoff overloaded → retry) ×2 → 503 → row 35 → model deepseek-v3 → switch → ${done}`,
  },
  {
    row: 35,
    fault: 'a 529 with `Retry-After: 8`',
    replies: () => [status(529, { message: 'Overloaded', type: 'overloaded_error' }, { 'retry-after': '8' }), answers],
    expected: `529 → row 35 → waiting server 8000 overloaded → retry → ${done}`,
  },
  {
    row: 35,
    fault: 'a 503 with a `Retry-After` of an hour',
    replies: () => [status(503, { message: 'Overloaded' }, { 'retry-after': '3600' })],
    after: ({ run }) => assert.match(run.last('failed').message, /10:00/),
    expected: '503 → row 35 → failed overloaded [retryNow switchModel]',
  },
  {
    row: 36,
    fault: 'a 504, then a 524, then a 504',
    replies: () => [status(504), status(524), status(504)],
    after: ({ engine }) => assert.equal(engine.report().network.budgets[0]?.tokens, 12 - 2 * 2),
    expected:
      '504 → row 36 → waiting backoff timeout → retry → 524 → row 36 → waiting backoff timeout → retry → 504 → row 36 → failed timeout [retryNow switchModel]',
  },
  {
    row: 37,
    fault: 'a 526',
    replies: () => [status(526)],
    expected: '526 → row 37 → failed gateway [retryNow checkUrl details]',
  },
  {
    row: 38,
    fault: 'a 418',
    replies: () => [status(418)],
    expected: '418 → row 38 → failed server [retryNow checkUrl details]',
  },
];
