import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { constants, gzipSync } from 'node:zlib';
import type { Ending, Script, Step } from '../../support/testGateway';
import { answer, deltas, html } from '../../support/replies';
import { selfSigned } from '../../support/network/certificates';
import { assertInvariants } from './invariants';
import { completeAnswer, continuation, partialAnswer, summarizeTurn } from './turnSummary';
import { WireFixture, wireKey, type WireScenario } from './wireFixture';
import { valuesOf } from '../../support/valuesOf';

/** A turn over a real connection and the expected reaction of the engine. */
interface WireCase extends WireScenario {
  readonly title: string;
  /** Called after the turn for further assertions. */
  readonly after?: (fixture: WireFixture) => unknown;
  /** The expected summary of the turn. */
  readonly expected: string;
}

const answers: Script = () => answer(completeAnswer);
const answersContinuation: Script = () => answer(continuation);
const hangs: Script = () => [{ end: 'stall' }];
const resets: Script = () => [{ end: 'reset' }];

/** Sends text, waits until the client has it, and continues. Unread bytes could be lost with the connection. */
function sendsTextThen(fixture: WireFixture, then: Iterable<Step>): Script {
  return function* () {
    yield* deltas(partialAnswer);
    yield { until: fixture.turn.untilText(partialAnswer) };
    yield* then;
  };
}

const cutAfterText = (fixture: WireFixture, end: Ending): Script => sendsTextThen(fixture, [{ end }]);

/** Returns an event of a stream as text, so that several events can be sent in one write. */
function chunkEvent(delta: Readonly<Record<string, unknown>>, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
}

const finishesThen =
  (...then: readonly Step[]): Script =>
  () => [{ send: chunkEvent({ content: completeAnswer }, 'stop') }, ...then];

/** Fails as `fetch` does, with the code in the cause. */
function rejectFetch(fixture: WireFixture, code: string, times: number, details = {}): void {
  let calls = 0;
  fixture.fetch = (url, init) => {
    const cause = Object.assign(new Error(code), { code, ...details });
    return ++calls <= times ? Promise.reject(new TypeError('fetch failed', { cause })) : globalThis.fetch(url, init);
  };
}

