import assert from 'node:assert/strict';
import { wireKey } from '../wireFixture';
import type { WireCase } from '../wireCase';
import { answers, answersContinuation, cutAfterText, status } from '../wireReplies';

const done = '200 → text → done stop, complete answer';

/** Error statuses with the messages in their bodies. */
export const statuses: readonly WireCase[] = [
  {
    row: 15,
    title: 'a 400',
    replies: () => [status(400, { message: 'messages must not be empty', type: 'invalid_request_error' })],
    after: ({ turn }) => assert.equal(turn.lastEvent('failed').detail, 'messages must not be empty'),
    expected: '400 → row 15 → failed request [details retryNow]',
  },
  {
    row: 16,
    title: 'a 400: the context is too long',
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
    title: 'a 400 for `stream_options` and another for `max_tokens`, remembered in the next turn',
    replies: () => [
      status(400, { message: 'Unrecognized request argument supplied: stream_options' }),
      status(400, {
        message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
        code: 'unsupported_parameter',
        param: 'max_tokens',
      }),
      answers,
    ],
    after: async (fixture) => {
      await fixture.ask().finished;
      const sent = fixture.gateway.requests.map(({ json }) => [
        Boolean(json?.['stream_options']),
        json?.['max_tokens'],
        json?.['max_completion_tokens'],
      ]);
      const corrected = [false, undefined, 100];
      assert.deepEqual(sent, [[true, 100, undefined], [false, 100, undefined], corrected, corrected]);
    },
    expected: `(400 → row 17 → repair) ×2 → ${done}`,
  },
  {
    row: 17,
    title: 'a 400 for `temperature`, even after it is left out',
    replies: () => [status(400, { message: "'temperature' is not supported with this model.", param: 'temperature' })],
    expected: '400 → row 17 → repair → 400 → row 17 → failed request [details switchModel]',
  },
  {
    row: 18,
    title: 'a 400 for a prefill, remembered in the next turn',
    model: 'claude-sonnet-4',
    replies: (fixture) => [
      cutAfterText(fixture, 'reset'),
      status(400, { message: 'This model does not support assistant message prefill.' }),
      answersContinuation,
      cutAfterText(fixture, 'reset'),
      answersContinuation,
    ],
    after: async (fixture) => {
      const next = fixture.ask();
      await next.finished;
      const last = fixture.gateway.requests.map(({ json }) => json?.messages.at(-1)?.role);
      assert.deepEqual(last, ['user', 'assistant', 'user', 'user', 'user']);
    },
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (prefill) → 400 → row 18 → repair (continue) → 200 → joined continue → text → done stop, complete answer',
  },
  {
    row: 18,
    title: 'a 400 that demands a user message at the end, although the last message is one',
    replies: () => [status(400, { message: 'The last message must be from the user.' })],
    expected: '400 → row 18 → failed request [details retryNow]',
  },
  {
    row: 19,
    title: 'a 400 from the content filter',
    replies: () => [status(400, { message: 'Blocked.', code: 'content_filter' })],
    expected: '400 → row 19 → failed content-filter [switchModel details]',
  },
  {
    row: 20,
    title: 'a 404: the model does not exist',
    replies: () => [status(404, { message: 'The model `gpt-4o` does not exist.', code: 'model_not_found' })],
    expected: '404 → row 20 → failed model [switchModel details]',
  },
  {
    row: 20,
    title: 'a 400 "Invalid model"',
    replies: () => [status(400, { message: 'Invalid model: gpt-4o' })],
    expected: '400 → row 20 → failed model [switchModel details]',
  },
  {
    row: 21,
    title: 'an invalid key',
    replies: () => [answers],
    before: (fixture) => {
      fixture.connection = { ...fixture.connection, apiKey: 'hsa-key-of-somebody-else' };
    },
    expected: '401 → row 21 → failed auth [setApiKey retryNow details]',
  },
  {
    row: 22,
    title: 'a 402',
    replies: () => [status(402, { message: 'Insufficient Balance' })],
    expected: '402 → row 22 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 22,
    title: 'a 429 for a lack of credit',
    replies: () => [
      status(429, { message: 'You exceeded your current quota.', code: 'insufficient_quota' }, { 'retry-after': '5' }),
    ],
    expected: '429 → row 22 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 23,
    title: 'a 402 with a retry-after',
    replies: () => [status(402, { message: 'Budget used up' }, { 'retry-after': '90' }), answers],
    expected: `402 → row 23 → waiting server 90000 credit → retry → ${done}`,
  },
  {
    row: 23,
    title: 'a 402 with a retry-after of an hour',
    replies: () => [status(402, { message: 'Budget used up' }, { 'retry-after': '3600' })],
    after: ({ turn }) => assert.match(turn.lastEvent('failed').message, /until 10:00/),
    expected: '402 → row 23 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 24,
    title: 'a 403',
    replies: () => [status(403, { message: 'Your country is not supported' })],
    expected: '403 → row 24 → failed permission [setApiKey switchModel details]',
  },
  {
    row: 24,
    title: 'a 403 with a retry-after of an hour',
    replies: () => [status(403, { message: 'The team is paused' }, { 'retry-after': '3600' })],
    after: ({ turn }) => assert.match(turn.lastEvent('failed').message, /until 10:00/),
    expected: '403 → row 24 → failed permission [setApiKey switchModel details]',
  },
  {
    row: 25,
    title: 'a 404: the path does not exist',
    replies: () => [answers],
    before: (fixture) => {
      fixture.connection = { baseUrl: `${fixture.gateway.origin}/api`, apiKey: wireKey };
    },
    expected: '404 → row 25 → failed not-found [checkUrl details]',
  },
  {
    row: 26,
    title: 'a 408',
    replies: () => [status(408), answers],
    expected: `408 → row 26 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 27,
    title: 'a 409, then a 425, then a 409',
    replies: () => [status(409), status(425), status(409)],
    expected:
      '409 → row 27 → waiting backoff server → retry → 425 → row 27 → waiting backoff server → retry → 409 → row 27 → failed server [retryNow]',
  },
  {
    row: 28,
    title: 'a 413',
    replies: () => [status(413, { message: 'Payload Too Large' })],
    expected: '413 → row 28 → failed too-large [newConversation details]',
  },
  {
    row: 29,
    title: 'a 422',
    replies: () => [
      () => [
        { status: 422 },
        { send: JSON.stringify({ detail: [{ loc: ['body', 'top_p'], msg: 'must be at most 1' }] }) },
      ],
    ],
    after: ({ turn }) => assert.equal(turn.lastEvent('failed').detail, 'top_p: must be at most 1'),
    expected: '422 → row 29 → failed request [details retryNow]',
  },
  {
    row: 30,
    title: 'a 429 with `Retry-After: 37`; another turn of the window waits too',
    replies: () => [status(429, { message: 'slow down' }, { 'retry-after': '37' }), answers],
    onEvent: (event, fixture) => {
      if (event.type === 'waiting' && fixture.turns.length === 1) fixture.ask();
    },
    after: async ({ turns, gateway }) => {
      await turns[1]?.finished;
      const [wait] = turns[1]?.eventsOf('waiting') ?? [];
      assert.deepEqual([wait?.reason, wait?.source, wait?.told], ['rate-limit', 'server', 'request']);
      assert.equal(gateway.requests.length, 3);
    },
    expected: `429 → row 30 → waiting server 37000 rate-limit → retry → ${done}`,
  },
  {
    row: 30,
    title: 'a 429 with a retry-after in milliseconds',
    replies: () => [status(429, { message: 'slow down' }, { 'retry-after-ms': '1500', 'retry-after': '2' }), answers],
    after: ({ turn }) => assert.equal(turn.lastEvent('waiting').hintFrom, 'retry-after-ms'),
    expected: `429 → row 30 → waiting server 1500 rate-limit → retry → ${done}`,
  },
  {
    row: 30,
    title: 'a 429 with a retry-after in its message',
    replies: () => [status(429, { message: 'Rate limit reached. Please try again in 1m30s.' }), answers],
    expected: `429 → row 30 → waiting server 90000 rate-limit → retry → ${done}`,
  },
  {
    row: 31,
    title: 'a 429 without a retry-after, twice',
    replies: () => [status(429), status(429), answers],
    after: ({ turn }) =>
      assert.deepEqual(
        turn.eventsOf('waiting').map(({ delayMs }) => delayMs),
        [1500, 3000],
      ),
    expected: `(429 → row 31 → waiting backoff rate-limit → retry) ×2 → ${done}`,
  },
  {
    row: 32,
    title: 'a 429 with a retry-after of five hours',
    replies: () => [status(429, { message: 'slow down' }, { 'retry-after': '18000' })],
    after: ({ turn, clock }) => {
      const { message, resetsAt } = turn.lastEvent('failed');
      assert.match(message, /14:00/);
      assert.equal(resetsAt, clock.now() + 18_000_000);
    },
    expected: '429 → row 30 → failed rate-limit [sendLater switchModel retryNow details]',
  },
  {
    row: 32,
    title: 'a 429 for a daily quota with an unrelated retry-after of half a minute',
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
    title: 'a 500',
    replies: () => [status(500), answers],
    expected: `500 → row 33 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 34,
    title: 'a 502, then a 522',
    replies: () => [status(502), status(522), answers],
    expected: `502 → row 34 → waiting backoff gateway → retry → 522 → row 34 → waiting backoff gateway → retry → ${done}`,
  },
  {
    row: 35,
    title: 'a 503, three times, with a fallback model',
    settings: { fallbackModels: ['deepseek-v3'] },
    replies: () => [status(503), status(503), status(503), answers],
    after: ({ gateway }) => assert.equal(gateway.requests[3]?.json?.model, 'deepseek-v3'),
    expected: `(503 → row 35 → waiting backoff overloaded → retry) ×2 → 503 → row 35 → model deepseek-v3 → switch → ${done}`,
  },
  {
    row: 35,
    title: 'a 529 with a retry-after',
    replies: () => [status(529, { message: 'Overloaded', type: 'overloaded_error' }, { 'retry-after': '8' }), answers],
    expected: `529 → row 35 → waiting server 8000 overloaded → retry → ${done}`,
  },
  {
    row: 35,
    title: 'a 503 with a retry-after of an hour',
    replies: () => [status(503, { message: 'Overloaded' }, { 'retry-after': '3600' })],
    after: ({ turn }) => assert.match(turn.lastEvent('failed').message, /10:00/),
    expected: '503 → row 35 → failed overloaded [sendLater retryNow switchModel]',
  },
  {
    row: 36,
    title: 'a 504, then a 524, then a 504',
    replies: () => [status(504), status(524), status(504)],
    after: ({ engine }) => assert.equal(engine.report().network.budgets[0]?.tokens, 12 - 2 * 2),
    expected:
      '504 → row 36 → waiting backoff timeout → retry → 524 → row 36 → waiting backoff timeout → retry → 504 → row 36 → failed timeout [retryNow switchModel]',
  },
  {
    row: 37,
    title: 'a 526',
    replies: () => [status(526)],
    expected: '526 → row 37 → failed gateway [retryNow checkUrl details]',
  },
  {
    row: 38,
    title: 'a 418',
    replies: () => [status(418)],
    expected: '418 → row 38 → failed server [retryNow checkUrl details]',
  },
];
