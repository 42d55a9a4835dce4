import assert from 'node:assert/strict';
import { completion, html, json } from '../../../../src/demo/replies';
import { completeAnswer } from '../turnSummary';
import type { WireCase } from '../wireCase';
import { answers } from '../wireReplies';

const done = '200 → text → done stop, complete answer';
const portal = '<!doctype html><html><body><form>Welcome to the hotel. Sign in.</form></body></html>';

/** Responses with a success status but an unusual or invalid body. */
export const bodies: readonly WireCase[] = [
  {
    row: 11,
    title: 'a web page instead of a stream, twice',
    replies: () => [() => html(portal)],
    expected:
      '200 → row 11 → waiting backoff not-a-stream → retry → 200 → row 11 → failed not-a-stream [retryNow checkUrl details]',
  },
  {
    row: 11,
    title: 'a web page with the content type of a stream, once',
    replies: () => [() => [{ send: portal }], answers],
    expected: `200 → row 11 → waiting backoff not-a-stream → retry → ${done}`,
  },
  {
    row: 12,
    title: 'a 200 with a JSON error: out of credit',
    replies: () => [() => json({ error: { message: 'You have no credits left.', code: 'insufficient_quota' } })],
    expected: '200 → row 22 → failed credit [openBilling switchModel retryNow details]',
  },
  {
    row: 12,
    title: 'a 200 with a JSON error: overloaded',
    replies: () => [() => json({ error: { message: 'Overloaded', type: 'overloaded_error' } }), answers],
    expected: `200 → row 35 → waiting backoff overloaded → retry → ${done}`,
  },
  {
    row: 12,
    title: "a 200 with a rate limit in the gateway's own format",
    replies: () => [() => json({ code: 429, message: 'Too many requests, try again in 12s' }), answers],
    expected: `200 → row 30 → waiting server 12000 rate-limit → retry → ${done}`,
  },
  {
    row: 12,
    title: 'a 200 with a JSON error and the content type of a stream: a rejected key',
    replies: () => [
      () => [{ send: JSON.stringify({ error: { message: 'No such key', type: 'authentication_error' } }) }],
    ],
    expected: '200 → row 21 → failed auth [setApiKey retryNow details]',
  },
  {
    row: 13,
    title: 'a JSON completion instead of a stream',
    replies: () => [(request) => completion(request, completeAnswer)],
    expected: done,
  },
  {
    row: 13,
    title: 'a JSON completion with multi-byte characters, sent byte by byte',
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
    title: 'a 204, then an empty 200, then a 204',
    replies: () => [() => [{ status: 204 }], () => [{ status: 200 }], () => [{ status: 204 }]],
    expected:
      '204 → row 14 → waiting backoff empty → retry → 200 → row 14 → waiting backoff empty → retry → 204 → row 14 → failed empty [retryNow switchModel]',
  },
  {
    row: 14,
    title: 'an empty body without a content type, once',
    replies: () => [() => [{ status: 200, headers: { 'content-type': '' } }], answers],
    expected: `200 → row 14 → waiting backoff empty → retry → ${done}`,
  },
  {
    row: 63,
    title: 'a 200 with truncated JSON, three times',
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
    title: 'a 200 with JSON that is not a completion, once',
    replies: () => [() => json({ ok: true }), answers],
    after: ({ gateway }) => assert.equal(gateway.requests.length, 2),
    expected: `200 → row 63 → waiting backoff malformed → retry → ${done}`,
  },
  {
    row: 33,
    title: 'a 500 whose body never ends',
    replies: () => [() => [{ status: 500 }, { send: '{"error":{"message":"slow' }, { end: 'stall' }], answers],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 5000),
    expected: `500 → row 33 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 15,
    title: 'a 400 whose large body never ends: 64 KB are read and 400 characters shown',
    replies: () => [() => [{ status: 400 }, { send: 'too much '.repeat(10_000) }, { end: 'stall' }]],
    after: async ({ turn, gateway }) => {
      assert.ok((turn.lastEvent('failed').detail ?? '').length <= 400);
      assert.equal(await gateway.requests[0]?.closed, 'client');
    },
    expected: '400 → row 15 → failed request [details retryNow]',
  },
];
