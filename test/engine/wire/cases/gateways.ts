import assert from 'node:assert/strict';
import { partialAnswer, continuation, completeAnswer } from '../turnSummary';
import type { WireCase } from '../wireCase';
import { answers, answersContinuation, chunkEvent, sendsTextThen, status } from '../wireReplies';

const chunk = (delta: Readonly<Record<string, unknown>>, id: string): string =>
  `data: ${JSON.stringify({ id, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;

/** Faults that gateways cause or add to the streams of their providers. */
export const gateways: readonly WireCase[] = [
  {
    row: 20,
    title: 'an error as a line of JSON, without an event, after keep-alive comments',
    replies: () => [
      () => [
        { comment: 'PING' },
        { send: '{"error":{"message":"The model `gpt-9` does not exist.","code":"model_not_found"}}' },
      ],
    ],
    expected: '200 → row 20 → failed model [switchModel details]',
  },
  {
    row: 22,
    title: 'an empty balance, reported in a 200',
    replies: () => [
      () => [
        { status: 200, headers: { 'content-type': 'application/json' } },
        { send: '{"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}' },
      ],
    ],
    expected: '200 → row 22 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 32,
    title: "a usage limit that resets in hours, in China's time zone",
    replies: () => [
      status(429, { message: '已达到 5 小时的使用上限。您的限额将在 2026-01-15 20:33:36 重置。', code: '1308' }),
    ],
    after: ({ turn }) => assert.match(turn.lastEvent('failed').message, /until 12:33/),
    expected: '429 → row 30 → failed rate-limit [sendLater switchModel retryNow details]',
  },
  {
    row: 35,
    title: 'saturated upstreams, reported with the code for an empty balance',
    replies: () => [
      status(429, { message: '当前分组上游负载已饱和，请稍后再试', code: 'insufficient_quota' }),
      answers,
    ],
    expected: '429 → row 35 → waiting backoff overloaded → retry → 200 → text → done stop, complete answer',
  },
  {
    row: 43,
    title: '`[DONE]` after only null finish reasons, because the upstream failed',
    replies: (fixture) => [sendsTextThen(fixture, [{ done: true }]), answersContinuation],
    expected:
      '200 → text → row 43 → cut truncated → waiting backoff truncated → resume (continue) → 200 → joined continue → text → done stop, complete answer',
  },
  {
    row: 43,
    title: 'a gateway that never sends a finish reason, so that a resume without text completes the answer',
    replies: () => [
      () => [{ send: chunkEvent({ content: completeAnswer }) }, { done: true }],
      () => [{ send: chunkEvent({ content: '' }) }, { done: true }],
      () => [{ send: chunkEvent({ content: completeAnswer }) }, { done: true }],
    ],
    after: async (fixture) => {
      const next = fixture.ask();
      await next.finished;
      assert.deepEqual([next.eventsOf('attempt').length, next.lastEvent('done').text], [1, completeAnswer]);
    },
    expected:
      '200 → text → row 43 → cut truncated → waiting backoff truncated → resume (continue) → 200 → done stop, complete answer',
  },
  {
    row: 48,
    title: 'a gateway that restarts the answer with another upstream',
    replies: () => [
      () => [
        { send: chunk({ role: 'assistant', content: '' }, 'a') },
        { send: chunk({ content: partialAnswer }, 'a') },
        { send: chunk({ role: 'assistant', content: '' }, 'b') },
        { send: chunk({ content: partialAnswer }, 'b') },
        { send: chunk({ content: continuation }, 'b') },
        { finish: 'stop' },
        { done: true },
      ],
    ],
    expected: '200 → text → restarted → replaced → done stop, complete answer',
  },
  {
    row: 67,
    title: 'new-api has no channel for the model',
    replies: () => [
      status(503, {
        message: '分组 default 下模型 gpt-4o 无可用渠道（distributor）',
        type: 'new_api_error',
        code: 'model_not_found',
      }),
    ],
    expected: '503 → row 67 → failed model [switchModel details]',
  },
  {
    row: 68,
    title: "the provider rejects the gateway's key",
    replies: () => [
      status(401, {
        message: 'Incorrect API key provided: sk-proj-***. (request id: 20260115090000123456789)',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      }),
    ],
    expected: '401 → row 68 → failed gateway [switchModel details retryNow]',
  },
  {
    row: 69,
    title: 'a browser challenge of Cloudflare',
    replies: () => [
      () => [
        { status: 403, headers: { 'content-type': 'text/html', 'cf-mitigated': 'challenge' } },
        { send: '<html><head><title>Just a moment...</title></head></html>' },
      ],
    ],
    expected: '403 → row 69 → failed not-a-stream [checkUrl retryNow details]',
  },
  {
    row: 70,
    title: 'a 500 for a model without a price',
    replies: () => [
      status(500, { message: 'Model gpt-4o ratio or price not set', type: 'new_api_error', code: 'model_price_error' }),
    ],
    expected: '500 → row 70 → failed model [switchModel details]',
  },
  {
    row: 73,
    title: 'an endless answer',
    replies: () => [
      function* () {
        yield { status: 200 };
        for (;;) yield { send: chunkEvent({ content: 'word '.repeat(200_000) }) };
      },
    ],
    expected: '200 → text → row 73 → failed too-large, 33000000 characters [restart switchModel details]',
  },
];
