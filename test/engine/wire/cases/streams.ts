import assert from 'node:assert/strict';
import { constants, gzipSync } from 'node:zlib';
import type { Script } from '../../../../src/demo/gateway';
import type { Stage } from '../stage';
import { partial, rest } from '../story';
import type { WireCase } from '../wireCase';
import { answer, answers, answersRest, cut, deltas, event, finished, shown } from '../wireReplies';

const done = '200 → text → done stop, complete answer';
const resumed = 'resume (continue) → 200 → joined continue → text → done stop, complete answer';

/** Rows 39 to 52: what becomes of a stream that has begun. */
export const streams: readonly WireCase[] = [
  {
    row: 39,
    fault: 'nothing arrives after the headers',
    replies: () => [() => [{ status: 200 }, { end: 'stall' }], answers],
    stalls: true,
    after: ({ run }) => assert.equal(run.of('ended')[0]?.ms, 120_000),
    expected: `200 → quiet → row 39 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 39,
    fault: 'only comments arrive after the headers',
    replies: (stage) => [keepsAlive(stage, ''), answers],
    stalls: true,
    after: ({ run }) => assert.equal(run.of('ended')[0]?.ms, 120_000),
    expected: `200 → quiet → row 39 → waiting backoff timeout → retry → ${done}`,
  },
  {
    row: 40,
    fault: 'no more bytes arrive after a part of the answer',
    replies: (stage) => [cut(stage, 'stall'), answersRest],
    stalls: true,
    after: async ({ run, gateway }) => {
      assert.equal(run.of('ended')[0]?.ms, 60_000);
      assert.equal(await gateway.requests[0]?.closed, 'client');
    },
    expected: `200 → text → quiet → row 40 → cut stalled → waiting backoff stalled → ${resumed}`,
  },
  {
    row: 41,
    fault: 'only comments arrive after a part of the answer',
    replies: (stage) => [keepsAlive(stage, partial), answersRest],
    stalls: true,
    after: ({ run }) => assert.equal(run.of('ended')[0]?.ms, 180_000),
    expected: `200 → text → quiet → row 41 → cut stalled → waiting backoff stalled → ${resumed}`,
  },
  {
    row: 42,
    fault: 'the connection is reset in the middle of an answer',
    replies: (stage) => [cut(stage, 'reset'), answersRest],
    after: ({ gateway }) => {
      const messages = gateway.requests[1]?.json?.messages ?? [];
      assert.deepEqual(
        messages.map(({ role }) => role),
        ['user', 'assistant', 'user'],
      );
      assert.equal(messages[1]?.content, partial);
      assert.ok(JSON.stringify(messages[2]).includes(partial));
    },
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    fault: 'the connection is reset after the headers, before any text',
    replies: () => [() => [{ status: 200 }, { comment: 'thinking' }, { end: 'reset' }], answers],
    expected: `200 → row 42 → waiting backoff connection → retry → ${done}`,
  },
  {
    row: 42,
    fault: 'the connection is reset; the model accepts a prefill',
    model: 'claude-sonnet-4',
    replies: (stage) => [cut(stage, 'reset'), answersRest],
    after: ({ gateway }) => assert.deepEqual(gateway.requests[1]?.json?.messages.at(-1)?.content, partial),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (prefill) → 200 → joined prefill → text → done stop, complete answer',
  },
  {
    row: 42,
    fault: 'the connection is reset after a space; the model accepts a prefill that does not end with a space',
    model: 'claude-sonnet-4',
    replies: (stage) => [cut(stage, 'reset', `${partial} `), answersRest],
    after: ({ gateway }) => assert.deepEqual(gateway.requests[1]?.json?.messages.at(-1)?.content, partial),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (prefill) → 200 → joined prefill, 1 dropped → text → done stop, complete answer',
  },
  {
    row: 42,
    fault: 'the body is shorter than its content length',
    replies: (stage) => [cut(stage, 'short'), answersRest],
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    fault: 'a chunk with an invalid size',
    replies: (stage) => [badChunk(stage), answersRest],
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    fault: 'a body that is not the declared gzip',
    replies: (stage) => [badGzip(stage), answersRest],
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    fault: 'the connection is reset in the middle of a character',
    replies: (stage) => [
      function* () {
        yield* deltas(partial);
        yield { event: { choices: [{ index: 0, delta: { content: ' \ud83d' } }] } };
        yield { until: stage.run.shows(`${partial} `) };
        yield { end: 'reset' };
      },
      () => answer(rest.trimStart()),
    ],
    after: ({ gateway }) => assert.ok(gateway.requests[1]?.json?.messages[1]?.content === `${partial} `),
    expected: `200 → text → row 42 → cut connection → waiting backoff connection → ${resumed}`,
  },
  {
    row: 42,
    fault: 'the connection is reset; `holysheep.resume` is `off`',
    settings: { resume: 'off' },
    replies: (stage) => [cut(stage, 'reset'), answersRest],
    expected: '200 → text → row 42 → cut connection → failed connection, partial answer [continue restart retryNow]',
  },
  {
    row: 42,
    fault: 'the connection is reset; `holysheep.resume` is `restart`',
    settings: { resume: 'restart' },
    replies: (stage) => [cut(stage, 'reset'), answers],
    after: ({ gateway }) => assert.equal(gateway.requests[1]?.json?.messages.length, 1),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → resume (restart) → 200 → restarted → replaced → text → done stop, complete answer',
  },
  {
    row: 43,
    fault: 'the stream ends without a finish reason',
    replies: (stage) => [cut(stage, 'fin'), answersRest],
    expected: `200 → text → row 43 → cut truncated → waiting backoff truncated → ${resumed}`,
  },
  {
    row: 43,
    fault: 'the stream ends before any text',
    replies: () => [() => [{ comment: 'thinking' }], answers],
    expected: `200 → row 43 → waiting backoff truncated → retry → ${done}`,
  },
  {
    row: 44,
    fault: 'the connection is reset after the finish reason',
    replies: () => [finished([{ end: 'reset' }])],
    expected: done,
  },
  {
    row: 44,
    fault: 'an error after the finish reason',
    replies: () => [finished([{ event: { error: { message: 'too late', code: 500 } } }])],
    expected: done,
  },
  {
    row: 44,
    fault: 'the stream stalls after the finish reason, without `[DONE]`',
    replies: () => [finished([{ end: 'stall' }])],
    stalls: true,
    after: ({ run }) => assert.equal(run.of('ended')[0]?.ms, 5000),
    expected: done,
  },
  {
    row: 45,
    fault: 'the provider reports an error before any text',
    replies: () => [() => [{ event: { error: { message: 'Upstream failed', code: 502 } } }], answers],
    expected: `200 → row 45 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 45,
    fault: 'the provider reports an error after text',
    replies: (stage) => [shown(stage, [{ event: { error: { message: 'Upstream failed', code: 502 } } }]), answersRest],
    expected: `200 → text → row 45 → cut server → waiting backoff server → ${resumed}`,
  },
  {
    row: 45,
    fault: 'the provider reports an overload after text',
    replies: (stage) => [
      shown(stage, [{ event: { error: { message: 'Overloaded', type: 'overloaded_error' } } }]),
      answersRest,
    ],
    expected: `200 → text → row 35 → cut overloaded → waiting backoff overloaded → ${resumed}`,
  },
  {
    row: 46,
    fault: 'the credit runs out in the middle of an answer',
    replies: (stage) => [
      shown(stage, [{ event: { error: { message: 'You have no credits left', code: 'insufficient_quota' } } }]),
    ],
    expected:
      '200 → text → row 22 → failed credit, partial answer [openBilling switchModel retryNow details continue restart]',
  },
  {
    row: 46,
    fault: 'the key is revoked in the middle of an answer',
    replies: (stage) => [shown(stage, [{ event: { error: { message: 'Key revoked', code: 'invalid_api_key' } } }])],
    expected: '200 → text → row 21 → failed auth, partial answer [setApiKey retryNow details continue restart]',
  },
  {
    row: 47,
    fault: '`finish_reason: error`',
    replies: (stage) => [shown(stage, [{ finish: 'error' }, { done: true }]), answersRest],
    expected: `200 → text → row 47 → cut server → waiting backoff server → ${resumed}`,
  },
  {
    row: 47,
    fault: '`finish_reason: error` before any text',
    replies: () => [() => [{ finish: 'error' }, { done: true }], answers],
    expected: `200 → row 47 → waiting backoff server → retry → ${done}`,
  },
  {
    row: 48,
    fault: '`finish_reason: length`',
    replies: (stage) => [shown(stage, [{ finish: 'length' }, { done: true }])],
    expected: '200 → text → done length, partial answer',
  },
  {
    row: 49,
    fault: '`finish_reason: content_filter`',
    replies: (stage) => [shown(stage, [{ finish: 'content_filter' }, { done: true }])],
    expected: '200 → text → row 49 → failed content-filter, partial answer [switchModel continue restart]',
  },
  {
    row: 50,
    fault: 'the answer finishes without any text, twice',
    replies: () => [() => [{ delta: '' }, { finish: 'stop' }, { done: true }]],
    expected: '200 → row 50 → waiting backoff empty → retry → 200 → row 50 → failed empty [retryNow switchModel]',
  },
  {
    row: 50,
    fault: 'the answer finishes after reasoning, without any text, once',
    replies: () => [() => [{ reasoning: 'Sheep eat grass' }, { finish: 'stop' }, { done: true }], answers],
    expected:
      '200 → reasoning → row 50 → waiting backoff empty → resume (restart) → 200 → restarted → text → done stop, complete answer',
  },
  {
    row: 51,
    fault: 'one event is not JSON',
    replies: (stage) => [
      shown(stage, [{ send: 'data: {"choices":[{\n\n' }, { send: event({ content: rest }, 'stop') }]),
    ],
    expected: done,
  },
  {
    row: 51,
    fault: 'two events are not JSON',
    replies: (stage) => [
      shown(stage, [{ send: 'data: {"choices":[{\n\ndata: "delta":{"content":"\n\n' }, { end: 'stall' }]),
      answersRest,
    ],
    expected: `200 → text → row 51 → cut malformed → waiting backoff malformed → ${resumed}`,
  },
  {
    row: 51,
    fault: 'the last event is not JSON',
    replies: (stage) => [shown(stage, [{ send: 'data: {"choices":[{\n\n' }, { done: true }]), answersRest],
    expected: `200 → text → row 51 → cut malformed → waiting backoff malformed → ${resumed}`,
  },
  {
    row: 52,
    fault: 'an event of nine megabytes',
    replies: () => [() => [{ send: `data: ${'x'.repeat(9 * 1024 * 1024)}` }, { end: 'stall' }]],
    after: async ({ gateway }) => assert.equal(await gateway.requests[0]?.closed, 'client'),
    expected: '200 → row 52 → failed malformed [retryNow switchModel details]',
  },
  {
    row: 52,
    fault: 'an event of nine megabytes, after text',
    replies: (stage) => [shown(stage, [{ send: `data: ${'x'.repeat(9 * 1024 * 1024)}` }, { end: 'stall' }])],
    expected: '200 → text → row 52 → failed malformed, partial answer [retryNow switchModel details continue restart]',
  },
];

function keepsAlive(stage: Stage, text: string): Script {
  return function* () {
    yield { status: 200 };
    yield* deltas(text);
    for (;;) {
      yield { until: stage.passed(20_000) };
      yield { comment: 'keep-alive' };
    }
  };
}

function badChunk(stage: Stage): Script {
  return function* () {
    const body = event({ content: partial });
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
    yield { raw: `${head}${body.length.toString(16)}\r\n${body}\r\n` };
    yield { until: stage.run.shows(partial) };
    yield { raw: 'no number\r\n' };
    yield { end: 'stall' };
  };
}

function badGzip(stage: Stage): Script {
  return function* () {
    yield { status: 200, headers: { 'content-encoding': 'gzip' } };
    yield { send: gzipSync(event({ content: partial }), { finishFlush: constants.Z_SYNC_FLUSH }) };
    yield { until: stage.run.shows(partial) };
    yield { send: Buffer.alloc(64, 0xff) };
    yield { end: 'stall' };
  };
}