async function useSelfSignedGateway(fixture: WireFixture): Promise<void> {
  const server = createServer(selfSigned('gateway of a test'), (_, response) => response.end('too late'));
  server.on('request', () => fixture.log.push('the key has been sent'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fixture.onClose(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  fixture.connection = { baseUrl: `https://127.0.0.1:${port}/v1`, apiKey: wireKey };
}

function keepsAlive(fixture: WireFixture): Script {
  return function* () {
    yield* deltas(partialAnswer);
    for (;;) {
      yield { until: fixture.delay(20_000) };
      yield { send: ': keep-alive\n\n' };
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

async function assertClosedByClient({ gateway }: WireFixture): Promise<void> {
  assert.equal(await gateway.requests[0]?.closed, 'client');
}

const done = '200 → text → done stop, complete answer';
const resumed = 'resume (continue) → 200 → joined continue → text → done stop, complete answer';
const lost = `200 → text → row connectionLost → cut connection → waiting backoff connection → ${resumed}`;

const cases: readonly WireCase[] = [
  {
    title: 'a host name that does not exist, four times',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, 'ENOTFOUND', 4),
    expected:
      '(row hostNotFound → waiting backoff dns → retry) ×3 → row hostNotFound → failed dns [retryNow checkUrl addGateway]',
  },
  {
    title: 'an unreachable proxy, once',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, 'ECONNREFUSED', 1, { address: '10.0.0.1', port: 3128 }),
    expected: `row proxyUnreachable → waiting backoff proxy → retry → ${done}`,
  },
  {
    title: 'no network until the third network check',
    replies: () => [answers],
    before: (fixture) => rejectFetch(fixture, 'ENETUNREACH', 3),
    expected: `row offline → waiting backoff offline ×3 → retry → ${done}`,
  },
  {
    title: 'a connection that is refused once',
    replies: () => [answers],
    before: async (fixture) => {
      const closedGateway = await fixture.listen({ script: answers });
      fixture.connection = { baseUrl: closedGateway.baseUrl, apiKey: wireKey };
      await closedGateway.close();
    },
    onEvent: async ({ type }, fixture) => {
      const port = Number(new URL(fixture.connection.baseUrl).port);
      if (type === 'waiting') await fixture.listen({ script: answers, port });
    },
    expected: `row connectionRefused → waiting backoff connection → retry → ${done}`,
  },
  {
    title: 'a reset before any byte, twice',
    replies: () => [resets, resets, answers],
    expected: `row connectionReset → replay → row connectionReset → waiting backoff connection → retry → ${done}`,
  },
  {
    title: 'a self-signed certificate, to which no key is sent',
    replies: () => [answers],
    before: useSelfSignedGateway,
    after: ({ log }) => assert.ok(!log.includes('the key has been sent')),
    expected: 'row certificateUntrusted → failed tls [networkSettings retryNow addGateway]',
  },
  {
    title: 'a server that speaks another protocol',
    replies: () => [() => [{ raw: 'SSH-2.0-OpenSSH_9.6\r\n' }]],
    expected:
      'row notHttp → waiting backoff not-a-stream → retry → row notHttp → failed not-a-stream [checkUrl retryNow addGateway]',
  },
  {
    title: 'an https base URL for a gateway that speaks http',
    replies: () => [answers],
    before: (fixture) => {
      fixture.connection = { baseUrl: fixture.gateway.baseUrl.replace('http:', 'https:'), apiKey: wireKey };
    },
    expected:
      'row notHttp → waiting backoff not-a-stream → retry → row notHttp → failed not-a-stream [checkUrl retryNow addGateway]',
  },
  {
    title: 'a redirect to another origin, which never receives the key',
    replies: (fixture) => [
      () => [{ status: 307, headers: { location: `${fixture.otherGateway.baseUrl}/chat/completions` } }],
    ],
    before: async (fixture) => {
      fixture.otherGateway = await fixture.listen({ script: answers, requireKey: undefined });
    },
    after: ({ otherGateway }) => assert.deepEqual(otherGateway.requests, []),
    expected: '307 → row redirect → failed redirect [checkUrl]',
  },
  {
    title: 'no response headers, once',
    replies: () => [hangs, answers],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 60_000),
    expected: `row headersTimeout → waiting backoff timeout → retry → ${done}`,
  },
  {
    title: 'a web page instead of a stream, once',
    replies: () => [() => html('<!doctype html><html><body>Sign in.</body></html>'), answers],
    expected: `200 → row webPage → waiting backoff not-a-stream → retry → ${done}`,
  },
  {
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
    title: 'a 500 whose body never ends',
    replies: () => [() => [{ status: 500 }, { send: '{"error":{"message":"slow' }, { end: 'stall' }], answers],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 5000),
    expected: `500 → row serverError → waiting backoff server → retry → ${done}`,
  },
  {
    title: 'a 400 whose large body never ends: 64 KB are read and 400 characters shown',
    replies: () => [() => [{ status: 400 }, { send: 'too much '.repeat(10_000) }, { end: 'stall' }]],
    after: async (fixture) => {
      assert.ok((fixture.turn.lastEvent('failed').detail ?? '').length <= 400);
      await assertClosedByClient(fixture);
    },
    expected: '400 → row requestRejected → failed request [retryNow]',
  },
  {
    title: 'no byte after the first text',
    replies: (fixture) => [cutAfterText(fixture, 'stall'), answersContinuation],
    timePassesDuringRequests: true,
    after: async (fixture) => {
      assert.equal(fixture.turn.eventsOf('ended')[0]?.ms, 60_000);
      await assertClosedByClient(fixture);
    },
    expected: `200 → text → row streamStalled → cut stalled → waiting backoff stalled → ${resumed}`,
  },
  {
    title: 'only comments after the first text',
    replies: (fixture) => [keepsAlive(fixture), answersContinuation],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 180_000),
    expected: `200 → text → row streamSilent → cut stalled → waiting backoff stalled → ${resumed}`,
  },
  {
    title: 'a connection that is reset in the middle of an answer',
    replies: (fixture) => [cutAfterText(fixture, 'reset'), answersContinuation],
    after: ({ gateway }) => {
      const messages = gateway.requests[1]?.json?.messages ?? [];
      assert.deepEqual(valuesOf(messages, 'role'), ['user', 'assistant', 'user']);
      assert.equal(messages[1]?.content, partialAnswer);
    },
    expected: lost,
  },
  {
    title: 'a body that is shorter than its content-length',
    replies: (fixture) => [cutAfterText(fixture, 'short'), answersContinuation],
    expected: lost,
  },
  {
    title: 'a chunk whose size is not a number',
    replies: (fixture) => [badChunk(fixture), answersContinuation],
    expected: lost,
  },
  { title: 'invalid gzip', replies: (fixture) => [badGzip(fixture), answersContinuation], expected: lost },
  {
    title: 'a stream that ends without a finish reason',
    replies: (fixture) => [cutAfterText(fixture, 'fin'), answersContinuation],
    expected: `200 → text → row streamTruncated → cut truncated → waiting backoff truncated → ${resumed}`,
  },
  { title: 'a reset after the finish reason', replies: () => [finishesThen({ end: 'reset' })], expected: done },
  {
    title: 'neither `[DONE]` nor an end of the stream after the finish reason',
    replies: () => [finishesThen({ end: 'stall' })],
    timePassesDuringRequests: true,
    after: ({ turn }) => assert.equal(turn.eventsOf('ended')[0]?.ms, 5000),
    expected: done,
  },
  {
    title: 'an event of nine megabytes',
    replies: () => [() => [{ send: `data: ${'x'.repeat(9 * 1024 * 1024)}` }, { end: 'stall' }]],
    after: assertClosedByClient,
    expected: '200 → row endlessEvent → failed malformed [retryNow switchModel]',
  },
  {
    title: 'an endless answer',
    replies: () => [
      function* () {
        for (;;) yield { send: chunkEvent({ content: 'word '.repeat(200_000) }) };
      },
    ],
    expected: '200 → text → row answerTooLong → failed too-large, 33000000 characters [restart switchModel]',
  },
  {
    title: 'Stop in the middle of the answer, which closes the connection',
    replies: (fixture) => [cutAfterText(fixture, 'stall')],
    onEvent: ({ type }, { turn }) => {
      if (type === 'text' && turn.visibleText === partialAnswer) turn.handle.stop();
    },
    after: assertClosedByClient,
    expected: '200 → text → stopped, partial answer',
  },
];

describe('engine over a real connection', () => {
  for (const wireCase of cases) {
    it(`handles ${wireCase.title}`, async () => {
      const fixture = new WireFixture(wireCase);
      await fixture.open();
      try {
        const turn = fixture.ask();
        await turn.finished;
        assert.equal(summarizeTurn(turn.events), wireCase.expected);
        await wireCase.after?.(fixture);
        await assertInvariants(fixture);
      } finally {
        await fixture.close();
      }
      assert.equal(fixture.clock.pending, 0, 'no timer is pending');
    });
  }
});
