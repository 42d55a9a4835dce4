import assert from 'node:assert/strict';
import { constants, gzipSync } from 'node:zlib';
import type { Script } from '../../../../src/demo/gateway';
import type { WireFixture } from '../wireFixture';
import { partialAnswer, continuation } from '../turnSummary';
import type { WireCase } from '../wireCase';
import {
  answer,
  answers,
  answersContinuation,
  cutAfterText,
  deltas,
  chunkEvent,
  finishesThen,
  sendsTextThen,
} from '../wireReplies';

const done = '200 → text → done stop, complete answer';
const resumed = 'resume (continue) → 200 → joined continue → text → done stop, complete answer';

/** Faults of a stream that has started. */
export const streams: readonly WireCase[] = [
  {
    row: 39,
    title: 'headers and no further data',
    replies: () => [() => [{ status: 200 }, { end: 'stall' }], answers],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 120_000),
    expected: `200 → quiet → row 39 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 39,
    title: 'headers and then only comments',
    replies: (fixture) => [keepsAlive(fixture, ''), answers],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 120_000),
    expected: `200 → quiet → row 39 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 40,
    title: 'no byte after the first text',
    replies: (fixture) => [cutAfterText(fixture, 'stall'), answersContinuation],
    timePassesDuringRequests: true,
    after: async ({ turn, gateway }) => {
      assert.equal(turn.eventsOf('ended')[0]?.ms, 60_000);
      assert.equal(await gateway.requests[0]?.closed, 'client');
    },
    expected: `200 → text → quiet → row 40 → cut stalled → waiting backoff stalled → ${resumed}`,
  },
  {
    row: 41,
    title: 'only comments after the first text',
    replies: (fixture) => [keepsAlive(fixture, partialAnswer), answersContinuation],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 180_000),
    expected: `200 → text → quiet → row 41 → cut stalled → waiting backoff stalled → ${resumed}`,
  },
  {
    row: 42,
    title: 'the connection is reset in the middle of an answer',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), answersContinuation],
    after: ({ gateway }) => {
      const messages = gateway.requests[1]?.json?.messages ?? [];
      assert.deepEqual(
        messages.map(({ role }) => role),
        ['user', 'assistant', 'user'],
      );
      assert.equal(messages[1]?.content, partialAnswer);
      assert.ok(JSON.stringify(messages[2]).includes(partialAnswer));
    },
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    title: 'the connection is reset after the headers, before any text',
    replies: () => [() => [{ status: 200 }, { comment: 'thinking' }, { end: 'reset' }], answers],
    expected: `200 → row 42 → waiting backoff connection → retry → ${done}`,
  },
  {
    row: 42,
    title: 'the connection is reset; the model accepts a prefill',
    model: 'claude-sonnet-4',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), answersContinuation],
    after: ({ gateway }) => assert.deepEqual(gateway.requests[1]?.json?.messages.at(-1)?.content, partialAnswer),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (prefill) → 200 → joined prefill → text → done stop, complete answer',
  },
  {
    row: 42,
    title: 'a connection reset after a space; the model accepts a prefill, which must not end with a space',
    model: 'claude-sonnet-4',
    replies: (fixture) => [cutAfterText(fixture, 'reset', `${partialAnswer} `), answersContinuation],
    after: ({ gateway }) => assert.deepEqual(gateway.requests[1]?.json?.messages.at(-1)?.content, partialAnswer),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (prefill) → 200 → joined prefill, 1 dropped → text → done stop, complete answer',
  },
  {
    row: 42,
    title: 'a body that is shorter than its content-length',
    replies: (fixture) => [cutAfterText(fixture, 'short'), answersContinuation],
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    title: 'a chunk whose size is not a number',
    replies: (fixture) => [badChunk(fixture), answersContinuation],
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    title: 'invalid gzip',
    replies: (fixture) => [badGzip(fixture), answersContinuation],
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    title: 'the connection is reset in the middle of a surrogate pair',
    replies: (fixture) => [
      function* () {
        yield* deltas(partialAnswer);
        yield { event: { choices: [{ index: 0, delta: { content: ' \ud83d' } }] } };
        yield { until: fixture.turn.untilText(`${partialAnswer} `) };
        yield { end: 'reset' };
      },
      () => answer(continuation.trimStart()),
    ],
    after: ({ gateway }) => assert.ok(gateway.requests[1]?.json?.messages[1]?.content === `${partialAnswer} `),
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    title: 'a connection reset with resuming switched off',
    settings: { resume: 'off' },
    replies: (fixture) => [cutAfterText(fixture, 'reset'), answersContinuation],
    expected: '200 → text → row 42 → cut connection → failed connection, partial answer [continue restart retryNow]',
  },
  {
    row: 42,
    title: 'a connection reset with resuming set to restart',
    settings: { resume: 'restart' },
    replies: (fixture) => [cutAfterText(fixture, 'reset'), answers],
    after: ({ gateway }) => assert.equal(gateway.requests[1]?.json?.messages.length, 1),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → replaced → text → done stop, complete answer',
  },
  {
    row: 43,
    title: 'the stream ends without a finish reason',
    replies: (fixture) => [cutAfterText(fixture, 'fin'), answersContinuation],
    expected: `200 → text → row 43 → cut truncated → waiting backoff truncated → ${resumed}`,
  },
  {
    row: 43,
    title: 'the stream ends before any text',
    replies: () => [() => [{ comment: 'thinking' }], answers],
    expected: `200 → row 43 → waiting backoff truncated → retry → ${done}`,
  },
  {
    row: 44,
    title: 'the connection is reset after the finish reason',
    replies: () => [finishesThen([{ end: 'reset' }])],
    expected: done,
  },
  {
    row: 44,
    title: 'an error after the finish reason',
    replies: () => [finishesThen([{ event: { error: { message: 'too late', code: 500 } } }])],
    expected: done,
  },
  {
    row: 44,
    title: 'neither `[DONE]` nor an end of the stream after the finish reason',
    replies: () => [finishesThen([{ end: 'stall' }])],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 5000),
    expected: done,
  },
  {
    row: 45,
    title: 'the provider fails before any text',
    replies: () => [() => [{ event: { error: { message: 'Upstream failed', code: 502 } } }], answers],
    expected: `200 → row 45 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 45,
    title: 'the provider fails after text',
    replies: (fixture) => [
      sendsTextThen(fixture, [{ event: { error: { message: 'Upstream failed', code: 502 } } }]),
      answersContinuation,
    ],
    expected: `200 → text → row 45 → cut server → waiting backoff server → ${resumed}`,
  },
  {
    row: 45,
    title: 'the provider is overloaded after text',
    replies: (fixture) => [
      sendsTextThen(fixture, [{ event: { error: { message: 'Overloaded', type: 'overloaded_error' } } }]),
      answersContinuation,
    ],
    expected: `200 → text → row 35 → cut overloaded → waiting backoff overloaded → ${resumed}`,
  },
  {
    row: 46,
    title: 'the credit runs out in the middle of the answer',
    replies: (fixture) => [
      sendsTextThen(fixture, [
        { event: { error: { message: 'You have no credits left', code: 'insufficient_quota' } } },
      ]),
    ],
    expected:
      '200 → text → row 22 → failed credit, partial answer [openBilling switchModel retryNow details continue restart]',
  },
  {
    row: 46,
    title: 'the key is revoked in the middle of the answer',
    replies: (fixture) => [
      sendsTextThen(fixture, [{ event: { error: { message: 'Key revoked', code: 'invalid_api_key' } } }]),
    ],
    expected: '200 → text → row 21 → failed auth, partial answer [setApiKey retryNow details continue restart]',
  },
  {
    row: 47,
    title: '`finish_reason: error`',
    replies: (fixture) => [sendsTextThen(fixture, [{ finish: 'error' }, { done: true }]), answersContinuation],
    expected: `200 → text → row 47 → cut server → waiting backoff server → ${resumed}`,
  },
  {
    row: 47,
    title: '`finish_reason: error` before any text',
    replies: () => [() => [{ finish: 'error' }, { done: true }], answers],
    expected: `200 → row 47 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 48,
    title: '`finish_reason: length`',
    replies: (fixture) => [sendsTextThen(fixture, [{ finish: 'length' }, { done: true }])],
    expected: '200 → text → done length, partial answer',
  },
  {
    row: 49,
    title: '`finish_reason: content_filter`',
    replies: (fixture) => [sendsTextThen(fixture, [{ finish: 'content_filter' }, { done: true }])],
    expected: '200 → text → row 49 → failed content-filter, partial answer [switchModel continue restart]',
  },
  {
    row: 50,
    title: 'a finish reason without any text, twice',
    replies: () => [() => [{ delta: '' }, { finish: 'stop' }, { done: true }]],
    expected: '200 → row 50 → waiting backoff empty → retry → 200 → row 50 → failed empty [retryNow switchModel]',
  },
  {
    row: 50,
    title: 'reasoning and a finish reason without any text, once',
    replies: () => [() => [{ reasoning: 'Sheep eat grass' }, { finish: 'stop' }, { done: true }], answers],
    expected:
      '200 → reasoning → row 50 → waiting backoff empty → resume (restart) → 200 → restarted → text → done stop, complete answer',
  },
  {
    row: 74,
    title: 'reasoning and `finish_reason: length` without any text',
    replies: () => [() => [{ reasoning: 'Sheep eat grass' }, { finish: 'length' }, { done: true }]],
    expected: '200 → reasoning → row 74 → failed empty [moreRoom switchModel]',
  },
  {
    row: 51,
    title: 'one event with invalid JSON',
    replies: (fixture) => [
      sendsTextThen(fixture, [
        { send: 'data: {"choices":[{\n\n' },
        { send: chunkEvent({ content: continuation }, 'stop') },
      ]),
    ],
    expected: done,
  },
  {
    row: 51,
    title: 'two events with invalid JSON',
    replies: (fixture) => [
      sendsTextThen(fixture, [{ send: 'data: {"choices":[{\n\ndata: "delta":{"content":"\n\n' }, { end: 'stall' }]),
      answersContinuation,
    ],
    expected: `200 → text → row 51 → cut malformed → waiting backoff malformed → ${resumed}`,
  },
  {
    row: 51,
    title: 'a last event with invalid JSON',
    replies: (fixture) => [
      sendsTextThen(fixture, [{ send: 'data: {"choices":[{\n\n' }, { done: true }]),
      answersContinuation,
    ],
    expected: `200 → text → row 51 → cut malformed → waiting backoff malformed → ${resumed}`,
  },
  {
    row: 52,
    title: 'an event of nine megabytes',
    replies: () => [() => [{ send: `data: ${'x'.repeat(9 * 1024 * 1024)}` }, { end: 'stall' }]],
    after: async ({ gateway }) => assert.equal(await gateway.requests[0]?.closed, 'client'),
    expected: '200 → row 52 → failed malformed [retryNow switchModel details]',
  },
  {
    row: 52,
    title: 'an event of nine megabytes, after text',
    replies: (fixture) => [
      sendsTextThen(fixture, [{ send: `data: ${'x'.repeat(9 * 1024 * 1024)}` }, { end: 'stall' }]),
    ],
    expected: '200 → text → row 52 → failed malformed, partial answer [retryNow switchModel details continue restart]',
  },
];

function keepsAlive(fixture: WireFixture, text: string): Script {
  return function* () {
    yield { status: 200 };
    yield* deltas(text);
    for (;;) {
      yield { until: fixture.delay(20_000) };
      yield { comment: 'keep-alive' };
    }
  };
}

function badChunk(fixture: WireFixture): Script {
  return function* () {
    const body = chunkEvent({ content: partialAnswer });
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
    yield { raw: `${head}${body.length.toString(16)}\r\n${body}\r\n` };
    yield { until: fixture.turn.untilText(partialAnswer) };
    yield { raw: 'no number\r\n' };
    yield { end: 'stall' };
  };
}

function badGzip(fixture: WireFixture): Script {
  return function* () {
    yield { status: 200, headers: { 'content-encoding': 'gzip' } };
    yield { send: gzipSync(chunkEvent({ content: partialAnswer }), { finishFlush: constants.Z_SYNC_FLUSH }) };
    yield { until: fixture.turn.untilText(partialAnswer) };
    yield { send: Buffer.alloc(64, 0xff) };
    yield { end: 'stall' };
  };
}
