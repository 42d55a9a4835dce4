import assert from 'node:assert/strict';
import { partial, rest, whole } from '../story';
import type { WireCase } from '../wireCase';
import { answers, answersRest, event, shown, status } from '../wireReplies';

const chunk = (delta: Readonly<Record<string, unknown>>, id: string): string =>
  `data: ${JSON.stringify({ id, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;

/** Rows 67 to 73, and what gateways do to streams of the providers behind them. */
export const gateways: readonly WireCase[] = [
  {
    row: 20,
    fault: 'a bare line of JSON after pings',
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
    fault: 'an empty balance, reported in a 200',
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
    fault: "a limit that resets in hours, at a time of China's time zone",
    replies: () => [
      status(429, { message: '已达到 5 小时的使用上限。您的限额将在 2026-01-15 20:33:36 重置。', code: '1308' }),
    ],
    after: ({ run }) => assert.match(run.last('failed').message, /resets at 12:33/),
    expected: '429 → row 30 → failed rate-limit [switchModel retryNow details]',
  },
  {
    row: 35,
    fault: 'saturated upstreams, reported with the code of an empty balance',
    replies: () => [
      status(429, { message: '当前分组上游负载已饱和，请稍后再试', code: 'insufficient_quota' }),
      answers,
    ],
    expected: '429 → row 35 → waiting backoff overloaded → retry → 200 → text → done stop, complete answer',
  },
  {
    row: 43,
    fault: '`[DONE]` although every finish reason was null: the upstream broke',
    replies: (stage) => [shown(stage, [{ done: true }]), answersRest],
    expected:
      '200 → text → row 43 → cut truncated → waiting backoff truncated → resume (continue) → 200 → joined continue → text → done stop, complete answer',
  },
  {
    row: 43,
    fault: 'a gateway that never fills in the finish reason: a resume that adds nothing completes the answer',
    replies: () => [
      () => [{ send: event({ content: whole }) }, { done: true }],
      () => [{ send: event({ content: '' }) }, { done: true }],
      () => [{ send: event({ content: whole }) }, { done: true }],
    ],
    after: async (stage) => {
      const next = stage.ask();
      await next.over;
      assert.deepEqual([next.of('attempt').length, next.last('done').text], [1, whole]);
    },
    expected:
      '200 → text → row 43 → cut truncated → waiting backoff truncated → resume (continue) → 200 → done stop, complete answer',
  },
  {
    row: 48,
    fault: 'the gateway starts the answer again with another upstream',
    replies: () => [
      () => [
        { send: chunk({ role: 'assistant', content: '' }, 'a') },
        { send: chunk({ content: partial }, 'a') },
        { send: chunk({ role: 'assistant', content: '' }, 'b') },
        { send: chunk({ content: partial }, 'b') },
        { send: chunk({ content: rest }, 'b') },
        { finish: 'stop' },
        { done: true },
      ],
    ],
    expected: '200 → text → restarted → replaced → done stop, complete answer',
  },
  {
    row: 67,
    fault: 'a model for which new-api has no channel',
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
    fault: "the provider rejects the gateway's own key",
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
    fault: 'a Cloudflare challenge that only browsers can pass',
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
    fault: 'a model without a price at the gateway, reported as a 500',
    replies: () => [
      status(500, { message: 'Model gpt-4o ratio or price not set', type: 'new_api_error', code: 'model_price_error' }),
    ],
    expected: '500 → row 70 → failed model [switchModel details]',
  },
  {
    row: 73,
    fault: 'an answer that never ends',
    replies: () => [
      function* () {
        yield { status: 200 };
        for (;;) yield { send: event({ content: 'word '.repeat(200_000) }) };
      },
    ],
    expected: '200 → text → row 73 → failed too-large, 33000000 characters [restart switchModel details]',
  },
];
