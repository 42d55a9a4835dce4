import assert from 'node:assert/strict';
import { completion, html, json } from '../../../../src/demo/replies';
import { whole } from '../story';
import type { WireCase } from '../wireCase';
import { answers } from '../wireReplies';

const done = '200 → text → done stop, complete answer';
const portal = '<!doctype html><html><body><form>Welcome to the hotel. Sign in.</form></body></html>';

/** Rows 11 to 14 and 63: a success that is none, or an unusual one. */
export const bodies: readonly WireCase[] = [
  {
    row: 11,
    fault: 'a web page instead of a stream, twice',
    replies: () => [() => html(portal)],
    expected:
      '200 → row 11 → waiting backoff not-a-stream → retry → 200 → row 11 → failed not-a-stream [retryNow checkUrl details]',
  },
  {
    row: 11,
    fault: 'a web page with the content type of a stream, once',
    replies: () => [() => [{ send: portal }], answers],
    expected: `200 → row 11 → waiting backoff not-a-stream → retry → ${done}`,
  },
  {
    row: 12,
    fault: 'a 200 with a JSON error: out of credit',
    replies: () => [() => json({ error: { message: 'You have no credits left.', code: 'insufficient_quota' } })],
    expected: '200 → row 22 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 12,
    fault: 'a 200 with a JSON error: overloaded',
    replies: () => [() => json({ error: { message: 'Overloaded', type: 'overloaded_error' } }), answers],
    expected: `200 → row 35 → waiting backoff overloaded → retry → ${done}`,
  },
  {
    row: 12,
    fault: "a 200 with the gateway's own envelope around a rate limit",
    replies: () => [() => json({ code: 429, message: 'Too many requests, try again in 12s' }), answers],
    expected: `200 → row 30 → waiting server 12000 rate-limit → retry → ${done}`,
  },
  {
    row: 12,
    fault: 'a 200 with the content type of a stream and a JSON error: the key is rejected',
    replies: () => [
      () => [{ send: JSON.stringify({ error: { message: 'No such key', type: 'authentication_error' } }) }],
    ],
    expected: '200 → row 21 → failed auth [setApiKey retryNow details]',
  },
  {
    row: 13,
    fault: 'a complete JSON answer instead of a stream',
    replies: () => [(request) => completion(request, whole)],
    expected: done,
  },
  {
    row: 13,
    fault: 'a complete JSON answer that arrives byte by byte, with characters of several bytes',
    replies: () => [
      () => [
        { status: 200, headers: { 'content-type': 'application/json' } },
        { send: JSON.stringify({ choices: [{ message: { content: '羊🐑' }, finish_reason: 'stop' }] }), chunk: 1 },
      ],
    ],
    expected: '200 → text → done stop, «羊🐑»',
  },
  {
    row: 14,
    fault: 'a 204, then an empty 200, then a 204',
    replies: () => [() => [{ status: 204 }], () => [{ status: 200 }], () => [{ status: 204 }]],
    expected:
      '204 → row 14 → waiting backoff empty → retry → 200 → row 14 → waiting backoff empty → retry → 204 → row 14 → failed empty [retryNow switchModel]',
  },
  {
    row: 14,
    fault: 'an empty body without a content type, once',
    replies: () => [() => [{ status: 200, headers: { 'content-type': '' } }], answers],
    expected: `200 → row 14 → waiting backoff empty → retry → ${done}`,
  },
  {
    row: 63,
    fault: 'a 200 with incomplete JSON, three times',
    replies: () => [
      () => [
        { status: 200, headers: { 'content-type': 'application/json' } },
        { send: '{"id":"x","choices":[{"index":0,"mess' },
      ],
    ],
    expected:
      '(200 → row 63 → waiting backoff malformed → retry) ×2 → 200 → row 63 → failed malformed [retryNow switchModel details]',
  },
  {
    row: 63,
    fault: 'a 200 with JSON that is no answer, once',
    replies: () => [() => json({ ok: true }), answers],
    after: ({ gateway }) => assert.equal(gateway.requests.length, 2),
    expected: `200 → row 63 → waiting backoff malformed → retry → ${done}`,
  },
  {
    row: 33,
    fault: 'a 500 whose body never ends',
    replies: () => [() => [{ status: 500 }, { send: '{"error":{"message":"slow' }, { end: 'stall' }], answers],
    stalls: true,
    after: ({ run }) => assert.equal(run.of('ended')[0]?.ms, 5000),
    expected: `500 → row 33 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 15,
    fault: 'a 400 with a large body that never ends: 64 KB are read, 400 characters are shown',
    replies: () => [() => [{ status: 400 }, { send: 'too much '.repeat(10_000) }, { end: 'stall' }]],
    after: async ({ run, gateway }) => {
      assert.ok((run.last('failed').detail ?? '').length <= 400);
      assert.equal(await gateway.requests[0]?.closed, 'client');
    },
    expected: '400 → row 15 → failed request [details retryNow]',
  },
];
